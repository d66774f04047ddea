#pragma once

#include "dataplane/base/plain_frame_pool.hh"
#include "dataplane/tcp/stack.hh"
#include "tests/sim/clock.hh"
#include "tests/tcp/talker.hh"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wirebird::tcp {

/// One machine: a stack and everything it needs.
struct host final : stream::acceptor {
  host(sim::clock&, datagram_sink&, const options&, std::uint64_t seed, std::size_t frames);

  /// One worker iteration without its input.
  void iterate(instant now);
  stream::handler* on_accepted(stream::connection&, instant now) override;
  /// returns: what was not given back, empty if nothing. After the stack's end.
  [[nodiscard]] std::string leftovers();

  random dice;
  plain_frame_pool frames;
  arena memory;
  timer_wheel wheel;
  std::unique_ptr<stack> tcp;
  std::vector<std::unique_ptr<talker>> talkers;
  std::function<std::unique_ptr<talker>(const endpoint& remote)> accepts;
};

/// Faults that are put into a simulation to see that its checks find them.
enum class sabotage : std::uint8_t {
  none,
  wrong_byte,     ///< one byte changes on the way, with the checksum made to fit
  shrunk_window,  ///< a window says less than before
  ack_too_far,    ///< something is acknowledged that was never sent
  kept_frame,     ///< a frame never comes back
  endless_loss,   ///< in the end the cable carries nothing
  exact_resets,   ///< forged RSTs carry the right number
};

/// What all simulations of a run did, to show that each kind of trouble happened at all.
struct simulation_totals {
  std::uint64_t simulated_seconds = 0;
  std::uint64_t segments = 0;
  std::uint64_t forged = 0;
  std::uint64_t too_big = 0;
  std::uint64_t restarts = 0;
  std::uint64_t timeouts = 0;
  std::uint64_t fast_retransmits = 0;
  std::uint64_t challenges = 0;
  std::uint64_t paws = 0;
  std::uint64_t cookies = 0;
  std::uint64_t path_mtu_lowered = 0;
  std::uint64_t time_wait_reused = 0;
};

/// Runs one simulation. returns: what went wrong, empty if nothing. Deterministic.
[[nodiscard]] std::string simulate(std::uint64_t seed, sabotage, simulation_totals&);

}  // namespace wirebird::tcp
