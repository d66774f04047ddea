// MSG control lines: one for each subscription that a message goes to.
#include "perf/bench_support.hh"
#include "protocol/writer.hh"

#include <array>
#include <cstdint>
#include <string_view>

#include <benchmark/benchmark.h>

namespace wirebird::protocol {
namespace {

void write_message_lines(benchmark::State& state) {
  const auto subscriptions = state.range(0);
  std::array<char, 256> out;
  std::size_t written = 0;
  for (auto _ : state) {
    const message_line line("orders.eu.1234", "", false, "", "128",
                            static_cast<std::size_t>(subscriptions));
    for (std::int64_t i = 0; i < subscriptions; ++i) {
      written = static_cast<std::size_t>(line.write(out.data(), "42") - out.data());
      benchmark::DoNotOptimize(out);
    }
  }
  bench::require(std::string_view(out.data(), written) == "MSG orders.eu.1234 42 128\r\n",
                 "another line was written");
  state.SetItemsProcessed(state.iterations() * subscriptions);
}
BENCHMARK(write_message_lines)->ArgName("subscriptions")->Arg(1)->Arg(8)->Arg(1000);

}  // namespace
}  // namespace wirebird::protocol

BENCHMARK_MAIN();
