#include "perf/load/clock.hh"
#include "tests/faults/control_plane.hh"
#include "tests/faults/scenarios.hh"

#include <signal.h>

namespace wirebird::faults {

namespace {

// Silent for 3 s it is replaced, and what was stopped is ended with it.
void run(stage& on) {
  constexpr double replaced_ms_max = 5000;
  const bool served = system_tests::eventually([&] { return http_get(on, "/varz").status == 200; });
  on.judge().expect(served, "pages before");
  const pid_t broker = on.broker().child().pid();
  const pid_t stopped = child_of(broker);
  const load::nanoseconds began = load::now_ns();
  ::kill(stopped, SIGSTOP);
  const bool replaced = system_tests::eventually([&] { return child_of(broker) != stopped; });
  const double ms = static_cast<double>(load::now_ns() - began) / 1e6;
  on.judge().expect(replaced, "a stopped control is replaced, here after " + milliseconds_text(ms));
  if (on.is_full()) on.judge().expect(ms <= replaced_ms_max, "within 5 s");
  on.judge().expect(system_tests::eventually([&] { return is_gone(stopped); }),
                    "the stopped one is gone");
  const bool back = system_tests::eventually([&] { return http_get(on, "/varz").status == 200; });
  on.judge().expect(back, "pages after");
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
