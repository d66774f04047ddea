#include "tests/faults/client.hh"
#include "tests/faults/crowd.hh"
#include "tests/faults/scenarios.hh"
#include "tests/faults/stage.hh"

#include <algorithm>

#include <poll.h>

namespace wirebird::faults {

namespace {

constexpr load::nanoseconds second = load::nanoseconds_per_second;
constexpr load::nanoseconds deadline_of(run_size size) {
  return (size == run_size::full ? 10 : 3) * second;
}

std::string limits_of(run_size size) {
  return "write_deadline: \"" + std::to_string(deadline_of(size) / second) + "s\"\n";
}

// What the arena of a worker may hold, and room for the rest of the process.
constexpr std::size_t growth_bytes_max = (std::size_t{1024} + 64) * 1024 * 1024;

/// A publisher at a steady rate, however the broker takes it.
class source {
 public:
  source(const std::string& host, std::uint16_t port, double rate)
      : link_(host, port, ""), rate_(rate), begin_(load::now_ns()) {}

  void turn() {
    const double due = rate_ * load::seconds_of(load::now_ns() - begin_);
    for (; static_cast<double>(published_) < due && !link_.has_unsent(); ++published_)
      link_.queue(frame_);
    link_.flush();
  }
  [[nodiscard]] std::uint64_t published() const { return published_; }

 private:
  client link_;
  double rate_;
  load::nanoseconds begin_;
  std::uint64_t published_ = 0;
  std::string frame_ = "PUB army 1024\r\n" + std::string(1024, 'z') + "\r\n";
};

// Thousands subscribe, then close their windows for ever.
void run(stage& on) {
  const std::size_t count = on.is_full() ? 5000 : 300;
  constexpr int smallest_buffer = 1;  // the kernel makes it about 2 KiB
  crowd army(on.broker().host(), on.broker().port());
  army.join(count, smallest_buffer);
  army.say_all("CONNECT {\"verbose\":false}\r\nSUB army 1\r\nPING\r\n");
  const auto is_subscribed = [](const crowd::member& one) {
    return one.received.find("PONG\r\n") != std::string::npos;
  };
  on.judge().expect(army.drive([&] { return std::ranges::all_of(army.members(), is_subscribed); },
                               system_tests::patience),
                    "all of the army subscribe");
  for (std::size_t i = 0; i < count; ++i) army.set_reading(i, false);
  const std::size_t before = on.broker().child().resident_bytes();
  std::size_t most = before;
  source flood(on.broker().host(), on.broker().port(), 100);
  const load::nanoseconds begin = load::now_ns();
  const auto all_gone = [&] {
    flood.turn();
    most = std::max(most, on.broker().child().resident_bytes());
    return army.ended() == count;
  };
  const load::nanoseconds deadline = deadline_of(on.is_full() ? run_size::full : run_size::ci);
  const bool gone = army.drive(all_gone, seconds(deadline / second + 15));
  const double took = load::seconds_of(load::now_ns() - begin);
  on.judge().figure("the army of " + std::to_string(count) + " is gone after " +
                    std::to_string(took) + " s, " + std::to_string(flood.published()) +
                    " messages; the broker grew by " + std::to_string((most - before) / 1024) +
                    " KiB");
  on.judge().expect(gone, "all are cut; still there: " + std::to_string(count - army.ended()));
  if (on.is_full())
    on.judge().expect(took <= load::seconds_of(deadline) + 1, "within the deadline + 1 s");
  on.judge().expect(most - before <= growth_bytes_max, "memory for output stays in its budget");
  on.expect_counters({"slow_consumers", "slow_write_deadlines", "slow_without_memory"}, count,
                     count);
}

}  // namespace

const scenario s08_zero_window_army{
    .name = "S8",
    .title = "an army of subscribers that close their windows",
    .configuration = limits_of,
    .run = run,
    .limits = {.delivery_p999_ratio = 2, .login_p99_ms = 50},
};

}  // namespace wirebird::faults
