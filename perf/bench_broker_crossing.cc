// What a message costs when its subscriber is on another worker, beside one on the publisher's own.
// `same` and `across` run everything on one thread: the time of both workers together, without what
// two cores charge each other for cache lines. `on_two_threads` has a thread for each worker and
// measures what passes in real time. Items are messages; a batch is what one iteration publishes.
#include "dataplane/crossing/mesh.hh"
#include "perf/bench_support.hh"
#include "perf/broker_in_memory.hh"

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

void on_two_threads(benchmark::State& state) {
  const load given(state);
  crossing::mesh lanes(2);
  worker from(1, lanes.station_of(0));
  worker to(1, lanes.station_of(1));
  to.say(0, "SUB bench 1\r\n");
  from.iterate();
  std::uint64_t expected = to.taken(0);
  std::atomic<std::uint64_t> taken{expected};
  std::atomic<bool> stops{false};
  std::thread receiver([&] {
    while (!stops.load(std::memory_order_relaxed)) {
      to.iterate();
      taken.store(to.taken(0), std::memory_order_release);
    }
  });
  for (auto _ : state) {
    expected += given.messages * given.bytes_each;
    from.hear(0, given.publishes);
    do from.settle(0);
    while (taken.load(std::memory_order_acquire) < expected);
  }
  stops.store(true, std::memory_order_relaxed);
  receiver.join();
  bench::require(to.taken(0) - expected < pings_bytes_max, "the subscriber got too much");
  given.report(state);
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
