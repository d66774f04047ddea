#include "tests/tcp/simulation.hh"

#include "tests/tcp/world.hh"

namespace wirebird::tcp {

host::host(sim::clock& clock, datagram_sink& sink, const options& settings, std::uint64_t seed,
           std::size_t frame_count)
    : dice(seed), frames(frame_count), memory(8 * 1024 * 1024), wheel(clock.now()) {
  const siphash_key secret{dice.next(), dice.next()};
  tcp = std::make_unique<stack>(settings, frames, memory, sink, wheel, secret, dice,
                                port_capabilities{});
}

stream::handler* host::on_accepted(stream::connection& accepted, instant) {
  talkers.push_back(accepts(accepted.remote()));
  talkers.back()->attach(accepted);
  return talkers.back().get();
}

void host::iterate(instant now) {
  tcp->deliver(now);
  wheel.advance(now);
  for (const auto& each : talkers) each->act(now);
  tcp->flush(now);
}

std::string host::leftovers() {
  if (tcp->connections() != 0) return std::to_string(tcp->connections()) + " connections left";
  if (tcp->time_waits() != 0) return "TIME_WAIT entries left";
  tcp.reset();
  if (frames.in_use() != 0) return std::to_string(frames.in_use()) + " frames left";
  if (memory.blocks_in_use() != 0) return "arena blocks left";
  if (wheel.armed() != 0) return "timers left";
  return "";
}

std::string simulate(std::uint64_t seed, sabotage how, simulation_totals& totals) {
  return world(seed, how, totals).play();
}

}  // namespace wirebird::tcp
