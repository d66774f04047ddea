#pragma once

#include "tests/sim/segment_rules.hh"
#include "tests/sim/wire.hh"
#include "tests/tcp/attacker.hh"
#include "tests/tcp/simulation.hh"

#include <array>
#include <map>
#include <set>
#include <utility>

namespace wirebird::tcp {

/// Two hosts and the cable; plays until all is over or time is up. For the first ten seconds the
/// cable loses, repeats, reorders and damages, its MTU changes, somebody forges segments, and a
/// host may restart; then everything must end in bounded time with nothing left.
class world {
 public:
  world(std::uint64_t seed, sabotage, simulation_totals&);
  /// returns: what went wrong, empty if nothing.
  [[nodiscard]] std::string play();

 private:
  void make_host(unsigned side);
  void connect(std::uint16_t local_port);
  void connect_all();
  void step();
  /// A turn of whatever goes wrong while faults last.
  void trouble();
  void restart(unsigned side);
  void attack();
  [[nodiscard]] std::unique_ptr<talker> answer(const endpoint& remote);
  /// Every datagram on its way to the cable. returns: false when it is lost.
  [[nodiscard]] bool gate(unsigned from, const datagram&, instant now);
  [[nodiscard]] bool is_too_big(unsigned from, const datagram&, instant now);
  void tamper(unsigned from, datagram&);
  void note(const std::string& wrong);
  [[nodiscard]] duration pause_of_talkers();
  [[nodiscard]] bool is_over(bool for_this_round) const;
  [[nodiscard]] std::string verdict();
  void add_totals();

  random dice_;
  sabotage how_;
  simulation_totals& totals_;
  sim::clock clock_;
  sim::wire cable_;
  options settings_;
  attacker attacker_;
  std::array<std::unique_ptr<host>, 2> hosts_;
  std::map<std::uint16_t, sim::segment_rules> rules_;  ///< by host 0's port
  std::set<std::uint16_t> broken_;  ///< ports whose connections host 1 has forgotten
  std::multimap<instant, std::pair<unsigned, path_error>> errors_;  ///< ICMP on its way
  std::uint32_t path_mtu_ = 1500;
  bool tells_mtu_ = true;  ///< routers send errors; else it is a black hole
  bool hostile_ = false;
  bool faulty_ = true;
  bool sabotaged_ = false;  ///< done once
  unsigned rounds_left_ = 0;
  unsigned restarts_left_ = 0;
  std::size_t pairs_ = 0;
  std::array<std::size_t, 2> lengths_{};
  frame kept_;
  std::string wrong_;
};

}  // namespace wirebird::tcp
