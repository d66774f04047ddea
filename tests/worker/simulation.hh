#pragma once

#include "dataplane/base/plain_frame_pool.hh"
#include "dataplane/steering/steered_queue.hh"
#include "dataplane/worker/worker.hh"
#include "tests/sim/clock.hh"
#include "tests/sim/lan.hh"
#include "tests/sim/memory_queue.hh"
#include "tests/worker/loopback.hh"
#include "tests/worker/simulated_client.hh"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace wirebird::worker {

struct simulation_options {
  std::uint64_t seed = 1;
  unsigned workers = 2;
  std::size_t lane_bytes = crossing::mesh::lane_bytes;
  std::size_t payload_bytes_max = 7000;
  sim::faults wire;
};

/// What happened in a run, to show that there was trouble at all.
struct simulation_totals {
  std::uint64_t crossed = 0;
  std::uint64_t lanes_full = 0;
  std::uint64_t steered = 0;
  std::uint64_t retransmitted = 0;
  std::uint64_t left = 0;
  std::uint64_t refused_requests = 0;
};

/// Whole workers that share a port, as the poll loop moves them, and NATS clients on other machines
/// with TCP of their own: from the bytes of Ethernet frames on, in virtual time, from a seed. The
/// wire loses, repeats and reorders, workers stand still, clients read slowly, leave and come.
/// Judged, all of it as clients see it:
///
/// - a plain subscription that a PONG had shown gets every message once, in its publisher's order;
/// - one member of a queue group does;
/// - a request that nobody wants is answered with one 503;
/// - once the faults end all is said in bounded time, and at the end no frame, block or timer is
///   left anywhere.
class simulation final : public listener {
 public:
  explicit simulation(const simulation_options&);
  ~simulation();
  /// returns: what went wrong first; empty: nothing.
  [[nodiscard]] std::string run(int acts);
  [[nodiscard]] const simulation_totals& totals() const { return totals_; }

 private:
  /// Where clients live: a machine with a link and TCP.
  struct machine {
    machine(sim::clock&, sim::lan&, unsigned number);
    void iterate(instant now);

    ip_address address;
    plain_frame_pool frames{4096};
    arena memory{std::size_t{64} << 20};
    random dice;
    timer_wheel wheel;
    sim::lan::port& port;
    net::link link;
    tcp::stack tcp;
  };
  struct message {
    const simulated_client* publisher = nullptr;
    std::uint64_t sent = 0;
    std::string subject;
    std::map<std::string, int> groups;  ///< times that each had it
  };

  void make_workers();
  void come(bool stays);
  void act();
  void publish(simulated_client&, const std::string& subject, const std::string& reply);
  void on_message(simulated_client&, const std::string& sid, const std::string& body) override;
  void on_wrong(const std::string&) override;
  std::uint64_t next_event() override { return ++events_; }
  void step(instant until);
  void play(duration);
  void judge();
  void judge_message(std::uint64_t number, const message&);
  void end();

  simulation_options how_;
  random choices_;
  sim::clock clock_;
  sim::lan hub_;
  broker::options rules_;
  protocol::server_info identity_;
  counting_ids ids_;
  silent_events events_of_log_;
  crossing::mesh between_;
  steering::flow_director director_;
  steering::frame_mesh frames_between_;
  std::vector<std::unique_ptr<plain_frame_pool>> pools_;
  std::vector<std::unique_ptr<testing::memory_queue>> without_queue_;
  std::vector<std::unique_ptr<steering::steered_queue>> views_;
  std::vector<std::unique_ptr<worker>> workers_;
  std::vector<instant> stands_until_;
  std::vector<std::unique_ptr<machine>> machines_;
  std::vector<std::unique_ptr<simulated_client>> clients_;
  std::map<std::uint64_t, message> messages_;
  std::uint64_t events_ = 0;
  std::uint64_t next_message_ = 0;
  std::uint64_t without_member_ = 0;  ///< messages that a group should have had and has not
  simulation_totals totals_;
  std::string found_;
};

}  // namespace wirebird::worker
