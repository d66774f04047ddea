#include "dataplane/sockets/limits.hh"
#include "tests/sockets/world.hh"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::sockets {
namespace {

TEST(reading, reader_may_stop_at_every_byte) {
  const std::string text = "SUB foo 1\r\nPUB foo 5\r\nhello\r\nPING\r\n";
  for (std::size_t stop = 0; stop <= text.size(); ++stop) {
    SCOPED_TRACE(stop);
    world w;
    client peer = w.connect();
    recorder& session = w.last();
    session.reader = [&](slice_queue& unread) {
      session.take(unread, std::min(stop - session.received.size(), unread.size()));
      if (session.received.size() == stop) session.wire().pause_reading();
    };
    EXPECT_EQ(peer.write(text), text.size());
    ASSERT_TRUE(w.run_until([&] { return session.offers > 0 && session.received.size() == stop; }));
    EXPECT_EQ(peer.write("more"), 4U);
    w.run();
    EXPECT_EQ(session.offers, 1U) << "paused means paused";

    session.reader = nullptr;
    session.wire().resume_reading();
    EXPECT_EQ(session.received.size(), stop) << "not from within resume_reading()";
    EXPECT_TRUE(w.run_until([&] { return session.received == text + "more"; }));
  }
}

TEST(reading, rest_is_offered_again_each_time_reading_resumes) {
  world w;
  client peer = w.connect();
  recorder& session = w.last();
  session.reader = [&](slice_queue& unread) {
    session.take(unread, 1);
    session.wire().pause_reading();
  };
  EXPECT_EQ(peer.write("abcdefgh"), 8U);
  for (std::size_t i = 1; i <= 8; ++i) {
    ASSERT_TRUE(w.run_until([&] { return session.received.size() == i; }));
    EXPECT_EQ(session.offers, i);
    session.wire().resume_reading();
  }
  w.run();
  EXPECT_EQ(session.offers, 8U) << "there is nothing left to offer";
  EXPECT_EQ(session.received, "abcdefgh");
}

TEST(reading, rest_is_offered_together_with_the_next_bytes) {
  world w;
  client peer = w.connect();
  recorder& session = w.last();
  std::vector<std::size_t> offered;
  session.reader = [&](slice_queue& unread) {
    offered.push_back(unread.size());
    session.take(unread, unread.size() / 4 * 4);
  };
  EXPECT_EQ(peer.write("123456"), 6U);
  ASSERT_TRUE(w.run_until([&] { return offered.size() == 1; }));
  w.run();
  EXPECT_EQ(peer.write("78"), 2U);
  ASSERT_TRUE(w.run_until([&] { return offered.size() == 2; }));
  EXPECT_EQ(offered, (std::vector<std::size_t>{6, 4}));
  EXPECT_EQ(session.received, "12345678");
}

TEST(reading, message_left_unread_until_complete_arrives_whole) {
  world w;
  client peer = w.connect();
  recorder& session = w.last();
  const std::string text = pattern(150'000);
  session.reader = [&](slice_queue& unread) {
    if (unread.size() == text.size()) session.take(unread, unread.size());
  };
  for (std::size_t sent = 0; sent < text.size();) {
    sent += peer.write(std::string_view(text).substr(sent, 997));
    w.step();
  }
  EXPECT_TRUE(w.run_until([&] { return session.received.size() == text.size(); }));
  EXPECT_EQ(session.received, text);
  EXPECT_GT(w.transport.counts().rests_packed.value(), 0U);
}

TEST(reading, rests_of_paused_sessions_pin_little_memory) {
  world w;
  client busy = w.connect();
  const std::string text = pattern(60'000);
  std::vector<client> peers;
  for (std::size_t i = 0; i < 100; ++i) {
    // The block that all read into is nearly full each time.
    EXPECT_EQ(busy.write(text), text.size());
    ASSERT_TRUE(
        w.run_until([&] { return w.handlers[0]->received.size() == (i + 1) * text.size(); }));
    peers.push_back(w.connect());
    recorder& session = w.last();
    session.reader = [&session](slice_queue&) { session.wire().pause_reading(); };
    EXPECT_EQ(peers.back().write("a few bytes"), 11U);
    ASSERT_TRUE(w.run_until([&] { return session.offers == 1; }));
  }
  EXPECT_LE(w.memory.used_bytes(), arena::block_bytes_max + 100 * arena::block_bytes_min);
  for (const auto& each : w.handlers) {
    each->reader = nullptr;
    each->wire().resume_reading();
  }
  w.run();
  for (std::size_t i = 1; i <= 100; ++i) EXPECT_EQ(w.handlers[i]->received, "a few bytes");
  EXPECT_EQ(w.memory.blocks_in_use(), 0U);
}

TEST(reading, kept_slices_stay_as_they_are_while_others_read) {
  world w;
  client keeper = w.connect();
  recorder& holding = w.last();
  client other = w.connect();
  std::vector<slice> kept;
  holding.reader = [&](slice_queue& unread) {
    kept.push_back(unread.front());
    unread.consume(unread.front().size());
  };
  std::string sent;
  for (int i = 0; i < 40; ++i) {
    const std::string text = "kept " + std::to_string(i) + pattern(3000);
    EXPECT_EQ(keeper.write(text), text.size());
    sent += text;
    EXPECT_EQ(other.write(pattern(9000)), 9000U);
    w.run(3);
  }
  std::string found;
  ASSERT_TRUE(w.run_until([&] {
    found.clear();
    for (const slice& each : kept) found += as_text(each.bytes());
    return found.size() == sent.size();
  }));
  EXPECT_EQ(found, sent);
  kept.clear();
  w.step();
  EXPECT_EQ(w.memory.blocks_in_use(), 0U);
}

TEST(reading, kept_slices_of_many_polls_share_blocks) {
  world w;
  client peer = w.connect();
  std::vector<slice> kept;
  w.last().reader = [&](slice_queue& unread) {
    kept.push_back(unread.front());
    unread.consume(unread.front().size());
  };
  for (std::size_t i = 1; i <= 100; ++i) {
    EXPECT_EQ(peer.write("a message"), 9U);
    ASSERT_TRUE(w.run_until([&] { return kept.size() == i; }));
  }
  EXPECT_EQ(w.memory.blocks_in_use(), 1U);
  kept.clear();
  w.step();
  EXPECT_EQ(w.memory.blocks_in_use(), 0U);
}

TEST(reading, handler_that_takes_nothing_closes_the_window) {
  world w;
  client peer = w.connect();
  recorder& session = w.last();
  std::size_t most = 0;
  session.reader = [&](slice_queue& unread) { most = std::max(most, unread.size()); };
  const std::string text = pattern(32 * 1024 * 1024);
  std::size_t sent = 0;
  for (int idle = 0; idle < 50; ++idle) {
    const std::size_t count = peer.write(std::string_view(text).substr(sent, 1024 * 1024));
    if (count > 0) idle = 0;
    sent += count;
    w.step();
  }
  EXPECT_LT(sent, text.size());
  EXPECT_LT(most, unread_bytes_max + arena::block_bytes_max);
  EXPECT_FALSE(w.transport.has_work());
  EXPECT_LT(w.memory.used_bytes(), 2 * (unread_bytes_max + arena::block_bytes_max));

  session.reader = nullptr;
  session.wire().resume_reading();
  ASSERT_TRUE(w.run_until([&] {
    sent += sent < text.size() ? peer.write(std::string_view(text).substr(sent)) : 0;
    return session.received.size() == text.size();
  }));
  EXPECT_TRUE(session.received == text);
}

TEST(reading, flood_on_one_connection_does_not_starve_another) {
  world w;
  client loud = w.connect();
  recorder& flooded = w.last();
  client quiet = w.connect();
  recorder& calm = w.last();
  const std::string text = pattern(1024 * 1024);
  while (loud.write(text) > 0) {
  }
  EXPECT_EQ(quiet.write("PING\r\n"), 6U);
  w.run(2);
  EXPECT_EQ(calm.received, "PING\r\n");
  EXPECT_LE(flooded.received.size(), 2 * first_bounds.bytes);
  EXPECT_LE(flooded.offers, 2U) << "one turn per poll";
}

TEST(reading, dry_arena_stops_reading_and_loses_nothing) {
  world w(4 * arena::block_bytes_max);
  client peer = w.connect();
  recorder& session = w.last();
  std::vector<slice> hog;
  while (buffer* block = w.memory.take(arena::block_bytes_max))
    hog.emplace_back(*block, block->bytes, block->capacity);
  EXPECT_EQ(peer.write("PING\r\n"), 6U);
  w.run();
  EXPECT_EQ(session.offers, 0U);
  EXPECT_FALSE(w.transport.has_work()) << "no busy waiting for memory";
  EXPECT_EQ(w.transport.counts().read_droughts.value(), 1U);
  w.skip(starved_retry_time + 2 * timer_wheel::tick);
  w.run();
  EXPECT_EQ(w.transport.counts().read_droughts.value(), 2U) << "asks again in its own time";

  EXPECT_EQ(peer.write("PONG\r\n"), 6U);
  hog.clear();
  EXPECT_TRUE(w.run_until([&] { return session.received == "PING\r\nPONG\r\n"; }));
  w.skip(starved_retry_time * 2);
  w.run();
  EXPECT_EQ(w.timers.armed(), 0U);
}

TEST(reading, end_of_stream_comes_once_and_after_all_bytes) {
  world w;
  client peer = w.connect();
  recorder& session = w.last();
  const std::string text = pattern(200'000);
  std::size_t sent = 0;
  ASSERT_TRUE(w.run_until([&] {
    sent += peer.write(std::string_view(text).substr(sent));
    return sent == text.size();
  }));
  peer.end_output();
  session.at_end_of_stream = [&] { EXPECT_EQ(session.received.size(), text.size()); };
  EXPECT_TRUE(w.run_until([&] { return session.ends_of_stream == 1; }));
  w.run();
  EXPECT_EQ(session.ends_of_stream, 1U);
  EXPECT_EQ(session.ends, 0U) << "output still flows until close()";
}

TEST(reading, end_of_stream_waits_for_a_paused_reader) {
  world w;
  client peer = w.connect();
  recorder& session = w.last();
  session.reader = [&](slice_queue&) { session.wire().pause_reading(); };
  EXPECT_EQ(peer.write("last words"), 10U);
  peer.close();
  ASSERT_TRUE(w.run_until([&] { return session.offers == 1; }));
  w.run();
  EXPECT_EQ(session.ends_of_stream, 0U);
  session.reader = nullptr;
  session.wire().resume_reading();
  EXPECT_TRUE(w.run_until([&] { return session.ends_of_stream == 1; }));
  EXPECT_EQ(session.received, "last words");
}

TEST(reading, reset_ends_a_reading_session) {
  world w;
  client peer = w.connect();
  recorder& session = w.last();
  peer.reset();
  EXPECT_TRUE(w.run_until([&] { return session.ended(); }));
  EXPECT_EQ(session.reason, stream::end_reason::peer_reset);
  EXPECT_EQ(session.ends_of_stream, 0U);
  EXPECT_EQ(w.transport.counts().ended_peer_reset.value(), 1U);
}

TEST(reading, reset_ends_a_paused_session) {
  world w;
  client peer = w.connect();
  recorder& session = w.last();
  session.reader = [&](slice_queue&) { session.wire().pause_reading(); };
  EXPECT_EQ(peer.write("text"), 4U);
  ASSERT_TRUE(w.run_until([&] { return session.offers == 1; }));
  peer.reset();
  EXPECT_TRUE(w.run_until([&] { return session.ended(); }));
  EXPECT_EQ(session.reason, stream::end_reason::peer_reset);
}

// A client that leaves without reading its greeting resets the connection, but what it published
// came before that.
TEST(reading, bytes_before_a_reset_are_delivered) {
  world w;
  client peer = w.connect();
  recorder& session = w.last();
  session.say("INFO {}\r\n");
  const std::string text = pattern(100'000);
  std::size_t sent = 0;
  while (sent < text.size()) {
    const std::size_t count = peer.write(std::string_view(text).substr(sent));
    ASSERT_GT(count, 0U);
    sent += count;
  }
  peer.close();
  session.say("PING\r\n");  // the write that finds out
  EXPECT_TRUE(w.run_until([&] { return session.ended(); }));
  EXPECT_EQ(session.received.size(), text.size());
  EXPECT_EQ(session.reason, stream::end_reason::peer_reset);
  EXPECT_EQ(session.ends_of_stream, 0U);
}

}  // namespace
}  // namespace wirebird::sockets
