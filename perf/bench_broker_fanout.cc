// The broker between two transports in memory: PUB bytes in, MSG bytes out, nothing else. A
// publisher's 16 KiB are parsed, matched and fanned out to N subscribers, whose output is then
// acknowledged as a fast peer does. Items are deliveries: a publish is spread over its own.
#include "perf/bench_support.hh"
#include "perf/broker_in_memory.hh"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include <benchmark/benchmark.h>

namespace wirebird::broker {
namespace {

void publish_to(benchmark::State& state) {
  const auto subscribers = static_cast<std::size_t>(state.range(0));
  const auto payload_size = static_cast<std::size_t>(state.range(1));
  worker node(subscribers + 1);
  for (std::size_t i = 1; i <= subscribers; ++i) node.say(i, "SUB bench 1\r\n");
  const std::string body =
      std::to_string(payload_size) + "\r\n" + std::string(payload_size, 'x') + "\r\n";
  const std::size_t messages = std::max<std::size_t>(16 * 1024 / (body.size() + 10), 1);
  std::string publishes;
  for (std::size_t i = 0; i < messages; ++i) publishes += "PUB bench " + body;

  const std::uint64_t before = node.taken(subscribers);
  for (auto _ : state) {
    node.hear(0, publishes);
    node.settle(0);
  }
  const std::size_t message_size = std::string_view("MSG bench 1 ").size() + body.size();
  const auto rounds = static_cast<std::uint64_t>(state.iterations());
  bench::require(node.taken(subscribers) - before == rounds * messages * message_size,
                 "the last subscriber did not get everything");
  const std::uint64_t deliveries = rounds * messages * subscribers;
  state.SetItemsProcessed(static_cast<std::int64_t>(deliveries));
  state.SetBytesProcessed(static_cast<std::int64_t>(deliveries * message_size));
}
BENCHMARK(publish_to)
    ->ArgNames({"subscribers", "payload"})
    ->Args({1, 16})
    ->Args({1, 128})
    ->Args({1, 1024})
    ->Args({8, 16})
    ->Args({8, 1024})
    ->Args({1000, 128})
    ->Args({1000, 1024});

}  // namespace
}  // namespace wirebird::broker

BENCHMARK_MAIN();
