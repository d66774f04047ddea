#pragma once

#include "tests/system/deadline.hh"
#include "tests/system/ping_filter.hh"

#include <cstdint>
#include <string>
#include <string_view>

namespace wirebird::system_tests {

/// Whether something accepts a TCP connection there within `limit`.
[[nodiscard]] bool can_connect(const std::string& host, std::uint16_t port,
                               milliseconds limit = seconds(2));

/// The broker's own PINGs.
enum class pings : std::uint8_t { hidden, shown };

/// A TCP connection without any NATS library: sends what it is told and shows what came. Every
/// wait has a deadline and throws when it passes, with what had come until then. Answers no PING.
class raw_client {
 public:
  raw_client(const std::string& host, std::uint16_t port, pings = pings::hidden);
  ~raw_client();
  raw_client(raw_client&& other) noexcept;
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;
  raw_client& operator=(raw_client&&) = delete;

  /// The broker's first line.
  [[nodiscard]] const std::string& info() const { return info_; }

  /// Sends as one piece. A peer that has closed is no error: what it said is still to be read.
  void send(std::string_view bytes);
  /// Sends every byte on its own.
  void send_bytewise(std::string_view bytes);
  /// Sends CONNECT with `json` and PING, and reads until the PONG. returns: the lines before it.
  std::string connect(std::string_view json);

  /// returns: the bytes up to and including the next `end`.
  [[nodiscard]] std::string read_through(std::string_view end);
  [[nodiscard]] std::string read_bytes(std::size_t count);
  /// returns: everything until the peer closed (or reset) the connection.
  [[nodiscard]] std::string read_until_closed();
  /// Takes what has come without waiting. returns: false once it is closed.
  bool take_available();
  [[nodiscard]] std::string& received() { return received_; }

  /// Tells the peer that no more will be sent; reading goes on.
  void half_close();
  /// Closes with RST instead of FIN.
  void reset();

  [[nodiscard]] int descriptor() const { return fd_; }

 private:
  /// Waits for more bytes. returns: false when the peer has closed.
  bool receive(const deadline& end);

  int fd_ = -1;
  pings broker_pings_;
  ping_filter filter_;
  std::string received_;
  std::string info_;
};

}  // namespace wirebird::system_tests
