#include "perf/load/clock.hh"
#include "tests/faults/control_plane.hh"
#include "tests/faults/crowd.hh"
#include "tests/faults/scenarios.hh"

#include <signal.h>

namespace wirebird::faults {

namespace {

/// Events about clients that nobody reads.
void come_and_go(stage& on) {
  constexpr std::size_t at_once = 100;
  crowd guests(on.broker().host(), on.broker().port());
  guests.join(at_once);
  guests.leave();
}

// Silent for 3 s it is replaced, and what was stopped is ended with it.
void run(stage& on) {
  constexpr double replaced_ms_max = 5000;
  const bool served = system_tests::eventually([&] { return http_get(on, "/varz").status == 200; });
  on.judge().expect(served, "pages before");
  const pid_t broker = on.broker().child().pid();
  const pid_t stopped = child_of(broker);
  const load::nanoseconds began = load::now_ns();
  ::kill(stopped, SIGSTOP);
  const std::size_t floods = on.is_full() ? 60 : 2;
  for (std::size_t i = 0; i < floods && child_of(broker) == stopped; ++i) come_and_go(on);
  const bool replaced = system_tests::eventually([&] { return child_of(broker) != stopped; });
  const double ms = static_cast<double>(load::now_ns() - began) / 1e6;
  on.judge().expect(replaced, "a stopped control is replaced, here after " + milliseconds_text(ms));
  if (on.is_full()) on.judge().expect(ms <= replaced_ms_max, "within 5 s");
  on.judge().expect(system_tests::eventually([&] { return is_gone(stopped); }),
                    "the stopped one is gone");
  const bool back = system_tests::eventually([&] { return http_get(on, "/varz").status == 200; });
  on.judge().expect(back, "pages after");
  const auto first = http_get(on, "/eventz?limit=100000").body;
  on.judge().expect(first.find("\"resync\"") != first.npos, "the next one knows what it missed");
  on.judge().figure(std::to_string(number_in(first, "total").value_or(0)) + " events told, " +
                    std::to_string(number_in(first, "lost").value_or(0)) + " counted as lost");
  if (on.is_full()) static_cast<void>(system_tests::eventually([] { return false; }, seconds(60)));
}

}  // namespace

const scenario s02_control_stopped{
    .name = "S2",
    .title = "wirebird-control is stopped and does not know",
    .configuration = with_monitoring,
    .run = run,
    .limits = {.delivery_p999_ratio = 1.1},
};

}  // namespace wirebird::faults
