#include "dataplane/sockets/limits.hh"

#include "tests/sockets/world.hh"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

namespace wirebird::sockets {
namespace {

/// While it lives, the process can open no further descriptor.
class no_descriptors {
 public:
  no_descriptors() {
    EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &before_), 0);
    rlimit tight = before_;
    tight.rlim_cur = std::min<rlim_t>(before_.rlim_cur, 128);
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
    for (int filler = dup(1); filler >= 0; filler = dup(1)) fillers_.push_back(filler);
  }
  ~no_descriptors() {
    for (const int filler : fillers_) close(filler);
    setrlimit(RLIMIT_NOFILE, &before_);
  }
  no_descriptors(const no_descriptors&) = delete;
  no_descriptors& operator=(const no_descriptors&) = delete;

 private:
  rlimit before_{};
  std::vector<int> fillers_;
};

TEST(limits, process_without_descriptors_rests_from_accepting) {
  world w;
  client served = w.connect();
  recorder& session = w.last();
  const client waiting(w.address);
  {
    const no_descriptors famine;
    w.run();
    EXPECT_EQ(w.transport.counts().accept_rests.value(), 1U) << "no spinning";
    EXPECT_FALSE(w.transport.has_work());
    EXPECT_EQ(served.write("PING\r\n"), 6U);
    EXPECT_TRUE(w.run_until([&] { return session.received == "PING\r\n"; }));
    w.skip(accept_rest_time + 2 * timer_wheel::tick);
    w.run();
    EXPECT_EQ(w.transport.counts().accept_rests.value(), 2U) << "tries again in its own time";
  }
  EXPECT_EQ(w.handlers.size(), 1U);
  w.skip(accept_rest_time + 2 * timer_wheel::tick);
  EXPECT_TRUE(w.run_until([&] { return w.handlers.size() == 2; }));
}

TEST(limits, descriptor_that_comes_back_is_used_at_once) {
  world w;
  const client served = w.connect();
  const client waiting(w.address);
  const no_descriptors famine;
  w.run();
  ASSERT_EQ(w.transport.counts().accept_rests.value(), 1U);
  w.last().wire().abort(w.now());
  w.run(3);
  EXPECT_EQ(w.handlers.size(), 2U) << "without waiting for the timer";
}

TEST(limits, closed_socket_gives_way_to_a_new_connection) {
  world w(1024 * 1024, {.connections_max = 1});
  const client first = w.connect();
  w.last().wire().close(w.now());
  w.run();
  ASSERT_EQ(w.transport.lingering(), 1U);
  const client second = w.connect();
  EXPECT_EQ(w.transport.connections(), 1U);
  EXPECT_EQ(w.transport.lingering(), 0U);
  EXPECT_EQ(w.transport.counts().lingers_cut.value(), 1U);
}

// The place of a closed socket is given away while an event for it is still in the same batch.
TEST(limits, stale_event_does_not_reach_the_next_in_the_same_place) {
  world w(1024 * 1024, {.connections_max = 1});
  client first = w.connect();
  w.last().wire().close(w.now());
  w.run();
  client second(w.address);
  first.close();  // behind the new connection: the listener's event comes first
  w.step();
  ASSERT_EQ(w.transport.connections(), 1U);
  recorder& session = w.last();
  session.reader = [&](slice_queue&) { session.wire().pause_reading(); };
  EXPECT_EQ(second.write("text"), 4U);
  EXPECT_TRUE(w.run_until([&] { return session.offers == 1; }));
  w.run();
  EXPECT_EQ(session.ends, 0U) << "the other one's hang-up";
}

TEST(limits, one_poll_reads_a_bounded_amount_and_nobody_is_forgotten) {
  world w;
  constexpr std::size_t each_bytes = 150'000;
  constexpr std::size_t count = 40;
  const std::string text = pattern(each_bytes);
  std::vector<client> peers;
  for (std::size_t i = 0; i < count; ++i) peers.push_back(w.connect());
  w.run();
  for (client& peer : peers) ASSERT_EQ(peer.write(text), each_bytes);
  std::size_t least_offers = 0;
  std::uint64_t before = 0;
  for (int polls = 0; polls < 100; ++polls) {
    w.step();
    const std::uint64_t total = w.transport.counts().bytes_in.value();
    EXPECT_LE(total - before, first_bounds.bytes + arena::block_bytes_max);
    before = total;
    const auto [least, most] = std::minmax_element(
        w.handlers.begin(), w.handlers.end(),
        [](const auto& one, const auto& other) { return one->offers < other->offers; });
    if (total < count * each_bytes) {
      EXPECT_LE((*most)->offers, (*least)->offers + 1) << "in turn";
    }
    least_offers = (*least)->offers;
  }
  EXPECT_GT(least_offers, 0U);
  for (const auto& session : w.handlers) EXPECT_TRUE(session->received == text);
  EXPECT_FALSE(w.transport.has_work());
}

TEST(limits, newcomers_come_a_few_at_a_time) {
  world w;
  constexpr std::size_t count = 12 * first_bounds.accepts;
  std::vector<client> peers;
  for (std::size_t i = 0; i < count; ++i) peers.emplace_back(w.address);
  std::size_t before = 0;
  ASSERT_TRUE(w.run_until([&] {
    EXPECT_LE(w.handlers.size() - before, first_bounds.accepts);
    before = w.handlers.size();
    return before == count;
  }));
  for (client& peer : peers) ASSERT_EQ(peer.write("CONNECT"), 7U);
  const auto have_spoken = [&] {
    return static_cast<std::size_t>(std::ranges::count_if(
        w.handlers, [](const auto& each) { return each->received == "CONNECT"; }));
  };
  constexpr std::size_t words_per_poll = first_bounds.bytes / first_bounds.first_words_cost_bytes;
  before = 0;
  ASSERT_TRUE(w.run_until([&] {
    const std::size_t now = have_spoken();
    EXPECT_LE(now - before, words_per_poll);
    before = now;
    return now == count;
  }));
  for (client& peer : peers) ASSERT_EQ(peer.write("PING"), 4U);
  w.step();
  EXPECT_EQ(w.transport.counts().receives.value(), 2 * count) << "known ones all at once";
}

TEST(limits, connections_of_second_precedence_come_and_speak_a_few_at_a_time) {
  world w;
  client known = w.connect();
  recorder& served = w.last();
  const listen_result listening = w.transport.listen(loopback(), w, precedence::second);
  ASSERT_EQ(listening.error, 0);
  constexpr std::size_t count = 5 * second_bounds.turns;
  std::vector<client> peers;
  for (std::size_t i = 0; i < count; ++i)
    peers.emplace_back(endpoint{w.address.address, listening.port});
  std::size_t before = w.handlers.size();
  ASSERT_TRUE(w.run_until([&] {
    EXPECT_LE(w.handlers.size() - before, second_bounds.accepts);
    before = w.handlers.size();
    return before == 1 + count;
  }));
  for (client& peer : peers) ASSERT_EQ(peer.write("GET"), 3U);
  ASSERT_EQ(known.write("PING"), 4U);
  w.step();
  EXPECT_EQ(served.received, "PING") << "nobody of the second is before it";
  std::uint64_t receives = w.transport.counts().receives.value();
  EXPECT_LE(receives, 1 + second_bounds.turns);
  ASSERT_TRUE(w.run_until([&] {
    const std::uint64_t now = w.transport.counts().receives.value();
    EXPECT_LE(now - receives, second_bounds.turns);
    receives = now;
    return now == 1 + count;
  }));
}

TEST(limits, those_that_go_at_once_go_a_few_at_a_time) {
  world w;
  constexpr std::size_t ends_per_poll = first_bounds.bytes / first_bounds.end_cost_bytes;
  constexpr std::size_t count = 3 * ends_per_poll;
  std::vector<client> peers;
  for (std::size_t i = 0; i < count; ++i) peers.push_back(w.connect());
  w.run();
  for (client& peer : peers) peer.reset();
  std::size_t before = w.transport.connections();
  ASSERT_TRUE(w.run_until([&] {
    const std::size_t now = w.transport.connections();
    EXPECT_LE(before - now, ends_per_poll);
    before = now;
    return now == 0;
  }));
}

TEST(limits, thousand_connections_leave_nothing_behind) {
  world w;
  const std::size_t descriptors = open_descriptors();
  for (int i = 0; i < 1000; ++i) {
    client peer = w.connect();
    recorder& session = w.last();
    EXPECT_EQ(peer.write("PING\r\n"), 6U);
    session.say("PONG\r\n");
    switch (i % 4) {
      case 0: peer.reset(); break;
      case 1:
        session.at_end_of_stream = [&] { session.wire().close(w.now()); };
        peer.close();
        break;
      case 2: session.wire().abort(w.now()); break;
      default:
        session.wire().close(w.now());
        peer.close();
        break;
    }
    ASSERT_TRUE(w.run_until([&] {
      if (!session.ended() && session.ends_of_stream == 1) session.wire().close(w.now());
      return session.ended() && w.transport.lingering() == 0;
    })) << i;
  }
  EXPECT_EQ(w.transport.connections(), 0U);
  EXPECT_EQ(open_descriptors(), descriptors);
  EXPECT_EQ(w.timers.armed(), 0U);
  EXPECT_EQ(w.memory.blocks_in_use(), 0U);
  EXPECT_EQ(w.transport.counts().accepted.value(), 1000U);
}

TEST(limits, thousand_connections_at_once_are_all_served) {
  world w;
  std::vector<client> peers;
  for (int i = 0; i < 1000; ++i) peers.emplace_back(w.address);
  ASSERT_TRUE(w.run_until([&] { return w.transport.connections() == 1000; }));
  for (client& each : peers) EXPECT_EQ(each.write("PING\r\n"), 6U);
  EXPECT_TRUE(w.run_until([&] {
    return std::all_of(w.handlers.begin(), w.handlers.end(),
                       [](const auto& each) { return each->received == "PING\r\n"; });
  }));
  EXPECT_EQ(w.memory.blocks_in_use(), 0U);
}

TEST(limits, transport_that_ends_closes_its_sockets_quietly) {
  const std::size_t descriptors = open_descriptors();
  std::vector<std::unique_ptr<recorder>> survivors;
  client peer;
  {
    world w;
    peer = w.connect();
    w.last().say("bye");
    survivors = std::move(w.handlers);
  }
  EXPECT_EQ(survivors[0]->ends, 0U);
  peer.read();
  EXPECT_TRUE(peer.saw_end);
  peer.close();
  EXPECT_EQ(open_descriptors(), descriptors);
}

}  // namespace
}  // namespace wirebird::sockets
