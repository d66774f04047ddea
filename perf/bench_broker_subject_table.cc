// Matching a published subject against a worker's subscriptions, and adding and removing them, at
// table sizes from a few to a million. Subjects are taken in an order that the cache cannot guess.
#include "dataplane/base/random.hh"
#include "dataplane/broker/match_cache.hh"
#include "dataplane/broker/subject_table.hh"
#include "perf/bench_support.hh"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <malloc.h>

namespace wirebird::broker {
namespace {

constexpr std::size_t lookups = 4096;

std::string literal(std::size_t index) {
  return "orders." + std::to_string(index % 97) + "." + std::to_string(index);
}

// A table with `count` subscriptions, each to a subject of its own.
class filled_table {
 public:
  explicit filled_table(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) add(literal(i));
    random dice(7);
    for (std::size_t i = 0; i < lookups; ++i) wanted.push_back(literal(dice.below(count)));
  }
  ~filled_table() {
    for (subscription* each : all) {
      table.remove(*each);
      subscription::end(*each);
    }
  }
  filled_table(const filled_table&) = delete;
  filled_table& operator=(const filled_table&) = delete;

  void add(const std::string& subject) {
    subscription& made = subscription::make("1");
    table.add(made, subject, "");
    all.push_back(&made);
  }

  const subject_hash hash{siphash_key{1, 2}};
  subject_table table{hash};
  std::vector<subscription*> all;
  std::vector<std::string> wanted;
};

void match_all(benchmark::State& state, filled_table& filled, std::size_t matches_each) {
  match_result result;
  std::size_t next = 0;
  std::uint64_t found = 0;
  for (auto _ : state) {
    const std::string& subject = filled.wanted[next++ % lookups];
    filled.table.match(subject, filled.hash(subject), result);
    found += result.plain().size();
  }
  bench::require(found == static_cast<std::uint64_t>(state.iterations()) * matches_each,
                 "a subscription was missed");
  state.SetItemsProcessed(state.iterations());
}

void match_literals(benchmark::State& state) {
  filled_table filled(static_cast<std::size_t>(state.range(0)));
  match_all(state, filled, 1);
}
BENCHMARK(match_literals)->ArgName("subscriptions")->Arg(16)->Arg(10'000)->Arg(1'000'000);

void match_with_patterns(benchmark::State& state) {
  filled_table filled(static_cast<std::size_t>(state.range(0)));
  filled.add("orders.*.*");
  filled.add("orders.>");
  for (int i = 0; i < 97; ++i) filled.add("*." + std::to_string(i) + ".>");
  match_all(state, filled, 4);
}
BENCHMARK(match_with_patterns)->ArgName("subscriptions")->Arg(16)->Arg(10'000)->Arg(1'000'000);

// What a publisher that stays with a few subjects pays.
void find_in_cache(benchmark::State& state) {
  filled_table filled(10'000);
  match_pool pool;
  match_cache cache(filled.hash);
  const auto subjects = static_cast<std::size_t>(state.range(0));
  for (std::size_t i = 0; i < 3 * subjects; ++i) {
    const std::string& subject = filled.wanted[i % subjects];
    const std::uint64_t hash = filled.hash(subject);
    if (cache.find(subject, hash) != nullptr) continue;
    const match_ref result = pool.take();
    filled.table.match(subject, hash, *result);
    cache.offer(subject, hash, result);
  }
  std::size_t next = 0;
  std::uint64_t hits = 0;
  for (auto _ : state) {
    const std::string& subject = filled.wanted[next++ % subjects];
    hits += cache.find(subject, filled.hash(subject)) != nullptr ? 1U : 0U;
  }
  // Two subjects may want one slot.
  bench::require(10 * hits >= 9 * static_cast<std::uint64_t>(state.iterations()) || subjects > 100,
                 "the cache does not keep what is asked for again");
  state.counters["hit_rate"] = static_cast<double>(hits) / static_cast<double>(state.iterations());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(find_in_cache)->ArgName("subjects")->Arg(1)->Arg(100)->Arg(2'000);

void subscribe_and_unsubscribe(benchmark::State& state) {
  filled_table filled(static_cast<std::size_t>(state.range(0)));
  const std::size_t before = filled.table.size();
  for (auto _ : state) {
    subscription& made = subscription::make("1");
    filled.table.add(made, "_INBOX.9f3k2j1h.4711", "");
    filled.table.remove(made);
    subscription::end(made);
  }
  bench::require(filled.table.size() == before, "a subscription stayed");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(subscribe_and_unsubscribe)->ArgName("subscriptions")->Arg(16)->Arg(1'000'000);

// Cold: what lies in the way has left the processor's caches. Every lookup is of another subject,
// and between two of them as much other memory is read as the last cache holds.
void match_cold(benchmark::State& state) {
  filled_table filled(static_cast<std::size_t>(state.range(0)));
  if (state.range(1) != 0) {
    filled.add("orders.*.*");
    filled.add("orders.>");
  }
  std::vector<std::uint64_t> other(std::size_t{64} * 1024 * 1024 / sizeof(std::uint64_t));
  match_result result;
  std::size_t next = 0;
  std::uint64_t sum = 0;
  std::vector<double> took;
  for (auto _ : state) {
    for (std::size_t i = 0; i < other.size(); i += 8) sum += ++other[i];
    const std::string& subject = filled.wanted[next++ % lookups];
    const auto begin = std::chrono::steady_clock::now();
    filled.table.match(subject, filled.hash(subject), result);
    const std::chrono::duration<double, std::nano> passed =
        std::chrono::steady_clock::now() - begin;
    took.push_back(passed.count());
  }
  std::sort(took.begin(), took.end());
  state.counters["median_ns"] = took[took.size() / 2];
  benchmark::DoNotOptimize(sum);
  bench::require(result.plain().size() == (state.range(1) != 0 ? 3U : 1U),
                 "a subscription was missed");
}
BENCHMARK(match_cold)
    ->ArgNames({"subscriptions", "patterns"})
    ->Args({10'000, 0})
    ->Args({10'000, 1})
    ->Args({1'000'000, 0})
    ->Args({1'000'000, 1})
    ->Iterations(100);

// Memory of the heap that a subscription, or another worker's interest, takes with its subject.
void memory_each(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const bool is_remote = state.range(1) != 0;
  for (auto _ : state) {
    const std::size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    const subject_hash hash{siphash_key{1, 2}};
    subject_table table{hash};
    std::vector<subscription*> all;
    all.reserve(count);
    const std::size_t listed = mallinfo2().uordblks + mallinfo2().hblkhd - before;
    for (std::size_t i = 0; i < count; ++i) {
      if (is_remote) {
        table.set_worker(literal(i), 1, true);
        continue;
      }
      all.push_back(&subscription::make("1"));
      table.add(*all.back(), literal(i), "");
    }
    const std::size_t now = mallinfo2().uordblks + mallinfo2().hblkhd;
    state.counters["bytes_each"] =
        static_cast<double>(now - before - listed) / static_cast<double>(count);
    for (subscription* each : all) {
      table.remove(*each);
      subscription::end(*each);
    }
    table.forget_workers();
  }
}
BENCHMARK(memory_each)
    ->ArgNames({"subscriptions", "remote"})
    ->Args({10'000, 0})
    ->Args({10'000, 1})
    ->Args({1'000'000, 0})
    ->Args({1'000'000, 1})
    ->Iterations(1);

}  // namespace
}  // namespace wirebird::broker

BENCHMARK_MAIN();
