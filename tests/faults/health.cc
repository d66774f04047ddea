#include "tests/faults/health.hh"

#include "tests/faults/control_plane.hh"

#include <algorithm>

namespace wirebird::faults {

void health::look(stage& on) {
  const http_answer answer = http_get(on, "/healthz");
  ++asked_;
  if (answer.status == 200) times_.push_back(answer.ms);
}

void health::judge(stage& on, const std::string& during) {
  std::ranges::sort(times_);
  on.judge().expect(times_.size() == asked_, during + ": /healthz answered " +
                                                 std::to_string(times_.size()) + " of " +
                                                 std::to_string(asked_));
  if (times_.empty()) return;
  constexpr double p99_ms_max = 100;
  const double p99 = times_[(times_.size() - 1) * 99 / 100];
  on.judge().figure(during + ": /healthz p99 " + milliseconds_text(p99));
  if (on.is_full()) on.judge().expect(p99 <= p99_ms_max, during + ": p99 within 100 ms");
}

}  // namespace wirebird::faults
