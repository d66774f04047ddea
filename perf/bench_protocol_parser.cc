// PUB operations through the parser, in pieces of the size that transports deliver. Items are
// messages; bytes are wire bytes.
#include "perf/bench_support.hh"
#include "protocol/limits.hh"
#include "protocol/parser.hh"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <benchmark/benchmark.h>

namespace wirebird::protocol {
namespace {

std::string publishes(std::size_t payload_size, std::size_t bytes_wanted) {
  const std::string frame = "PUB orders.eu.1234 " + std::to_string(payload_size) + "\r\n" +
                            std::string(payload_size, 'x') + "\r\n";
  std::string stream;
  while (stream.size() < bytes_wanted) stream += frame;
  return stream;
}

// returns: messages whose end was seen.
std::uint64_t parse_all(parser& reader, std::string_view piece, std::span<char> line_buffer) {
  std::uint64_t messages = 0;
  while (true) {
    switch (reader.next(piece)) {
      case event::need_more: return messages;
      case event::need_line_buffer: reader.lend_line_buffer(line_buffer); break;
      case event::payload: messages += reader.payload_complete() ? 1U : 0U; break;
      case event::error: bench::require(false, "the parser refuses a PUB"); break;
      default: break;
    }
  }
}

void parse_publishes(benchmark::State& state) {
  const auto payload_size = static_cast<std::size_t>(state.range(0));
  const auto piece_size = static_cast<std::size_t>(state.range(1));
  const std::string stream = publishes(payload_size, 256 * 1024);
  const auto expected = static_cast<std::uint64_t>(std::count(stream.begin(), stream.end(), 'P'));
  const limits rules;
  std::array<char, 4096> line_buffer;
  std::uint64_t messages = 0;
  std::uint64_t passes = 0;
  for (auto _ : state) {
    parser reader(role::reads_client, rules);
    for (std::string_view rest = stream; !rest.empty();) {
      const std::string_view piece = rest.substr(0, piece_size);
      rest.remove_prefix(piece.size());
      messages += parse_all(reader, piece, line_buffer);
    }
    ++passes;
  }
  bench::require(messages == passes * expected, "messages were missed");
  state.SetItemsProcessed(static_cast<std::int64_t>(messages));
  state.SetBytesProcessed(static_cast<std::int64_t>(passes * stream.size()));
}
// 1448: a TCP segment on Ethernet, so that most pieces split a line or a payload.
BENCHMARK(parse_publishes)
    ->ArgNames({"payload", "piece"})
    ->ArgsProduct({{16, 128, 1024}, {1448, 65536}});

}  // namespace
}  // namespace wirebird::protocol

BENCHMARK_MAIN();
