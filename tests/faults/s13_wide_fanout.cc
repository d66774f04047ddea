#include "tests/faults/fan.hh"
#include "tests/faults/scenarios.hh"
#include "tests/faults/stage.hh"

namespace wirebird::faults {

namespace {

// 1 KB to everybody, as fast as the broker reads.
void run(stage& on) {
  const std::size_t subscribers = on.is_full() ? 5000 : 500;
  fan wide(on.broker().host(), on.broker().port(), "s13", subscribers, 1024);
  const load::nanoseconds begin = load::now_ns();
  wide.run(0, (on.is_full() ? 30 : 3) * load::nanoseconds_per_second);
  const bool all = wide.drain(30 * load::nanoseconds_per_second);
  const double span = load::seconds_of(load::now_ns() - begin);
  on.judge().figure(
      std::to_string(wide.published()) + " messages to " + std::to_string(subscribers) + ", " +
      std::to_string(static_cast<double>(wide.delivered()) / span) + " deliveries a second");
  on.judge().expect(all && wide.complaint().empty(),
                    "every subscriber got every message, once and in order " + wide.complaint());
  on.expect_counters({"slow_consumers"}, 0, 0);
  on.expect_counters({"deliveries_no_memory"}, 0, 0);
}

}  // namespace

const scenario s13_wide_fanout{
    .name = "S13",
    .title = "1 KB to thousands of subscribers flat out",
    .run = run,
    .limits = {.rate_least = 0.9, .delivery_p999_ms = 5},
};

}  // namespace wirebird::faults
