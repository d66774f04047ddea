#include "tests/faults/fan.hh"
#include "tests/faults/scenarios.hh"
#include "tests/faults/slow_reader.hh"
#include "tests/faults/stage.hh"
#include "tests/faults/trickle.hh"

#include <filesystem>

#include <signal.h>

namespace wirebird::faults {

namespace {

using system_tests::process;

std::size_t count_of(const std::string& log, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = log.find(what); at != std::string::npos; at = log.find(what, at + 1))
    ++found;
  return found;
}

// The limits of ci size let both cuts happen within seconds: the stopped one has its deadline, and
// the slow one, which never stops to read, its pending bytes.
std::string limits_of(run_size size) {
  if (size == run_size::full) return "write_deadline: \"10s\"\nmax_pending: 16777216\n";
  return "write_deadline: \"2s\"\nmax_pending: 2097152\n";
}

// One of many subscribers is stopped, another takes 1 kB/s. Both are cut, for being slow, and
// nobody else notices.
void run(stage& on) {
  const std::string host = on.broker().host();
  const std::uint16_t port = on.broker().port();
  const std::size_t others = on.is_full() ? 998 : 48;
  const double rate = on.is_full() ? 400 : 500;
  constexpr load::nanoseconds second = load::nanoseconds_per_second;
  fan many(host, port, "s7", others, 1024);
  process stopped({std::filesystem::read_symlink("/proc/self/exe").string(), slow_reader_flag, host,
                   std::to_string(port), "s7"});
  system_tests::require_eventually("the subscriber",
                                   [&stopped] { return stopped.output().find("subscribed") == 0; });
  trickle slow(host, port, "s7", 1000);
  // The rate that they get without a fault is the measure.
  many.run(rate, second);
  const double calm = static_cast<double>(many.delivered()) / static_cast<double>(others);

  stopped.signal(SIGSTOP);
  const load::nanoseconds began = load::now_ns();
  const std::string slow_line = "Slow Consumer Detected";
  load::nanoseconds first_cut = 0;
  std::size_t cuts = 0;
  const std::uint64_t before = many.delivered();
  while (cuts < 2 && load::now_ns() < began + (on.is_full() ? 60 : 14) * second) {
    many.run(rate, second / 4);
    cuts = count_of(on.log(), slow_line);
    if (cuts > 0 && first_cut == 0) first_cut = load::now_ns();
  }
  const double span = load::seconds_of(load::now_ns() - began);
  const double got = static_cast<double>(many.delivered() - before) / static_cast<double>(others);
  on.judge().figure("others: " + std::to_string(got / span) + " msg/s each, " +
                    std::to_string(calm) + " in the second before; first cut after " +
                    milliseconds_text(static_cast<double>(first_cut - began) / 1e6));
  const bool all = many.drain(10 * second);
  on.judge().expect(all && many.complaint().empty(),
                    "the others got everything, once and in order " + many.complaint());
  on.judge().expect(cuts == 2, "the stopped and the slow one are cut as slow consumers, seen: " +
                                   std::to_string(cuts));
  if (on.is_full()) on.judge().expect(got / span >= 0.95 * calm, "others at 95 % of the rate");
  on.expect_counters({"slow_consumers", "slow_write_deadlines"}, 2, 2);
  stopped.signal(SIGKILL);
}

}  // namespace

const scenario s07_slow_subscribers{
    .name = "S7",
    .title = "of many subscribers one is stopped and one takes 1 kB/s",
    .configuration = limits_of,
    .run = run,
    .limits = {.delivery_p999_ratio = 1.5, .rate_least = 0.95},
};

}  // namespace wirebird::faults
