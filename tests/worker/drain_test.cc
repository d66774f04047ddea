#include "dataplane/base/plain_frame_pool.hh"
#include "dataplane/tcp/segment.hh"
#include "dataplane/worker/clock.hh"
#include "dataplane/worker/worker_thread.hh"
#include "tests/sim/packets.hh"
#include "tests/worker/loopback.hh"

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

namespace wirebird::worker {
namespace {

using testing::be16;
using testing::be32;
using testing::operator+;
using testing::packet_bytes;

constexpr mac_address our_mac{{2, 0, 0, 0, 0, 1}};
constexpr mac_address peer_mac{{2, 0, 0, 0, 0, 2}};
constexpr std::uint16_t port = 4222;

/// What the peer below does when the worker closes its connection.
enum class at_the_end {
  knocks,       ///< never acknowledges it, and knocks again from another of its ports
  stands_still  ///< with all of the machine, for longer than a worker drains; then it ends as well
};

/// A peer in the place of a port: opens one connection.
class late_caller final : public lone_queue {
 public:
  explicit late_caller(at_the_end then) : then_(then) {}

  std::size_t receive(std::span<frame> into) noexcept override {
    switch (step_) {
      case step::asks: step_ = step::opens; return put(into, who_has());
      case step::opens: step_ = step::waits_for_syn_ack; return put(into, segment(50000, 2, 0));
      case step::acknowledges:
        step_ = step::is_open;
        return put(into, segment(50000, 0x10, our_next_.value));
      case step::ends:
        step_ = step::waits_for_answer;
        return put(into, segment(50000, 0x11, our_next_.value));
      case step::knocks: step_ = step::waits_for_answer; return put(into, segment(50001, 2, 0));
      default: return 0;
    }
  }
  std::size_t send(std::span<frame> from) noexcept override {
    for (frame& packet : from) {
      see(packet.bytes());
      packet = frame();
    }
    return from.size();
  }
  frame_pool& frames() noexcept override { return pool_; }
  mac_address mac() const noexcept override { return our_mac; }
  const port_capabilities& capabilities() const noexcept override { return capabilities_; }
  void wait(duration) noexcept override {}

  std::atomic<bool> is_open{false};
  std::uint8_t answer = 0;  ///< flags of what the late SYN got; read after the worker has stopped

 private:
  enum class step {
    asks,
    opens,
    waits_for_syn_ack,
    acknowledges,
    is_open,
    ends,
    knocks,
    waits_for_answer
  };

  std::size_t put(std::span<frame> into, const packet_bytes& bytes) {
    into[0] = pool_.take();
    std::copy(bytes.begin(), bytes.end(),
              into[0].append(static_cast<std::uint32_t>(bytes.size())).begin());
    into[0].marks().checksums_verified = true;
    return 1;
  }
  static packet_bytes who_has() {
    return testing::ethernet(broadcast_mac, peer_mac, 0x0806,
                             testing::arp(1, peer_mac, "10.0.0.2", {}, "10.0.0.1"));
  }
  static packet_bytes segment(unsigned from, unsigned flags, std::uint32_t ack) {
    const std::uint32_t seq = flags == 2 ? 1000 : 1001;
    return testing::ethernet(
        our_mac, peer_mac, 0x0800,
        testing::ipv4({"10.0.0.2", "10.0.0.1"}, be16(from) + be16(port) + be32(seq) + be32(ack) +
                                                    be16(0x5000 | flags) + be16(65535) + be32(0)));
  }
  static void stand_still() {
    const instant until = read_clock() + worker_thread::drain_time + std::chrono::milliseconds(200);
    while (read_clock() < until) std::this_thread::yield();
  }
  void see(byte_view bytes) {
    if (load_be16(bytes.data() + 12) != 0x0800) return;
    const auto what = tcp::parse(bytes.subspan(34));
    if (!what) return;
    if (what->destination_port == 50001) {
      answer = what->flags;
    } else if (step_ == step::waits_for_syn_ack && what->has(tcp::flag::syn)) {
      our_next_ = what->seq + 1;
      step_ = step::acknowledges;
    } else if (step_ == step::is_open) {
      is_open.store(true);
      if (!what->has(tcp::flag::fin)) return;
      our_next_ = what->seq + (load_be16(bytes.data() + 16) - 20U - what->header_bytes) + 1;
      step_ = then_ == at_the_end::knocks ? step::knocks : step::ends;
      if (step_ == step::ends) stand_still();
    }
  }

  plain_frame_pool pool_{256};
  port_capabilities capabilities_;
  at_the_end then_;
  step step_ = step::asks;
  tcp::sequence our_next_;
};

/// A worker with that peer, until it has stopped.
leftovers left_after(late_caller& queue) {
  broker::options rules;
  protocol::server_info identity;
  counting_ids ids;
  silent_events events;
  worker self({std::size_t{64} << 20, {1, 2}, 3, read_clock()}, rules, identity, ids, events);
  auto& path =
      self.port.emplace(net::link_options{.address = {testing::ip("10.0.0.1"), 24}, .gateway = {}},
                        tcp::options{}, queue, self.memory, self.timers, self.choices, self.secret);
  EXPECT_TRUE(path.tcp.listen({ip_address{}, port}, self.broker));
  worker_thread thread(self, false);
  thread.start();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!queue.is_open.load() && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  EXPECT_TRUE(queue.is_open.load()) << "INFO never came";
  thread.stop();
  return thread.left();
}

TEST(worker_on_a_port, accepts_nobody_while_it_drains) {
  late_caller queue(at_the_end::knocks);
  EXPECT_EQ(left_after(queue).sessions, 1U) << "the peer has not taken the end";
  EXPECT_EQ(queue.answer, tcp::flag::rst | tcp::flag::ack) << "0: no answer, 0x12: accepted";
}

TEST(worker_on_a_port, standing_still_is_no_time_to_drain) {
  late_caller queue(at_the_end::stands_still);
  EXPECT_EQ(left_after(queue).sessions, 0U) << "the peer has taken the end at once";
}

}  // namespace
}  // namespace wirebird::worker
