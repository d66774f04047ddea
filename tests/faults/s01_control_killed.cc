#include "perf/load/clock.hh"
#include "tests/faults/control_plane.hh"
#include "tests/faults/load_pump.hh"
#include "tests/faults/scenarios.hh"

#include <algorithm>
#include <random>

#include <signal.h>

namespace wirebird::faults {

namespace {

/// returns: ms until pages were back, with counts that had not gone back.
double until_pages_are_back(stage& on, std::uint64_t& in_msgs) {
  const load::nanoseconds began = load::now_ns();
  std::optional<std::uint64_t> now;
  const bool back = system_tests::eventually([&] {
    const http_answer page = http_get(on, "/varz");
    if (page.status == 200) now = number_in(page.body, "in_msgs");
    return now.has_value();
  });
  const double ms = static_cast<double>(load::now_ns() - began) / 1e6;
  if (!back || *now < in_msgs)
    on.judge().expect(false, "pages are back and counters never step back");
  in_msgs = now.value_or(in_msgs);
  return ms;
}

void run(stage& on) {
  const int kills = on.is_full() ? 100 : 5;
  const double wanted_rate = on.is_full() ? 500'000 : 5'000;
  constexpr double back_ms_max = 1000;
  load_pump pump(on.broker().host(), on.broker().port(), "under.load", 1, 128, wanted_rate);
  const load::nanoseconds began = load::now_ns();
  std::mt19937_64 dice(on.seed());
  std::uint64_t in_msgs = 0;
  static_cast<void>(until_pages_are_back(on, in_msgs));
  double slowest = 0;
  for (int i = 0; i < kills; ++i) {
    const pid_t control = child_of(on.broker().child().pid());
    ::kill(control, SIGKILL);
    slowest = std::max(slowest, until_pages_are_back(on, in_msgs));
    const milliseconds pause(dice() % 200);
    static_cast<void>(system_tests::eventually([] { return false; }, pause));
  }
  on.judge().figure(std::to_string(kills) + " kills, /varz back within " +
                    milliseconds_text(slowest));
  const double rate =
      static_cast<double>(pump.delivered()) / load::seconds_of(load::now_ns() - began);
  on.judge().figure("meanwhile " + std::to_string(static_cast<int>(rate)) + " messages a second");
  const std::string complaint = pump.stop();
  on.judge().expect(complaint.empty(), "all of them came, once and in order " + complaint);
  on.judge().expect(pump.delivered() > 0, "there was load");
  if (on.is_full()) on.judge().expect(slowest <= back_ms_max, "each time within a second");
}

}  // namespace

const scenario s01_control_killed{
    .name = "S1",
    .title = "wirebird-control is killed again and again",
    .configuration = with_monitoring,
    .run = run,
    // Its baseline has the probe alone; here a machine of two cores has nothing left to be on time.
    .limits = {.delivery_p999_ratio = 1e9},
};

}  // namespace wirebird::faults
