#pragma once

#include "perf/load/connection.hh"
#include "perf/load/message_reader.hh"

#include <span>
#include <string>
#include <string_view>

namespace wirebird::faults {

/// One connection of the probe: set up with waiting, then non-blocking. What the socket does not
/// take at once waits here.
class client {
 public:
  /// Connects, sends CONNECT and `subscriptions`. throws: load::start_error.
  client(const std::string& host, std::uint16_t port, std::string_view subscriptions)
      : link_(host, std::to_string(port)) {
    link_.set_up(subscriptions);
    link_.start();
  }

  void queue(std::string_view bytes) { out_ += bytes; }
  /// Sends what the socket takes.
  void flush();
  /// Reads what has come; a Handler as of message_reader. returns: false when the connection is
  /// over or talks nonsense: see why().
  template <typename Handler>
  bool read(std::span<char> scratch, Handler& handler) {
    while (true) {
      const load::read_outcome outcome = reader_.read(link_.number(), scratch, handler);
      if (outcome == load::read_outcome::drained) return true;
      if (outcome != load::read_outcome::more) return false;
    }
  }

  [[nodiscard]] int descriptor() const { return link_.number(); }
  [[nodiscard]] bool has_unsent() const { return !out_.empty(); }
  [[nodiscard]] const std::string& why() const { return reader_.fault(); }

 private:
  load::connection link_;
  load::message_reader reader_;
  std::string out_;
};

}  // namespace wirebird::faults
