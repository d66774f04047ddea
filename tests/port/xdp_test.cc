#include "dataplane/port/interface_facts.hh"
#include "tests/port/child.hh"
#include "tests/port/kernel_side.hh"
#include "tests/port/open_port.hh"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <linux/bpf.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace wirebird::port::testing {
namespace {

using namespace std::chrono_literals;

/// A pair of virtual Ethernet devices: `wbv0` is the port's, `wbv1` its peer, both up.
class port_xdp : public tap_test {
 protected:
  void SetUp() override {
    tap_test::SetUp();
    if (IsSkipped()) return;
    ASSERT_TRUE(ip("link add wbv0 type veth peer name wbv1"));
    ASSERT_TRUE(ip("link set wbv0 up"));
    ASSERT_TRUE(ip("link set wbv1 up"));
  }
  void TearDown() override {
    if (!IsSkipped()) static_cast<void>(ip("link del wbv0"));
  }
};

std::uint32_t program_of(const std::string& interface) {
  const auto facts = facts_of_interface(interface);
  return facts ? facts->xdp_program : 0;
}

int load_passing_program() {
  const std::array<bpf_insn, 2> pass{
      bpf_insn{.code = BPF_ALU64 | BPF_MOV | BPF_K,
               .dst_reg = 0,
               .src_reg = 0,
               .off = 0,
               .imm = XDP_PASS},
      bpf_insn{.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof(attributes));
  attributes.prog_type = BPF_PROG_TYPE_XDP;
  attributes.insn_cnt = pass.size();
  attributes.insns = reinterpret_cast<std::uintptr_t>(pass.data());
  attributes.license = reinterpret_cast<std::uintptr_t>("GPL");
  return static_cast<int>(syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes)));
}

int link_program(int program, unsigned interface_index) {
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof(attributes));
  attributes.link_create.prog_fd = static_cast<std::uint32_t>(program);
  attributes.link_create.target_ifindex = interface_index;
  attributes.link_create.attach_type = BPF_XDP;
  return static_cast<int>(syscall(SYS_bpf, BPF_LINK_CREATE, &attributes, sizeof(attributes)));
}

bool is_ipv4(const frame& one) {
  return load_be16(one.bytes().data() + 12) == 0x0800;
}

void give_neighbours(packet_queue& queue) {
  ASSERT_TRUE(ip("addr add 10.222.0.1/24 dev wbv1"));
  ASSERT_TRUE(ip("neigh add 10.222.0.2 dev wbv1 lladdr " + to_string(queue.mac())));
}

frame counting_frame(packet_queue& queue, const mac_address& to, std::uint32_t size) {
  frame made = queue.frames().take();
  const mutable_bytes bytes = made.append(size);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i);
  std::ranges::copy(to.octets, bytes.begin());
  std::ranges::copy(queue.mac().octets, bytes.begin() + 6);
  store_be16(bytes.data() + 12, 0x88b5);
  return made;
}

TEST_F(port_xdp, frames_of_the_peer_arrive_whole_and_the_address_is_the_interfaces) {
  in_child([] {
    const auto port = open_port(options_for_nic("af_xdp:wbv0"));
    packet_queue& queue = port->queue(0);
    EXPECT_EQ(queue.mac(), facts_of_interface("wbv0")->mac);
    give_neighbours(queue);
    const udp_socket sender;
    for (int i = 0; i < 300; ++i) {
      ASSERT_TRUE(sender.send_to("10.222.0.2", 4222, "hello " + std::to_string(i)));
      const frame got = receive_until(queue, is_ipv4);
      ASSERT_TRUE(got);
      EXPECT_EQ(as_text(got.bytes().subspan(14 + 20 + 8)), "hello " + std::to_string(i));
    }
    EXPECT_EQ(port->losses().missed, 0U);
    EXPECT_EQ(port->losses().receive_errors, 0U);
  });
}

TEST_F(port_xdp, frames_leave_byte_for_byte_and_all_come_back_to_the_pool) {
  in_child([] {
    const auto port = open_port(options_for_nic("af_xdp:wbv0"));
    packet_queue& queue = port->queue(0);
    packet_socket peer("wbv1");
    const std::size_t available = queue.frames().available();
    EXPECT_GE(available, 512U);
    for (int round = 0; round < 200; ++round) {
      std::array<frame, 4> frames;
      const std::array<std::uint32_t, 4> sizes{14, 60, 777, 14 + queue.capabilities().mtu};
      std::vector<std::vector<std::uint8_t>> expected;
      for (std::size_t i = 0; i < sizes.size(); ++i) {
        frames[i] = counting_frame(queue, peer.mac(), sizes[i]);
        expected.emplace_back(frames[i].bytes().begin(), frames[i].bytes().end());
      }
      ASSERT_EQ(queue.send(frames), sizes.size());
      for (const auto& bytes : expected) ASSERT_EQ(peer.next(), bytes);
    }
    queue.wait(0ms);
    EXPECT_EQ(queue.frames().available(), available);
    EXPECT_EQ(port->losses().send_errors, 0U);
  });
}

TEST_F(port_xdp, waiting_ends_with_a_frame_and_otherwise_in_time) {
  in_child([] {
    const auto port = open_port(options_for_nic("af_xdp:wbv0"));
    packet_queue& queue = port->queue(0);
    give_neighbours(queue);
    const udp_socket sender;
    ASSERT_TRUE(sender.send_to("10.222.0.2", 4222, "x"));
    ASSERT_TRUE(receive_until(queue, is_ipv4));
    std::array<frame, burst_frames> burst;
    while (queue.receive(burst) > 0)
      for (frame& one : burst) one = frame();

    ASSERT_TRUE(sender.send_to("10.222.0.2", 4222, "x"));
    const auto start = std::chrono::steady_clock::now();
    queue.wait(10s);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
    EXPECT_TRUE(receive_until(queue, is_ipv4));
  });
}

TEST_F(port_xdp, trusted_checksums_are_marked_as_good) {
  in_child([] {
    port_options options = options_for_nic("af_xdp:wbv0");
    options.trust_receive_checksums = true;
    const auto port = open_port(options);
    give_neighbours(port->queue(0));
    const udp_socket sender;
    ASSERT_TRUE(sender.send_to("10.222.0.2", 4222, "x"));
    const frame got = receive_until(port->queue(0), is_ipv4);
    ASSERT_TRUE(got);
    EXPECT_TRUE(got.marks().checksums_verified);
  });
}

TEST_F(port_xdp, a_dry_pool_loses_packets_and_recovers) {
  in_child([] {
    const auto port = open_port(options_for_nic("af_xdp:wbv0"));
    packet_queue& queue = port->queue(0);
    give_neighbours(queue);
    std::vector<frame> all;
    while (frame one = queue.frames().take()) all.push_back(std::move(one));
    const udp_socket sender;
    ASSERT_TRUE(sender.send_to("10.222.0.2", 4222, "while dry"));
    std::array<frame, burst_frames> burst;
    EXPECT_EQ(queue.receive(burst), 0U);
    all.clear();
    const frame got = receive_until(queue, is_ipv4);
    ASSERT_TRUE(got) << "what the kernel kept for us comes once there are frames";
    EXPECT_EQ(as_text(got.bytes().subspan(14 + 20 + 8)), "while dry");
  });
}

TEST_F(port_xdp, interface_is_the_kernels_again_afterwards) {
  in_child([] {
    auto port = open_port(options_for_nic("af_xdp:wbv0"));
    EXPECT_NE(program_of("wbv0"), 0U);
    port.reset();
    EXPECT_EQ(program_of("wbv0"), 0U);
  });
  EXPECT_EQ(program_of("wbv0"), 0U);
}

TEST_F(port_xdp, killed_process_leaves_no_program_and_the_next_one_opens) {
  for (int round = 0; round < 2; ++round) {
    lasting_child killed([] {
      static const auto port = open_port(options_for_nic("af_xdp:wbv0"));
      ASSERT_NE(program_of("wbv0"), 0U);
    });
    ASSERT_TRUE(killed.is_ready());
    killed.kill();
    EXPECT_EQ(program_of("wbv0"), 0U);
  }
  in_child([] { EXPECT_TRUE(open_port(options_for_nic("af_xdp:wbv0"))); });
}

TEST_F(port_xdp, refusals_say_what_is_wrong_and_what_to_do) {
  const auto refuses = [](const std::string& nic, const std::string& part) {
    in_child([&] {
      const outcome<port> opened = port::open(options_for_nic(nic));
      ASSERT_FALSE(opened);
      EXPECT_NE(opened.error.find(part), std::string::npos) << opened.error;
      EXPECT_EQ(opened.error.find('\n'), std::string::npos) << opened.error;
    });
  };
  refuses("af_xdp:wbv9", "there is no interface wbv9");
  refuses("af_xdp:wbv0,queue=1", "has 1 receive queues, and queue 1 is asked for");
  {
    const lasting_child owner([] {
      static const auto port = open_port(options_for_nic("af_xdp:wbv0"));
      ASSERT_TRUE(port);
    });
    ASSERT_TRUE(owner.is_ready());
    refuses("af_xdp:wbv0", "wbv0 is in use by another process");
  }
  ASSERT_TRUE(ip("link set wbv0 down"));
  refuses("af_xdp:wbv0", "wbv0 is down: ip link set wbv0 up");
}

TEST_F(port_xdp, refusals_name_the_missing_right) {
  for (const auto& [capability, name] :
       {std::pair{CAP_NET_ADMIN, "CAP_NET_ADMIN"}, std::pair{CAP_NET_RAW, "CAP_NET_RAW"}})
    in_child([&] {
      ASSERT_TRUE(drop_capability(static_cast<unsigned>(capability)));
      const outcome<port> opened = port::open(options_for_nic("af_xdp:wbv0"));
      ASSERT_FALSE(opened);
      EXPECT_NE(opened.error.find(std::string("no right to use AF_XDP: it takes ") + name),
                std::string::npos)
          << opened.error;
    });
}

/// Programs that are not ours may guard an interface; DPDK's driver would take any off at its end.
TEST_F(port_xdp, program_of_somebody_else_is_left_alone) {
  const int program = load_passing_program();
  ASSERT_GE(program, 0) << std::strerror(errno);
  const int link = link_program(program, facts_of_interface("wbv0")->index);
  ASSERT_GE(link, 0) << std::strerror(errno);
  const std::uint32_t id = program_of("wbv0");
  in_child([] {
    const outcome<port> opened = port::open(options_for_nic("af_xdp:wbv0"));
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error.find("has an XDP program already"), std::string::npos) << opened.error;
  });
  EXPECT_EQ(program_of("wbv0"), id);
  close(link);
  close(program);
}

TEST_F(port_xdp, what_the_kernel_says_against_it_is_the_cause) {
  ASSERT_TRUE(ip("link set wbv1 mtu 9000"));
  in_child([] {
    const outcome<port> opened = port::open(options_for_nic("af_xdp:wbv0"));
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error.find("MTU"), std::string::npos) << opened.error;
  });
  EXPECT_EQ(program_of("wbv0"), 0U);
}

TEST_F(port_xdp, zero_copy_that_cannot_be_had_is_told) {
  in_child([] {
    const auto port = open_port(options_for_nic("af_xdp:wbv0,zero_copy"));
    EXPECT_NE(port->device_notice().find("read with copies"), std::string::npos)
        << port->device_notice();
    EXPECT_NE(port->path().find("copied"), std::string::npos) << port->path();
  });
}

}  // namespace
}  // namespace wirebird::port::testing
