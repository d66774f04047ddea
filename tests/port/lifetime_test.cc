#include "tests/port/child.hh"
#include "tests/port/kernel_side.hh"
#include "tests/port/open_port.hh"

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include <net/if.h>
#include <sched.h>
#include <sys/syscall.h>

namespace wirebird::port::testing {
namespace {

bool exists(const char* interface) {
  return if_nametoindex(interface) != 0;
}

/// Signals that the thread has blocked, a bit each (proc(5)).
std::uint64_t blocked_signals(const std::filesystem::path& thread) {
  std::ifstream status(thread / "status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("SigBlk:")) return std::stoull(line.substr(8), nullptr, 16);
  return 0;
}

constexpr std::uint64_t bit_of(int number) {
  return std::uint64_t{1} << (number - 1);
}

class port_lifetime : public tap_test {};

TEST_F(port_lifetime, device_goes_with_the_port) {
  in_child([] {
    auto port = open_port(options_for("wbl0"));
    EXPECT_TRUE(exists("wbl0"));
    port.reset();
    EXPECT_FALSE(exists("wbl0"));
  });
}

TEST_F(port_lifetime, killed_process_leaves_nothing_and_the_next_one_opens) {
  lasting_child killed([] {
    static const auto port = open_port(options_for("wbl0"));
    ASSERT_TRUE(exists("wbl0"));
  });
  ASSERT_TRUE(killed.is_ready());
  const std::string files = "/var/run/dpdk/wirebird-" + std::to_string(killed.process());
  killed.kill();
  EXPECT_FALSE(exists("wbl0"));
  EXPECT_FALSE(std::filesystem::exists(files));
  in_child([] { EXPECT_TRUE(open_port(options_for("wbl0"))); });
}

TEST_F(port_lifetime, persistent_device_is_taken_over_with_its_address_and_stays) {
  ASSERT_TRUE(ip("tuntap add dev wbl1 mode tap multi_queue"));
  ASSERT_TRUE(ip("addr add 10.223.0.1/24 dev wbl1"));
  for (int run = 0; run < 2; ++run)
    in_child([] {
      const auto port = open_port(options_for("wbl1"));
      const udp_socket sender;
      ASSERT_TRUE(sender.send_to("10.223.0.2", 4222, "anyone there?"));
      EXPECT_TRUE(receive_until(port->queue(0), [](const frame&) { return true; }));
    });
  EXPECT_TRUE(exists("wbl1"));
  EXPECT_TRUE(ip("link del wbl1"));
}

TEST_F(port_lifetime, signals_stay_with_the_threads_of_the_program) {
  in_child([] {
    const auto port = open_port(options_for("wbl0"));
    for (int number = 1; number <= SIGRTMAX; ++number) {
      struct sigaction action {};
      if (sigaction(number, nullptr, &action) != 0) continue;
      if (number == SIGINT || number == SIGTERM || number == SIGHUP || number >= SIGRTMIN) {
        EXPECT_EQ(action.sa_handler, SIG_DFL) << "signal " << number;
      }
    }
    const std::string own = std::to_string(syscall(SYS_gettid));
    for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
      const std::uint64_t blocked = blocked_signals(thread.path());
      const bool ours = thread.path().filename() == own;
      for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGRTMIN + 1})
        EXPECT_EQ((blocked & bit_of(number)) == 0, ours) << thread.path() << " " << number;
    }
  });
}

TEST_F(port_lifetime, main_thread_keeps_its_processors) {
  in_child([] {
    cpu_set_t before;
    cpu_set_t after;
    ASSERT_EQ(sched_getaffinity(0, sizeof(before), &before), 0);
    const auto port = open_port(options_for("wbl0"));
    ASSERT_EQ(sched_getaffinity(0, sizeof(after), &after), 0);
    EXPECT_TRUE(CPU_EQUAL(&before, &after));
  });
}

TEST_F(port_lifetime, every_queue_of_several_sends_and_together_they_receive_all) {
  in_child([] {
    port_options options = options_for("wbl0");
    options.workers = 4;
    const auto port = open_port(options);
    ASSERT_EQ(port->queues(), 4U);
    packet_socket kernel("wbl0");
    for (unsigned index = 0; index < port->queues(); ++index) {
      frame one = port->queue(index).frames().take();
      std::ranges::fill(one.append(60 + index), std::uint8_t{0xff});
      ASSERT_EQ(port->queue(index).send({&one, 1}), 1U);
      EXPECT_EQ(kernel.next().size(), 60 + index);
    }

    ASSERT_TRUE(ip("addr add 10.222.0.1/24 dev wbl0"));
    ASSERT_TRUE(ip("neigh add 10.222.0.2 dev wbl0 lladdr " + to_string(port->queue(0).mac())));
    constexpr std::size_t flows = 40;
    for (std::size_t flow = 0; flow < flows; ++flow) {
      const udp_socket sender;  // a source port of its own
      ASSERT_TRUE(sender.send_to("10.222.0.2", 4222, "spread"));
    }
    std::size_t received = 0;
    std::size_t queues_used = 0;
    for (unsigned index = 0; index < port->queues(); ++index) {
      std::array<frame, burst_frames> burst;
      std::size_t of_queue = 0;
      while (const std::size_t count = port->queue(index).receive(burst)) of_queue += count;
      received += of_queue;
      queues_used += of_queue > 0 ? 1 : 0;
    }
    EXPECT_EQ(received, flows);
    EXPECT_GT(queues_used, 1U);
  });
}

}  // namespace
}  // namespace wirebird::port::testing
