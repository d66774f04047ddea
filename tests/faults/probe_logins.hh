#pragma once

#include "perf/load/connection.hh"
#include "tests/faults/phase.hh"

#include <deque>
#include <string>
#include <vector>

#include <netinet/in.h>

namespace wirebird::faults {

/// The probe's newcomers: a fresh connection every 100 ms that says CONNECT and PING and leaves
/// with the PONG. One that is not answered within `patience` has failed.
class probe_logins {
 public:
  static constexpr load::nanoseconds interval = load::nanoseconds_per_second / 10;
  static constexpr load::nanoseconds patience = 5 * load::nanoseconds_per_second;

  probe_logins(const std::string& host, std::uint16_t port);

  void start(load::nanoseconds now) { due_ = now; }
  [[nodiscard]] load::nanoseconds due() const { return due_; }
  /// Begins what is due, and looks after those under way.
  void act(load::nanoseconds now, bool may_begin, phase_figures& figures);

  [[nodiscard]] bool is_complete() const { return under_way_.empty(); }
  void add_complaints(std::vector<std::string>& to) const;

 private:
  struct login {
    load::descriptor socket;
    load::nanoseconds due;
    std::string received;
    bool greeted = false;
  };
  enum class step { waits, done, failed };

  void begin(load::nanoseconds due);
  step advance(login& one);
  void fail(const std::string& why);

  sockaddr_in address_{};
  std::deque<login> under_way_;
  load::nanoseconds due_ = 0;
  std::uint64_t begun_ = 0;
  std::uint64_t failed_ = 0;
  std::string first_failure_;
};

}  // namespace wirebird::faults
