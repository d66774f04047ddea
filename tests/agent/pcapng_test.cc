// Captures on disk.
#include "dataplane/agent/pcapng.hh"

#include "dataplane/agent/capture_run.hh"
#include "dataplane/base/plain_frame_pool.hh"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

namespace wirebird::agent {
namespace {

using namespace std::chrono_literals;

std::uint32_t number_at(const std::string& bytes, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, &bytes.at(at), sizeof value);
  return value;
}

/// Types of the blocks; every block must say its length twice.
std::vector<std::uint32_t> blocks_of(const std::string& file) {
  std::vector<std::uint32_t> types;
  for (std::size_t at = 0; at < file.size();) {
    const std::uint32_t size = number_at(file, at + 4);
    EXPECT_EQ(size % 4, 0U);
    EXPECT_EQ(number_at(file, at + size - 4), size);
    types.push_back(number_at(file, at));
    at += size;
  }
  return types;
}

constexpr std::uint32_t section = 0x0a0d0d0a, interface = 1, statistics = 5, packet = 6;

TEST(pcapng, blocks_are_whole_whatever_is_in_them) {
  std::string file = pcapng_head("wirebird 1");
  for (const std::size_t size : {0U, 1U, 2U, 3U, 4U, 60U}) {
    const std::vector<std::uint8_t> bytes(size, 7);
    file += pcapng_block({.at_ns = 5, .length = 100, .outbound = size > 2, .kept = bytes});
  }
  file += pcapng_tail(9, 3);
  EXPECT_EQ(blocks_of(file), (std::vector<std::uint32_t>{section, interface, packet, packet, packet,
                                                         packet, packet, packet, statistics}));
}

TEST(pcapng, a_packet_says_when_it_came_and_how_long_it_was) {
  const std::vector<std::uint8_t> bytes{1, 2, 3};
  const std::string block =
      pcapng_block({.at_ns = 0x1122334455667788, .length = 60, .outbound = true, .kept = bytes});
  EXPECT_EQ(number_at(block, 12), 0x11223344U);
  EXPECT_EQ(number_at(block, 16), 0x55667788U);
  EXPECT_EQ(number_at(block, 20), 3U);
  EXPECT_EQ(number_at(block, 24), 60U);
  EXPECT_EQ(block.substr(28, 4), std::string("\1\2\3\0", 4));
}

/// One frame every time it is asked.
class frames_forever final : public lone_queue {
 public:
  std::size_t receive(std::span<frame> into) noexcept override {
    into.front() = pool_.take();
    const mutable_bytes bytes = into.front().append(60);
    std::fill(bytes.begin(), bytes.end(), std::uint8_t{0x5a});
    return 1;
  }
  std::size_t send(std::span<frame>) noexcept override { return 0; }
  frame_pool& frames() noexcept override { return pool_; }
  mac_address mac() const noexcept override { return {}; }
  const port_capabilities& capabilities() const noexcept override { return can_; }
  void wait(duration) noexcept override {}

 private:
  plain_frame_pool pool_{4};
  port_capabilities can_;
};

class capture_to_disk : public testing::Test {
 protected:
  capture_to_disk() {
    std::string name = "/tmp/wirebird-capture-XXXXXX";
    folder_ = mkdtemp(name.data());
    config::logging where;
    where.file = folder_ + "/log";
    sink_.emplace(where);
    EXPECT_EQ(sink_->open(), "");
  }
  ~capture_to_disk() override { std::filesystem::remove_all(folder_); }

  void pass(int frames) {
    std::array<frame, 1> burst;
    for (int i = 0; i < frames; ++i) static_cast<void>(queue_.receive(burst));
  }
  static std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string folder_;
  std::optional<log> sink_;
  frames_forever real_;
  worker::capture_queue queue_{real_};
  instant now_{1s};
};

TEST_F(capture_to_disk, ends_after_so_many_frames_and_leaves_a_whole_file) {
  capture_run run(*sink_, folder_);
  run.look_into({&queue_});
  const auto made = run.begin({.filter = {}, .frames_max = 3, .time_max = 10s}, now_);
  ASSERT_EQ(made.error, "");
  EXPECT_EQ(std::filesystem::status(made.text).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  pass(5);
  EXPECT_NE(run.begin({}, now_).error, "") << "one at a time";
  run.tick(now_ += 100ms);
  EXPECT_EQ(blocks_of(read(made.text)),
            (std::vector<std::uint32_t>{section, interface, packet, packet, packet, statistics}));
  EXPECT_NE(run.begin({}, now_).error, "") << "the worker may still hold the last one";
  pass(1);
  run.tick(now_ += 100ms);
  EXPECT_EQ(run.next_tick(), never);
  const auto again = run.begin({}, now_);
  EXPECT_EQ(again.error, "");
  EXPECT_NE(again.text, made.text);
}

TEST_F(capture_to_disk, ends_when_its_time_is_over) {
  capture_run run(*sink_, folder_);
  run.look_into({&queue_});
  const auto made = run.begin({.filter = {}, .frames_max = 1000, .time_max = 1s}, now_);
  pass(2);
  run.tick(now_ += 500ms);
  EXPECT_EQ(blocks_of(read(made.text)).back(), packet) << "under way";
  run.tick(now_ += 600ms);
  EXPECT_EQ(blocks_of(read(made.text)).back(), statistics);
}

TEST_F(capture_to_disk, nothing_that_is_there_is_written_over) {
  const std::string next = folder_ + "/wirebird-" + std::to_string(getpid()) + "-1.pcapng";
  const std::string target = folder_ + "/precious";
  std::ofstream(target) << "precious";
  std::filesystem::create_symlink(target, next);
  capture_run run(*sink_, folder_);
  run.look_into({&queue_});
  const auto made = run.begin({}, now_);
  EXPECT_EQ(made.error, "");
  EXPECT_NE(made.text, next);
  EXPECT_EQ(read(target), "precious");
}

TEST_F(capture_to_disk, is_refused_with_a_sentence) {
  capture_run nowhere(*sink_, "");
  nowhere.look_into({&queue_});
  EXPECT_NE(nowhere.begin({}, now_).error, "");
  capture_run gone(*sink_, folder_ + "/gone");
  gone.look_into({&queue_});
  EXPECT_NE(gone.begin({}, now_).error, "");
  capture_run without_port(*sink_, folder_);
  EXPECT_NE(without_port.begin({}, now_).error, "");
}

}  // namespace
}  // namespace wirebird::agent
