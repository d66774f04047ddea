// What a message costs when its subscriber is on another worker, beside one on the publisher's own.
// `same` and `across` run everything on one thread: the time of both workers together, without what
// two cores charge each other for cache lines. `on_two_threads` has a thread for each worker, as
// under load: some batches are always under way. `both_each` is what the iterations that had work
// took on both, per message, so what crossing adds is that less the time of `same`. Items are
// messages; a batch is what one iteration publishes.
#include "dataplane/crossing/mesh.hh"
#include "perf/bench_support.hh"
#include "perf/broker_in_memory.hh"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

#include <benchmark/benchmark.h>
#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace wirebird::broker {
namespace {

// Cycles of the time stamp counter in a nanosecond; 0 where there is none.
double cycles_per_nanosecond() {
#if defined(__x86_64__)
  using clock = std::chrono::steady_clock;
  const auto begin = clock::now();
  const std::uint64_t first = __rdtsc();
  while (clock::now() - begin < std::chrono::milliseconds(20)) {
  }
  const std::uint64_t last = __rdtsc();
  const std::chrono::duration<double, std::nano> passed = clock::now() - begin;
  return static_cast<double>(last - first) / passed.count();
#else
  return 0;
#endif
}

// Besides messages the subscriber gets a PING now and then.
constexpr std::uint64_t pings_bytes_max = 600;

struct load {
  explicit load(const benchmark::State& state)
      : messages(static_cast<std::uint64_t>(state.range(0))),
        payload(static_cast<std::size_t>(state.range(1))) {
    const std::string body = std::to_string(payload) + "\r\n" + std::string(payload, 'x') + "\r\n";
    for (std::uint64_t i = 0; i < messages; ++i) publishes += "PUB bench " + body;
    bytes_each = std::string_view("MSG bench 1 ").size() + body.size();
  }
  void report(benchmark::State& state) const {
    static const double cycles = cycles_per_nanosecond();
    const auto all = static_cast<double>(state.iterations()) * static_cast<double>(messages);
    state.SetItemsProcessed(static_cast<std::int64_t>(all));
    // Processor time, or with two threads real time; in cycles: times the second figure.
    state.counters["each"] =
        benchmark::Counter(all, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.counters["cycles_per_ns"] = cycles;
  }

  std::uint64_t messages;
  std::size_t payload;
  std::uint64_t bytes_each = 0;
  std::string publishes;
};

void same(benchmark::State& state) {
  const load given(state);
  worker node(2);
  node.say(1, "SUB bench 1\r\n");
  const std::uint64_t before = node.taken(1);
  for (auto _ : state) {
    node.hear(0, given.publishes);
    node.settle(0);
  }
  const auto rounds = static_cast<std::uint64_t>(state.iterations());
  bench::require(
      node.taken(1) - before - rounds * given.messages * given.bytes_each < pings_bytes_max,
      "the subscriber did not get everything once");
  given.report(state);
}

void across(benchmark::State& state) {
  const load given(state);
  crossing::mesh lanes(2);
  worker from(1, lanes.station_of(0));
  worker to(1, lanes.station_of(1));
  to.say(0, "SUB bench 1\r\n");
  from.iterate();
  const std::uint64_t before = to.taken(0);
  std::uint64_t expected = before;
  for (auto _ : state) {
    expected += given.messages * given.bytes_each;
    from.hear(0, given.publishes);
    from.iterate();
    while (to.taken(0) < expected) {
      to.iterate();
      from.settle(0);
    }
  }
  bench::require(to.taken(0) - expected < pings_bytes_max, "the subscriber got too much");
  given.report(state);
}

std::uint64_t ticks() noexcept {
#if defined(__x86_64__)
  return __rdtsc();
#else
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

// The subscriber's worker on a thread of its own.
class receiver {
 public:
  explicit receiver(worker& own) : own_(own), taken_(own.taken(0)), thread_([this] { run(); }) {}
  std::uint64_t taken() const noexcept { return taken_.load(std::memory_order_acquire); }
  // returns: the ticks of the iterations that delivered something.
  std::uint64_t stop() {
    stops_.store(true, std::memory_order_relaxed);
    thread_.join();
    return busy_;
  }

 private:
  void run() {
    std::uint64_t before = own_.taken(0);
    std::uint64_t begin = ticks();
    while (!stops_.load(std::memory_order_relaxed)) {
      own_.iterate();
      const std::uint64_t end = ticks();
      if (const std::uint64_t now = own_.taken(0); now != before) {
        busy_ += end - begin;
        before = now;
        taken_.store(now, std::memory_order_release);
      }
      begin = end;
    }
  }

  worker& own_;
  std::uint64_t busy_ = 0;
  alignas(64) std::atomic<std::uint64_t> taken_;
  std::atomic<bool> stops_{false};
  std::thread thread_;
};

constexpr std::uint64_t batches_under_way = 4;

void on_two_threads(benchmark::State& state) {
  const load given(state);
  crossing::mesh lanes(2);
  worker from(1, lanes.station_of(0));
  worker to(1, lanes.station_of(1));
  to.say(0, "SUB bench 1\r\n");
  from.iterate();
  const std::uint64_t batch = given.messages * given.bytes_each;
  std::uint64_t expected = to.taken(0);
  std::uint64_t busy = 0;
  receiver there(to);
  for (auto _ : state) {
    const std::uint64_t begin = ticks();
    expected += batch;
    from.hear(0, given.publishes);
    from.settle(0);
    busy += ticks() - begin;
    while (there.taken() + batches_under_way * batch < expected) from.iterate();
  }
  while (there.taken() < expected) from.settle(0);
  busy += there.stop();
  bench::require(to.taken(0) - expected < pings_bytes_max, "the subscriber got too much");
  given.report(state);
  const double per_ns = std::max(state.counters["cycles_per_ns"].value, 1.0);
  const auto all = static_cast<double>(state.iterations()) * static_cast<double>(given.messages);
  state.counters["both_each"] = static_cast<double>(busy) / per_ns / all * 1e-9;
}

void batches(benchmark::internal::Benchmark* each) {
  each->ArgNames({"batch", "payload"});
  for (const std::int64_t payload : {16, 1024})
    for (const std::int64_t batch : {1, 16, 64, 256}) each->Args({batch, payload});
}
BENCHMARK(same)->Apply(batches);
BENCHMARK(across)->Apply(batches);
BENCHMARK(on_two_threads)->Apply(batches)->UseRealTime();

}  // namespace
}  // namespace wirebird::broker

BENCHMARK_MAIN();
