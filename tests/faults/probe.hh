#pragma once

#include "perf/load/clock.hh"
#include "tests/faults/phase.hh"
#include "tests/faults/probe_logins.hh"
#include "tests/faults/probe_requests.hh"
#include "tests/faults/probe_stream.hh"

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <poll.h>

namespace wirebird::faults {

/// The innocent clients of every run, whose messages, answers and connects show what a fault costs
/// others: one publisher to one subscriber at 5,000 messages a second, 20 requesters at 10 requests
/// a second each, and a fresh connection with CONNECT and PING every 100 ms.
///
/// Open loop: times count from when something was due. Runs on a thread of its own between the
/// constructor and stop(); `enter` from any thread, figures after stop().
class probe {
 public:
  /// Connects everybody. throws: load::start_error.
  /// `newcomers`: with fresh connections.
  probe(const std::string& host, std::uint16_t port, bool newcomers);
  ~probe();
  probe(const probe&) = delete;
  probe& operator=(const probe&) = delete;

  /// Figures from now on belong to `next`.
  void enter(phase next);
  /// Sends no more, waits until everything sent has come or `patience` is over, ends the thread.
  void stop(load::nanoseconds patience);

  [[nodiscard]] const phase_figures& figures(phase which) const {
    return figures_[static_cast<std::size_t>(which)];
  }
  /// What went wrong, one sentence each; empty when all is as promised.
  [[nodiscard]] std::vector<std::string> complaints() const;

 private:
  void run();
  phase_figures& now_in(load::nanoseconds now);
  void send(load::nanoseconds now, phase_figures&);
  void wait(load::nanoseconds until);
  void receive(phase_figures&);
  [[nodiscard]] bool is_complete() const;

  std::array<phase_figures, phases> figures_;
  probe_stream stream_;
  probe_requests requests_;
  probe_logins logins_;
  std::vector<char> scratch_;
  std::vector<pollfd> watched_;  // the requests' clients, then the stream's two
  std::atomic<phase> phase_{phase::baseline};
  std::atomic<bool> stopping_{false};
  bool newcomers_;
  load::nanoseconds patience_ = 0;
  std::thread thread_;
};

}  // namespace wirebird::faults
