#include "tests/port/child.hh"
#include "tests/port/kernel_side.hh"
#include "tests/port/open_port.hh"

#include <array>
#include <cstdlib>
#include <fstream>
#include <string>

#include <linux/capability.h>

namespace wirebird::port::testing {
namespace {

std::string error_of(const port_options& options) {
  const outcome<port> opened = port::open(options);
  EXPECT_FALSE(opened);
  EXPECT_EQ(opened.error.find('\n'), std::string::npos) << opened.error;
  return opened.error;
}

/// `part` must be in the one sentence that opening with these options gives.
void expect_refusal(const port_options& options, const std::string& part) {
  const std::string error = error_of(options);
  EXPECT_NE(error.find(part), std::string::npos) << error;
}

std::string huge_pages_free() {
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("HugePages_Free:")) return line.substr(line.find_last_of(' ') + 1);
  return "none";
}

class port_refusal : public tap_test {};

TEST_F(port_refusal, without_the_right_to_administer_the_network) {
  in_child([] {
    ASSERT_TRUE(drop_capability(CAP_NET_ADMIN));
    expect_refusal(options_for("wbr0"), "wbr0: it takes CAP_NET_ADMIN");
  });
}

TEST_F(port_refusal, device_that_a_living_process_serves) {
  const lasting_child owner([] {
    static const auto port = open_port(options_for("wbr0"));
    ASSERT_EQ(port->device_name(), "wbr0");
  });
  ASSERT_TRUE(owner.is_ready());
  in_child([] { expect_refusal(options_for("wbr0"), "wbr0 is in use by another process"); });
  in_child([] { EXPECT_TRUE(open_port(options_for("wbr1"))) << "another name is free"; });
}

TEST_F(port_refusal, interface_of_another_kind) {
  ASSERT_TRUE(ip("tuntap add dev wbr2 mode tap"));
  in_child([] { expect_refusal(options_for("wbr2"), "is no multi-queue TAP device"); });
  EXPECT_TRUE(ip("link del wbr2"));
}

TEST_F(port_refusal, second_port_in_one_process) {
  in_child([] {
    open_port(options_for("wbr0")).reset();
    expect_refusal(options_for("wbr0"), "cannot be again");
  });
}

TEST_F(port_refusal, more_memory_than_there_is) {
  in_child([] {
    port_options options = options_for("wbr0");
    options.frames_per_queue = std::size_t{1} << 29;
    expect_refusal(options, " MiB are available: use fewer workers");
  });
}

TEST_F(port_refusal, lack_of_huge_pages_is_told_and_ordinary_ones_are_used) {
  if (huge_pages_free() != "0") GTEST_SKIP() << "free huge pages: " << huge_pages_free();
  in_child([] {
    port_options options = options_for("wbr0");
    options.no_huge = false;
    const auto port = open_port(options);
    EXPECT_NE(port->memory_notice().find("huge pages"), std::string::npos);
    EXPECT_TRUE(port->queue(0).frames().take());
  });
  in_child([] { EXPECT_EQ(open_port(options_for("wbr0"))->memory_notice(), ""); });
}

}  // namespace
}  // namespace wirebird::port::testing
