#include "tests/faults/load_churn.hh"
#include "tests/faults/load_pump.hh"
#include "tests/faults/memory_trend.hh"
#include "tests/faults/scenarios.hh"
#include "tests/faults/stage.hh"

#include <array>
#include <cstdio>

namespace wirebird::faults {

namespace {

constexpr double mebibyte = 1024 * 1024;
// Beyond warm-up memory may rise by this in all; the line through the readings of a run of some
// minutes is not flatter than that by chance.
constexpr double growth_bytes_max = 4 * mebibyte;

struct totals {
  std::uint64_t stream = 0;
  std::uint64_t wide = 0;
  std::uint64_t connections = 0;
  std::uint64_t subscriptions = 0;
  std::uint64_t cuts = 0;
};

void print(stage& on, double second, double span, double resident, const totals& now,
           const totals& before) {
  const auto rate = [span](std::uint64_t later, std::uint64_t earlier) {
    return static_cast<double>(later - earlier) / span;
  };
  std::array<char, 200> line;
  std::snprintf(line.data(), line.size(),
                "%6.0f s  RSS %7.2f MiB  1->1 %8.0f/s  1->100 %8.0f/s  connects %6.0f/s  "
                "subscriptions %7.0f/s  slow ones cut %llu",
                second, resident / mebibyte, rate(now.stream, before.stream),
                rate(now.wide, before.wide), rate(now.connections, before.connections),
                rate(now.subscriptions, before.subscriptions),
                static_cast<unsigned long long>(now.cuts));
  on.judge().figure(line.data());
}

// What waits for those who read nothing comes to the same height every time, however fast the
// machine happens to be: only then does a flat line of memory say something.
std::string limits_of(run_size /*size*/) {
  return "max_pending: 8MB\n";
}

// Everything at once for as long as one likes.
void run(stage& on) {
  const std::string host = on.broker().host();
  const std::uint16_t port = on.broker().port();
  const double wanted = on.minutes() * 60;
  const milliseconds interval = wanted > 60 ? seconds(10) : seconds(1);
  load_pump stream(host, port, "load.stream", 1, 128);
  load_pump wide(host, port, "load.wide", 100, 512);
  load_churn churn(host, port, "load.wide", on.seed());
  memory_trend trend;
  totals before;
  const load::nanoseconds begin = load::now_ns();
  for (double last = 0; last < wanted;) {
    static_cast<void>(system_tests::eventually([] { return false; }, interval));
    const double second = load::seconds_of(load::now_ns() - begin);
    const totals now{stream.delivered(), wide.delivered(), churn.connections(),
                     churn.subscriptions(), churn.cuts()};
    const auto resident = static_cast<double>(on.broker().child().resident_bytes());
    trend.add(second, resident);
    print(on, second, second - last, resident, now, before);
    before = now;
    last = second;
  }
  const std::string complaints = churn.stop() + wide.stop() + stream.stop();
  on.judge().expect(complaints.empty(), "all load delivered, once and in order " + complaints);
  const double growth = trend.growth_bytes();
  on.judge().figure("memory rises by " + std::to_string(growth / mebibyte) +
                    " MiB behind the first third of the run");
  if (wanted > 60) on.judge().expect(growth <= growth_bytes_max, "that is at most 4 MiB");
  on.expect_counters({"slow_consumers", "slow_write_deadlines", "slow_without_memory"},
                     churn.cuts(), churn.cuts() + 1);
  on.expect_counters({"deliveries_no_memory"}, 0, 0);
}

}  // namespace

const scenario load_scenario{
    .name = "load",
    .title = "all kinds of load at once (--minutes)",
    .configuration = limits_of,
    .run = run,
    .limits = {.delivery_p999_ratio = 1e9, .rate_least = 0.9},
    .only_by_name = true,
};

}  // namespace wirebird::faults
