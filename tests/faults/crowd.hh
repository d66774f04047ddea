#pragma once

#include "perf/load/clock.hh"
#include "perf/load/connection.hh"
#include "tests/system/deadline.hh"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <netinet/in.h>

namespace wirebird::faults {

/// Thousands of plain TCP connections, non-blocking, on the thread of their owner: attackers and
/// victims that do with the bytes what a scenario wants. They answer no PING.
class crowd {
 public:
  struct member {
    load::descriptor socket;
    std::string received;              ///< what `drive` has read and nobody took
    std::uint64_t received_bytes = 0;  ///< in all
    load::nanoseconds opened_at = 0;   ///< connected; 0: not yet
    load::nanoseconds ended_at = 0;    ///< closed or reset by the broker; 0: not yet
    bool reads = true;                 ///< false: what comes stays in the kernel
    std::string unsent;
  };

  crowd(const std::string& host, std::uint16_t port);

  /// Connects `count` more, some at a time, with a receive buffer of about `buffer_bytes` (0: the
  /// kernel's choice) and waits until each has the INFO line.
  /// throws: std::runtime_error when some do not get it in time.
  void join(std::size_t count, int buffer_bytes = 0);

  /// Sends or keeps for later what member `index` says.
  void say(std::size_t index, std::string_view bytes);
  void say_all(std::string_view bytes);
  /// Stops (goes on) reading: the window of the member closes (opens).
  void set_reading(std::size_t index, bool reads);

  /// Sends and receives until `done()` holds, asked at least every millisecond, or `limit` passed.
  /// returns: whether it held.
  bool drive(const std::function<bool()>& done, system_tests::milliseconds limit);
  /// The same for `span` in any case.
  void drive_for(system_tests::milliseconds span);

  [[nodiscard]] std::vector<member>& members() { return members_; }
  /// Members whose connection the broker has ended.
  [[nodiscard]] std::size_t ended() const { return ended_; }
  /// Closes all.
  void leave() { members_.clear(); }

 private:
  void begin(int buffer_bytes);
  void watch(std::size_t index, bool writes) const;
  void on_event(std::size_t index, std::uint32_t what);
  void receive(member& who);
  void send(std::size_t index);
  void end(member& who);
  void turn(int wait_ms);

  sockaddr_in address_{};
  load::descriptor epoll_;
  std::vector<member> members_;
  std::vector<char> scratch_;
  std::size_t ended_ = 0;
};

}  // namespace wirebird::faults
