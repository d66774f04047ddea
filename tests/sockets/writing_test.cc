#include "dataplane/sockets/limits.hh"
#include "tests/sockets/world.hh"

#include <cerrno>
#include <cstddef>
#include <string>

#include <gtest/gtest.h>

namespace wirebird::sockets {
namespace {

constexpr int small_buffer = 4096;

TEST(writing, large_output_reaches_a_slow_reader_in_order) {
  world w;
  client peer = w.connect(small_buffer);
  recorder& session = w.last();
  const std::string text = pattern(12 * 1024 * 1024);
  session.say(text);
  ASSERT_TRUE(w.run_until([&] { return !w.transport.has_work(); }));
  EXPECT_GT(session.wire().output().size(), 0U) << "the kernel cannot hold all of it";
  EXPECT_TRUE(w.run_until([&] { return peer.read(), peer.received.size() == text.size(); }));
  EXPECT_TRUE(peer.received == text);
  w.run();
  EXPECT_TRUE(session.wire().output().empty());
  EXPECT_GT(session.progress, 1U);
  EXPECT_GT(w.transport.counts().sends_blocked.value(), 0U);
  EXPECT_EQ(w.memory.blocks_in_use(), 0U);
}

TEST(writing, a_peer_that_does_not_read_leaves_its_output_with_us) {
  world w;
  const client peer = w.connect(small_buffer);
  constexpr std::size_t size = 8 * 1024 * 1024;
  w.last().say(pattern(size));
  ASSERT_TRUE(w.run_until([&] { return !w.transport.has_work(); }));
  // One call of sending more than the limit, and what the peer's kernel has received.
  EXPECT_GT(w.last().wire().output().size(), size - 4 * unsent_in_kernel_max);
}

TEST(writing, blocked_output_makes_no_work) {
  world w;
  const client peer = w.connect(small_buffer);
  w.last().say(pattern(12 * 1024 * 1024));
  EXPECT_TRUE(w.run_until([&] { return !w.transport.has_work(); }));
  const std::uint64_t blocked = w.transport.counts().sends_blocked.value();
  for (int i = 0; i < 10; ++i) w.last().wire().flush(w.now());
  EXPECT_EQ(w.transport.counts().sends_blocked.value(), blocked);
}

TEST(writing, progress_is_told_later_and_outside_the_flush) {
  world w;
  client peer = w.connect();
  recorder& session = w.last();
  session.say("PING\r\n");
  EXPECT_TRUE(session.wire().output().empty());
  EXPECT_EQ(session.progress, 0U);
  EXPECT_TRUE(w.transport.has_work());
  w.step();
  EXPECT_EQ(session.progress, 1U);
  w.run();
  EXPECT_EQ(session.progress, 1U);
}

TEST(writing, handler_may_write_on_from_its_progress) {
  world w;
  client peer = w.connect();
  recorder& session = w.last();
  session.at_progress = [&] {
    if (session.progress < 100) session.say("x");
  };
  session.say("x");
  EXPECT_TRUE(w.run_until([&] { return peer.read(), peer.received.size() == 100; }));
}

TEST(writing, close_sends_what_is_queued_first) {
  world w;
  client peer = w.connect(small_buffer);
  recorder& session = w.last();
  const std::string text = pattern(8 * 1024 * 1024);
  session.say(text);
  session.wire().close(w.now());
  EXPECT_EQ(session.ends, 0U) << "never from within the handler's own call";
  EXPECT_TRUE(w.run_until([&] { return peer.read(), peer.saw_end; }));
  EXPECT_TRUE(peer.received == text);
  EXPECT_TRUE(session.ended());
  EXPECT_EQ(session.reason, stream::end_reason::closed_by_us);
  EXPECT_EQ(w.transport.connections(), 0U);
  peer.close();
  EXPECT_TRUE(w.run_until([&] { return w.transport.lingering() == 0; }));
  EXPECT_EQ(w.timers.armed(), 0U);
}

TEST(writing, last_words_reach_a_client_that_is_still_sending) {
  world w;
  client peer = w.connect();
  recorder& session = w.last();
  const std::string text = pattern(1024 * 1024);
  session.reader = [&](slice_queue& unread) {
    session.take(unread, 1);
    session.say("-ERR 'Maximum Payload Violation'\r\n");
    session.wire().close(w.now());
  };
  std::size_t sent = 0;
  ASSERT_TRUE(w.run_until([&] {
    sent += peer.write(text);
    return sent >= 6 * text.size();
  })) << "the client is not held up";
  EXPECT_TRUE(session.ended());
  EXPECT_EQ(session.offers, 1U) << "later input is thrown away";
  peer.read();
  EXPECT_EQ(peer.received, "-ERR 'Maximum Payload Violation'\r\n");
  EXPECT_TRUE(peer.saw_end);
  EXPECT_EQ(peer.error, 0);
  peer.close();
  EXPECT_TRUE(w.run_until([&] { return w.transport.lingering() == 0; }));
}

TEST(writing, input_after_close_is_discarded_up_to_a_limit) {
  world w;
  client peer = w.connect();
  recorder& session = w.last();
  session.say("-ERR\r\n");
  session.wire().close(w.now());
  const std::string text = pattern(1024 * 1024);
  std::size_t sent = 0;
  for (int idle = 0; idle < 100; ++idle) {
    const std::size_t count = peer.write(text);
    if (count > 0) idle = 0;
    sent += count;
    w.step();
    ASSERT_LT(sent, 4 * linger_bytes_max);
  }
  EXPECT_LE(w.transport.counts().discarded_bytes.value(),
            linger_bytes_max + discard_bytes_per_turn);
  EXPECT_FALSE(w.transport.has_work());
  EXPECT_EQ(w.transport.lingering(), 1U);
  peer.read();
  EXPECT_EQ(peer.received, "-ERR\r\n");
  w.skip(linger_time_max * 2);
  EXPECT_TRUE(w.run_until([&] { return w.transport.lingering() == 0; }));
}

TEST(writing, closed_socket_does_not_linger_beyond_its_time) {
  world w;
  const std::size_t before = open_descriptors();
  client peer = w.connect();
  w.last().wire().close(w.now());
  w.run();
  EXPECT_EQ(w.transport.lingering(), 1U);
  EXPECT_EQ(w.last().ends, 1U) << "the session need not wait for that";
  w.skip(linger_time_max);
  EXPECT_TRUE(w.run_until([&] { return w.transport.lingering() == 0; }));
  peer.close();
  EXPECT_EQ(open_descriptors(), before);
}

TEST(writing, reply_to_a_half_closed_peer_arrives) {
  world w;
  client peer = w.connect();
  recorder& session = w.last();
  session.at_end_of_stream = [&] { session.say("first "); };
  EXPECT_EQ(peer.write("request"), 7U);
  peer.end_output();
  EXPECT_TRUE(w.run_until([&] { return peer.read(), peer.received == "first "; }));
  session.say("second");
  session.wire().close(w.now());
  EXPECT_TRUE(w.run_until([&] { return peer.read(), peer.saw_end; }));
  EXPECT_EQ(peer.received, "first second");
  EXPECT_EQ(session.reason, stream::end_reason::peer_closed);
  EXPECT_EQ(w.transport.lingering(), 0U) << "the peer has nothing more to say";
}

TEST(writing, abort_resets_at_once_and_tells_later) {
  world w;
  client peer = w.connect();
  recorder& session = w.last();
  session.say("unread");
  session.wire().abort(w.now());
  EXPECT_EQ(session.ends, 0U);
  peer.read();
  EXPECT_EQ(peer.error, ECONNRESET);
  w.step();
  EXPECT_TRUE(session.ended());
  EXPECT_EQ(session.reason, stream::end_reason::aborted_by_us);
  EXPECT_EQ(w.transport.lingering(), 0U);
}

TEST(writing, abort_cuts_a_close_that_has_not_finished) {
  world w;
  const client peer = w.connect(small_buffer);
  recorder& session = w.last();
  session.say(pattern(12 * 1024 * 1024));
  session.wire().close(w.now());
  session.wire().close(w.now());
  w.run();
  EXPECT_EQ(session.ends, 0U);
  session.wire().abort(w.now());
  session.wire().abort(w.now());
  session.wire().flush(w.now());
  w.run();
  EXPECT_TRUE(session.ended());
  EXPECT_EQ(session.reason, stream::end_reason::aborted_by_us);
  EXPECT_EQ(w.timers.armed(), 0U);
  EXPECT_EQ(w.memory.blocks_in_use(), 0U);
}

TEST(writing, close_gives_a_peer_up_that_never_reads) {
  world w;
  const client peer = w.connect(small_buffer);
  recorder& session = w.last();
  session.say(pattern(12 * 1024 * 1024));
  session.wire().close(w.now());
  w.run();
  EXPECT_EQ(session.ends, 0U);
  w.skip(close_time_max);
  EXPECT_TRUE(w.run_until([&] { return session.ended(); }));
  EXPECT_EQ(session.reason, stream::end_reason::timed_out);
  EXPECT_EQ(w.memory.blocks_in_use(), 0U);
}

TEST(writing, peer_that_is_gone_ends_a_close) {
  world w;
  client peer = w.connect(small_buffer);
  recorder& session = w.last();
  session.say(pattern(12 * 1024 * 1024));
  session.wire().close(w.now());
  peer.reset();
  EXPECT_TRUE(w.run_until([&] { return session.ended(); }));
  EXPECT_EQ(session.reason, stream::end_reason::peer_reset);
}

TEST(writing, close_and_abort_from_within_the_readers_call_are_safe) {
  for (const bool hard : {false, true}) {
    world w;
    client peer = w.connect();
    recorder& session = w.last();
    session.reader = [&](slice_queue& unread) {
      session.take(unread, 2);
      if (hard)
        session.wire().abort(w.now());
      else
        session.wire().close(w.now());
      session.take(unread, 2);  // what was offered stays until the call returns
      session.wire().resume_reading();
    };
    EXPECT_EQ(peer.write("abcdef"), 6U);
    EXPECT_TRUE(w.run_until([&] { return session.ended(); }));
    EXPECT_EQ(session.received, "abcd");
    EXPECT_EQ(session.offers, 1U);
  }
}

}  // namespace
}  // namespace wirebird::sockets
