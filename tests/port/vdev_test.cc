#include "tests/port/child.hh"
#include "tests/port/kernel_side.hh"
#include "tests/port/open_port.hh"

#include <algorithm>
#include <string>
#include <vector>

namespace wirebird::port::testing {
namespace {

/// The way that PCI devices go too, shown with drivers that need no hardware.
class port_vdev : public tap_test {};

bool is_ipv4(const frame& one) {
  return load_be16(one.bytes().data() + 12) == 0x0800;
}

TEST_F(port_vdev, packets_pass_through_an_af_packet_device_both_ways) {
  ASSERT_TRUE(ip("link add wbd0 type veth peer name wbd1"));
  ASSERT_TRUE(ip("link set wbd0 up"));
  ASSERT_TRUE(ip("link set wbd1 up"));
  in_child([] {
    const auto port = open_port(options_for_nic("vdev:net_af_packet0,iface=wbd0"));
    packet_queue& queue = port->queue(0);
    EXPECT_NE(port->path().find("af_packet"), std::string::npos) << port->path();
    packet_socket peer("wbd1");
    frame made = queue.frames().take();
    std::ranges::fill(made.append(200), std::uint8_t{0xff});
    store_be16(made.writable().data() + 12, 0x88b5);
    ASSERT_EQ(queue.send({&made, 1}), 1U);
    EXPECT_EQ(peer.next(), std::vector<std::uint8_t>([] {
                std::vector<std::uint8_t> bytes(200, 0xff);
                store_be16(bytes.data() + 12, 0x88b5);
                return bytes;
              }()));

    ASSERT_TRUE(ip("addr add 10.222.0.1/24 dev wbd1"));
    ASSERT_TRUE(ip("neigh add 10.222.0.2 dev wbd1 lladdr " + to_string(queue.mac())));
    const udp_socket sender;
    ASSERT_TRUE(sender.send_to("10.222.0.2", 4222, "over AF_PACKET"));
    const frame got = receive_until(queue, is_ipv4);
    ASSERT_TRUE(got);
    EXPECT_EQ(as_text(got.bytes().subspan(14 + 20 + 8)), "over AF_PACKET");
  });
  EXPECT_TRUE(ip("link del wbd0"));
}

TEST_F(port_vdev, a_device_without_link_or_packets_opens_and_is_quiet) {
  in_child([] {
    const auto port = open_port(options_for_nic("vdev:net_null0,no-rx=1"));
    std::vector<frame> burst(8);
    EXPECT_EQ(port->queue(0).receive(burst), 0U);
    EXPECT_EQ(port->losses().send_errors, 0U);
  });
}

TEST_F(port_vdev, flows_are_spread_by_our_key_and_table_where_the_device_does_that) {
  in_child([] {
    port_options options = options_for_nic("vdev:net_null0,no-rx=1");
    options.workers = 2;
    for (std::size_t i = 0; i < options.key.size(); ++i)
      options.key[i] = static_cast<std::uint8_t>(i + 1);
    const auto port = open_port(options);
    EXPECT_EQ(port->queues(), 2U);
    EXPECT_EQ(port->spread_entries(), 128U);
    EXPECT_EQ(port->device_notice(), "");
  });
}

TEST_F(port_vdev, workers_beyond_the_devices_queues_have_frames_only) {
  ASSERT_TRUE(ip("link add wbd0 type veth peer name wbd1"));
  ASSERT_TRUE(ip("link set wbd0 up"));
  ASSERT_TRUE(ip("link set wbd1 up"));
  in_child([] {
    port_options options = options_for_nic("vdev:net_af_packet0,iface=wbd0");
    options.workers = 2;
    const auto port = open_port(options);
    ASSERT_EQ(port->queues(), 1U);
    packet_queue& without = port->queue(1);
    frame one;
    EXPECT_EQ(without.receive({&one, 1}), 0U);
    one = without.frames().take();
    EXPECT_TRUE(one);
    one.append(60);
    EXPECT_EQ(without.send({&one, 1}), 0U);
    EXPECT_TRUE(one) << "it stays the caller's";
    without.wake();
    const auto before = std::chrono::steady_clock::now();
    without.wait(std::chrono::seconds(20));
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(10));
  });
  EXPECT_TRUE(ip("link del wbd0"));
}

TEST_F(port_vdev, what_the_driver_says_is_the_cause_of_a_refusal) {
  in_child([] {
    const outcome<port> opened =
        port::open(options_for_nic("vdev:net_af_packet0,iface=nosuchthing"));
    ASSERT_FALSE(opened);
    EXPECT_TRUE(opened.error.starts_with("virtual device net_af_packet0 could not be opened: "))
        << opened.error;
  });
  in_child([] {
    const outcome<port> opened = port::open(options_for_nic("vdev:net_nosuchdriver0"));
    ASSERT_FALSE(opened);
    EXPECT_TRUE(opened.error.starts_with("virtual device net_nosuchdriver0 could not be opened"))
        << opened.error;
  });
}

}  // namespace
}  // namespace wirebird::port::testing
