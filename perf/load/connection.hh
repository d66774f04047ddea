// One client connection of the load tool: dialled and set up with blocking calls that have a
// deadline, then switched to non-blocking for the run. Owned by its mode, one thread.
#pragma once

#include "perf/load/options.hh"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace wirebird::load {

// A file descriptor that is closed once.
class descriptor {
 public:
  descriptor() = default;
  explicit descriptor(int number) : number_(number) {}
  descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor();

  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool is_open() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

class connection {
 public:
  // Connects and waits for INFO. throws: start_error when nobody answers like a NATS server.
  connection(const std::string& host, const std::string& port);

  // Sends CONNECT and the given SUB lines (may be empty), and waits until the server has taken
  // them in (PONG). throws: start_error on -ERR, end of stream, or 10 s of silence.
  void set_up(std::string_view subscriptions);
  // From here on reads and writes do not wait.
  void start();

  [[nodiscard]] int number() const { return socket_.number(); }

 private:
  void send_all(std::string_view text);
  // The next line without CR LF. Takes no byte beyond it from the socket.
  std::string read_line();

  descriptor socket_;
};

// Lifts the limit of open files to what this process may have.
// throws: start_error when fewer than `wanted` are allowed.
void allow_connections(std::uint64_t wanted);

}  // namespace wirebird::load
