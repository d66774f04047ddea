// The command line of wirebird-bench. Read once at start; immutable afterwards.
#pragma once

#include "perf/load/clock.hh"

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace wirebird::load {

// The operator's fault, or a server that cannot be reached or set up: one sentence, exit code 2.
struct start_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class run_mode { throughput, fanout, request, latency, jitter };

struct options {
  run_mode mode = run_mode::throughput;
  std::string host = "127.0.0.1";
  std::string port = "4222";
  std::string subject = "bench";

  std::uint32_t publishers = 1;
  std::uint32_t subscribers = 1;
  std::uint32_t requesters = 1000;
  std::uint32_t responders = 4;
  std::size_t size_bytes = 128;

  nanoseconds duration = 5 * nanoseconds_per_second;
  nanoseconds warm_up = nanoseconds_per_second;
  nanoseconds drain = 10 * nanoseconds_per_second;
  // Messages (requests) in all; 0 means: for `duration`.
  std::uint64_t count = 0;
  double rate = 100'000;    // latency: messages per second over all publishers
  std::uint64_t ahead = 0;  // 0 means: chosen from size and subscribers

  std::optional<int> pin_cpu;
  std::optional<int> server_pid;
  bool spin = false;
  bool json = false;
};

// A publisher's number lies in 16 bits of each payload.
inline constexpr std::uint32_t publishers_max = 65'535;

[[nodiscard]] std::string_view name_of(run_mode mode);

// returns: nothing when help was asked for.
// throws: start_error that names the argument and what it may be.
[[nodiscard]] std::optional<options> parse_options(int argument_count, char** arguments);

// What --help prints.
[[nodiscard]] std::string_view help_text();

// "16", "4k", "2KiB", "1M": decimal suffixes k M G, binary ones KiB MiB GiB. throws: start_error.
[[nodiscard]] std::uint64_t parse_quantity(std::string_view text, std::string_view option);
// "250ms", "2s", "1.5s", "1m"; a bare number is seconds. throws: start_error.
[[nodiscard]] nanoseconds parse_duration(std::string_view text, std::string_view option);

}  // namespace wirebird::load
