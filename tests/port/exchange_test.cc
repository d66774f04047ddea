#include "dataplane/base/checksum.hh"
#include "tests/port/child.hh"
#include "tests/port/kernel_side.hh"
#include "tests/port/open_port.hh"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace wirebird::port::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t ethernet_bytes = 14;
constexpr std::uint16_t ethertype_ipv4 = 0x0800;
constexpr std::uint16_t ethertype_arp = 0x0806;

std::uint16_t ethertype(const frame& one) {
  return load_be16(one.bytes().data() + 12);
}
bool is_ipv4(const frame& one) {
  return ethertype(one) == ethertype_ipv4;
}
bool is_arp(const frame& one) {
  return ethertype(one) == ethertype_arp;
}

mac_address mac_at(byte_view bytes, std::size_t offset) {
  mac_address mac;
  std::memcpy(mac.octets.data(), bytes.data() + offset, mac.octets.size());
  return mac;
}

void put_ethernet(std::uint8_t* at, const mac_address& to, const mac_address& from,
                  std::uint16_t type) {
  std::memcpy(at, to.octets.data(), 6);
  std::memcpy(at + 6, from.octets.data(), 6);
  store_be16(at + 12, type);
}

/// An experimental ethertype and counting bytes.
frame counting_frame(packet_queue& queue, const mac_address& to, std::uint32_t size) {
  frame made = queue.frames().take();
  const mutable_bytes bytes = made.append(size);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  put_ethernet(bytes.data(), to, queue.mac(), 0x88b5);
  return made;
}

std::size_t send_one(packet_queue& queue, frame one) {
  return queue.send({&one, 1});
}

class port_exchange : public tap_test {};

TEST_F(port_exchange, frame_from_the_kernel_arrives_whole_and_addressed_to_us) {
  in_child([] {
    const auto port = open_port(options_for("wbx0"));
    packet_queue& queue = port->queue(0);
    const packet_socket kernel("wbx0");
    ASSERT_TRUE(ip("addr add 10.222.0.1/24 dev wbx0"));
    ASSERT_TRUE(ip("neigh add 10.222.0.2 dev wbx0 lladdr " + to_string(queue.mac())));
    const udp_socket sender;
    ASSERT_TRUE(sender.send_to("10.222.0.2", 4222, "hello over there"));

    const frame got = receive_until(queue, is_ipv4);
    ASSERT_TRUE(got);
    EXPECT_EQ(mac_at(got.bytes(), 0), queue.mac());
    EXPECT_EQ(mac_at(got.bytes(), 6), kernel.mac());
    EXPECT_EQ(as_text(got.bytes().subspan(ethernet_bytes + 20 + 8)), "hello over there");
    EXPECT_EQ(got.headroom(), frame_headroom_bytes);
    EXPECT_EQ(got.marks().checksums_verified, queue.capabilities().verifies_checksums);
    EXPECT_FALSE(got.marks().checksum_wrong);
  });
}

TEST_F(port_exchange, the_two_ends_have_different_unicast_addresses) {
  in_child([] {
    const auto port = open_port(options_for("wbx0"));
    const packet_socket kernel("wbx0");
    const mac_address ours = port->queue(0).mac();
    EXPECT_NE(ours, kernel.mac());
    EXPECT_FALSE(ours.is_multicast());
    EXPECT_FALSE(kernel.mac().is_multicast());
    EXPECT_EQ(ours.octets[0] & 2, 2) << "locally administered";
  });
}

TEST_F(port_exchange, kernel_resolves_us_and_gets_its_datagram_echoed) {
  in_child([] {
    const auto port = open_port(options_for("wbx0"));
    packet_queue& queue = port->queue(0);
    ASSERT_TRUE(ip("addr add 10.222.0.1/24 dev wbx0"));
    const udp_socket client;
    ASSERT_TRUE(client.send_to("10.222.0.2", 4222, "echo me"));

    frame arp = receive_until(queue, is_arp);
    ASSERT_TRUE(arp);
    EXPECT_EQ(mac_at(arp.bytes(), 0), broadcast_mac);
    const mac_address asker = mac_at(arp.bytes(), 6);
    std::uint8_t* at = arp.writable().data();
    put_ethernet(at, asker, queue.mac(), ethertype_arp);
    store_be16(at + 20, 2);                       // operation: reply
    std::swap_ranges(at + 22, at + 32, at + 32);  // sender and target trade places
    std::memcpy(at + 22, queue.mac().octets.data(), 6);
    ASSERT_EQ(send_one(queue, std::move(arp)), 1U);

    frame datagram = receive_until(queue, is_ipv4);
    ASSERT_TRUE(datagram);
    at = datagram.writable().data();
    put_ethernet(at, asker, queue.mac(), ethertype_ipv4);
    std::swap_ranges(at + 26, at + 30, at + 30);  // IPv4 addresses
    std::swap_ranges(at + 34, at + 36, at + 36);  // UDP ports
    ASSERT_EQ(send_one(queue, std::move(datagram)), 1U);
    EXPECT_EQ(client.next(), "echo me");
  });
}

TEST_F(port_exchange, frames_leave_byte_for_byte_and_in_order) {
  in_child([] {
    const auto port = open_port(options_for("wbx0"));
    packet_queue& queue = port->queue(0);
    packet_socket kernel("wbx0");
    const std::uint32_t longest = ethernet_bytes + queue.capabilities().mtu;
    const std::array<std::uint32_t, 4> sizes{ethernet_bytes, 60, 777, longest};
    std::array<frame, sizes.size()> frames;
    std::vector<std::vector<std::uint8_t>> expected;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      frames[i] = counting_frame(queue, kernel.mac(), sizes[i]);
      expected.emplace_back(frames[i].bytes().begin(), frames[i].bytes().end());
    }
    ASSERT_EQ(queue.send(frames), sizes.size());
    for (const frame& sent : frames) EXPECT_FALSE(sent);
    for (const auto& bytes : expected) EXPECT_EQ(kernel.next(), bytes);
    EXPECT_EQ(port->counts(0).sent.value(), sizes.size());
  });
}

TEST_F(port_exchange, frame_trimmed_and_prepended_leaves_as_it_is_now) {
  in_child([] {
    const auto port = open_port(options_for("wbx0"));
    packet_queue& queue = port->queue(0);
    packet_socket kernel("wbx0");
    frame made = counting_frame(queue, kernel.mac(), 200);
    made.trim_front(40);
    made.truncate(100);
    put_ethernet(made.prepend(ethernet_bytes).data(), kernel.mac(), queue.mac(), 0x88b5);
    const std::vector<std::uint8_t> expected(made.bytes().begin(), made.bytes().end());
    ASSERT_EQ(send_one(queue, std::move(made)), 1U);
    EXPECT_EQ(kernel.next(), expected);
  });
}

TEST_F(port_exchange, frames_no_driver_could_send_are_dropped_and_do_not_block_others) {
  in_child([] {
    const auto port = open_port(options_for("wbx0"));
    packet_queue& queue = port->queue(0);
    packet_socket kernel("wbx0");
    std::array<frame, 5> frames;
    frames[0] = counting_frame(queue, kernel.mac(), ethernet_bytes);
    frames[0].truncate(ethernet_bytes - 1);
    frames[1] = counting_frame(queue, kernel.mac(), 100);
    frames[2] = counting_frame(queue, kernel.mac(), ethernet_bytes + 1501);
    frames[3] = counting_frame(queue, kernel.mac(), 101);
    EXPECT_EQ(queue.send(frames), frames.size());  // the last one is an empty handle
    EXPECT_EQ(kernel.next().size(), 100U);
    EXPECT_EQ(kernel.next().size(), 101U);
    EXPECT_EQ(port->counts(0).send_unfit.value(), 3U);
    EXPECT_EQ(port->counts(0).sent.value(), 2U);
  });
}

TEST_F(port_exchange, unsent_frames_stay_with_the_caller_while_the_link_is_down) {
  in_child([] {
    const auto port = open_port(options_for("wbx0"));
    packet_queue& queue = port->queue(0);
    packet_socket kernel("wbx0");
    ASSERT_TRUE(ip("link set wbx0 down"));
    std::array<frame, 2> frames;
    for (frame& one : frames) one = counting_frame(queue, kernel.mac(), 90);
    EXPECT_EQ(queue.send(frames), 0U);
    EXPECT_EQ(port->counts(0).send_held.value(), 1U);
    ASSERT_TRUE(frames[0] && frames[1]);
    EXPECT_EQ(frames[1].size(), 90U);

    ASSERT_TRUE(ip("link set wbx0 up"));
    packet_socket again("wbx0");
    EXPECT_EQ(queue.send(frames), 2U);
    EXPECT_EQ(again.next().size(), 90U);
  });
}

/// A SYN from 10.222.0.2 to 10.222.0.1 with `payload_bytes` behind it and no checksums.
frame segment_without_checksums(packet_queue& queue, const mac_address& to,
                                std::uint32_t payload_bytes) {
  const std::uint32_t ip_bytes = 20 + 20 + payload_bytes;
  frame made = counting_frame(queue, to, ethernet_bytes + ip_bytes);
  std::uint8_t* at = made.writable().data();
  store_be16(at + 12, ethertype_ipv4);
  std::uint8_t* header = at + ethernet_bytes;
  std::memset(header, 0, 40);
  header[0] = 0x45;
  store_be16(header + 2, static_cast<std::uint16_t>(ip_bytes));
  header[8] = 64;
  header[9] = 6;
  store_be32(header + 12, 0x0ade0002);
  store_be32(header + 16, 0x0ade0001);
  store_be16(header + 20, 4222);
  store_be16(header + 22, 40000);
  header[32] = 0x50;
  header[33] = 0x02;
  made.marks().offload_checksums = true;
  return made;
}

TEST_F(port_exchange, checksums_are_filled_in_where_the_port_says_it_does) {
  in_child([] {
    const auto port = open_port(options_for("wbx0"));
    packet_queue& queue = port->queue(0);
    if (!queue.capabilities().fills_checksums) return;
    packet_socket kernel("wbx0");
    for (const std::uint32_t payload : {0U, 1U, 33U, 1460U}) {
      ASSERT_EQ(send_one(queue, segment_without_checksums(queue, kernel.mac(), payload)), 1U);
      const std::vector<std::uint8_t> got = kernel.next();
      ASSERT_EQ(got.size(), ethernet_bytes + 40 + payload);
      const byte_view header = byte_view(got).subspan(ethernet_bytes);
      EXPECT_EQ(checksum_finish(checksum_add(0, header.first(20))), 0) << payload;
      const byte_view tcp = header.subspan(20);
      const std::uint64_t pseudo =
          checksum_pseudo_header(ip_address::from_v4(0x0ade0002), ip_address::from_v4(0x0ade0001),
                                 6, static_cast<std::uint32_t>(tcp.size()));
      EXPECT_EQ(checksum_finish(checksum_add(pseudo, tcp)), 0) << payload;
    }
  });
}

TEST_F(port_exchange, waiting_ends_with_a_frame_and_otherwise_in_time) {
  in_child([] {
    const auto port = open_port(options_for("wbx0"));
    packet_queue& queue = port->queue(0);
    ASSERT_TRUE(ip("addr add 10.222.0.1/24 dev wbx0"));
    std::array<frame, burst_frames> burst;
    while (queue.receive(burst) > 0)
      for (frame& one : burst) one = frame();

    auto start = std::chrono::steady_clock::now();
    queue.wait(30ms);
    EXPECT_GE(std::chrono::steady_clock::now() - start, 29ms);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 3s);

    const udp_socket sender;
    ASSERT_TRUE(sender.send_to("10.222.0.2", 4222, "x"));  // asks for our address first
    start = std::chrono::steady_clock::now();
    queue.wait(10s);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
    EXPECT_GE(queue.receive(burst), 1U) << "the kernel asks again after a second";
  });
}

}  // namespace
}  // namespace wirebird::port::testing
