#include "control/plane/refresher.hh"

#include "tests/control/frozen_memory.hh"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wirebird::control {
namespace {

namespace plane = protocol::plane;

/// A refresher, and a worker that writes when the test says so.
class refreshing : public testing::Test {
 protected:
  ~refreshing() override {
    close(wirebird_);
    close(writer_);
  }

  int open_link() {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends.data()), 0);
    wirebird_ = ends[1];
    return ends[0];
  }
  int open_memory() {
    const int made = frozen_memory().descriptor();
    writer_ = dup(made);
    return made;
  }
  /// returns: the number of the refresh that wirebird is asked for, or 0.
  [[nodiscard]] std::uint64_t asked() const {
    std::array<char, 256> packet;
    const ssize_t size = recv(wirebird_, packet.data(), packet.size(), 0);
    if (size <= 0) return 0;
    const auto said =
        plane::message_view::parse(std::span(packet).first(static_cast<std::size_t>(size)));
    return said ? said->number(plane::field_tag::number).value_or(0) : 0;
  }
  void answer(std::uint64_t number) const {
    constexpr off_t refresh_done_at = frozen_memory::worker_at + sizeof number;
    ASSERT_EQ(pwrite(writer_, &number, sizeof number, refresh_done_at), ssize_t{sizeof number});
  }

  boost::asio::io_context loop_{1};
  int wirebird_ = -1;
  int writer_ = -1;
  link link_{loop_, open_link(), {}};
  memory_view memory_{open_memory()};
  refresher refresher_{loop_, link_, memory_};
};

TEST_F(refreshing, waits_for_a_worker_that_stands_still) {
  bool done = false;
  refresher_.refresh({}, [&](batch&) { done = true; });
  const std::uint64_t number = asked();
  ASSERT_GT(number, 0);
  loop_.run_for(std::chrono::milliseconds(600));
  EXPECT_FALSE(done) << "that would be a page of older numbers";
  answer(number);
  constexpr std::chrono::seconds patience(20);
  loop_.run_for(patience);
  EXPECT_TRUE(done);
}

TEST_F(refreshing, who_asks_meanwhile_waits_for_the_next) {
  int first = 0;
  int later = 0;
  refresher_.refresh({}, [&](batch&) { ++first; });
  for (int i = 0; i < 2; ++i) refresher_.refresh({}, [&](batch&) { ++later; });
  const std::uint64_t number = asked();
  EXPECT_EQ(asked(), 0) << "one at a time";
  answer(number);
  while (first == 0) loop_.run_one();
  EXPECT_EQ(later, 0);
  const std::uint64_t next = asked();
  EXPECT_GT(next, number);
  answer(next);
  while (later == 0) loop_.run_one();
  EXPECT_EQ(later, 2);
}

TEST(batch, pages_that_want_the_same_rows_share_a_snapshot) {
  batch together;
  int taken = 0;
  const auto take = [&taken](const rows_wanted&) {
    ++taken;
    return std::make_shared<const snapshot>();
  };
  const auto first = together.get({}, take);
  const auto clients = together.get({.open = true}, take);
  EXPECT_EQ(together.get({}, take), first);
  EXPECT_EQ(together.get({.open = true}, take), clients);
  EXPECT_NE(first, clients);
  EXPECT_EQ(taken, 2);
}

}  // namespace
}  // namespace wirebird::control
