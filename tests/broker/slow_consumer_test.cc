// Clients that do not read, and what they cost.
#include "tests/broker/world.hh"

#include <string>

namespace wirebird::broker {
namespace {

TEST(slow_consumers, are_closed_at_once_and_without_a_byte) {
  world_options given;
  given.rules.max_pending = 1000;
  world around(given);
  client slow = around.connect_quiet();
  slow.send("SUB a 1\r\n");
  client other = around.connect_quiet();
  other.send("SUB a 1\r\n");
  slow.on_wire().stalled = true;
  client writer = around.connect_quiet();
  for (int i = 0; i < 8; ++i) writer.send("PUB a 100\r\n" + std::string(100, 'x') + "\r\n");
  EXPECT_TRUE(slow.is_open()) << "8 times 115 bytes";
  writer.send("PUB a 100\r\n" + std::string(100, 'x') + "\r\n");
  EXPECT_TRUE(slow.on_wire().aborted);
  EXPECT_EQ(slow.take(), "");
  EXPECT_EQ(around.events.last_reason, "Slow Consumer (Pending Bytes)");
  EXPECT_EQ(around.counts().slow_consumers.value(), 1U);
  EXPECT_EQ(around.events.lines[around.events.lines.size() - 2], "slow 4 1000");
  EXPECT_EQ(other.take().size(), 9 * 115U) << "nobody else notices";
  EXPECT_EQ(around.memory.blocks_in_use(), 0U) << "what waited for it is free";
}

TEST(slow_consumers, exactly_max_pending_is_allowed) {
  world_options given;
  given.rules.max_pending = 1000;
  world around(given);
  client slow = around.connect_quiet();
  slow.send("SUB a 1\r\n");
  slow.on_wire().stalled = true;
  client writer = around.connect_quiet();
  writer.send("PUB a 985\r\n" + std::string(985, 'x') + "\r\n");
  EXPECT_TRUE(slow.is_open());
  writer.send("PUB a 0\r\n\r\n");
  EXPECT_FALSE(slow.is_open());
}

/// A subscriber that reads nothing any more, with a message waiting for it.
client stopped_reader(world& around) {
  client reader = around.connect_quiet();
  reader.send("SUB a 1\r\n");
  around.advance(5s);  // the first PING is behind it
  static_cast<void>(reader.take());
  reader.on_wire().stalled = true;
  around.connect_quiet().send("PUB a 100\r\n" + std::string(100, 'x') + "\r\n");
  return reader;
}

TEST(slow_consumers, who_takes_nothing_until_the_write_deadline_is_closed) {
  world around;
  client slow = stopped_reader(around);
  around.advance(9990ms);
  EXPECT_TRUE(slow.is_open());
  around.advance(20ms);
  EXPECT_TRUE(slow.on_wire().aborted);
  EXPECT_EQ(slow.take(), "");
  EXPECT_EQ(around.events.last_reason, "Slow Consumer (Write Deadline)");
  EXPECT_EQ(around.events.last_slow.limit_bytes, 0U);
  EXPECT_EQ(around.events.last_slow.deadline, 10s);
  EXPECT_EQ(around.events.last_slow.chunks, 1U);
  EXPECT_EQ(around.events.last_slow.bytes, 115U);
  EXPECT_EQ(around.counts().slow_write_deadlines.value(), 1U);
  EXPECT_EQ(around.counts().slow_consumers.value(), 0U);
}

TEST(slow_consumers, any_progress_moves_the_write_deadline) {
  world around;
  client slow = stopped_reader(around);
  for (int i = 0; i < 5; ++i) {
    around.advance(9s);
    slow.on_wire().read(1);
    around.settle();
    ASSERT_TRUE(slow.is_open()) << i;
  }
  around.advance(9990ms);
  EXPECT_TRUE(slow.is_open());
  around.advance(20ms);
  EXPECT_FALSE(slow.is_open());
}

TEST(slow_consumers, the_write_deadline_runs_only_while_something_waits) {
  world around;
  client slow = stopped_reader(around);
  around.advance(1s);
  slow.on_wire().drain();
  around.advance(8900ms);  // the watch is still armed, and about to look
  around.connect_quiet().send("PUB a 1\r\nx\r\n");
  around.advance(9s);
  EXPECT_TRUE(slow.is_open()) << "what waits has waited for 9 s";
  around.advance(2s);
  EXPECT_FALSE(slow.is_open());
}

TEST(slow_consumers, a_worker_that_was_held_up_blames_nobody) {
  world around;
  client slow = stopped_reader(around);
  around.now += 15s;  // nothing ran meanwhile
  around.settle();
  EXPECT_TRUE(slow.is_open());
  around.advance(9900ms);
  EXPECT_TRUE(slow.is_open());
  around.advance(200ms);
  EXPECT_FALSE(slow.is_open());
}

TEST(slow_consumers, a_flood_of_unread_replies_counts_too) {
  world_options given;
  given.rules.max_pending = 1000;
  world around(given);
  client slow = around.connect_quiet();
  slow.on_wire().stalled = true;
  std::string pings;
  for (int i = 0; i < 200; ++i) pings += "PING\r\n";
  slow.send(pings);
  EXPECT_TRUE(slow.on_wire().aborted);
}

TEST(slow_consumers, acknowledged_bytes_do_not_count) {
  world_options given;
  given.rules.max_pending = 1000;
  world around(given);
  client reader = around.connect_quiet();
  reader.send("SUB a 1\r\n");
  client writer = around.connect_quiet();
  for (int i = 0; i < 100; ++i) writer.send("PUB a 500\r\n" + std::string(500, 'x') + "\r\n");
  EXPECT_TRUE(reader.is_open());
}

TEST(slow_consumers, large_payload_is_held_once_for_all_of_them) {
  world around;
  std::vector<client> readers;
  for (int i = 0; i < 20; ++i) {
    readers.push_back(around.connect_quiet());
    readers.back().send("SUB a 1\r\n");
    readers.back().on_wire().stalled = true;
  }
  const std::string body(300'000, 'x');
  client writer = around.connect_quiet();
  writer.send("PUB a 300000\r\n" + body + "\r\n");
  EXPECT_LT(around.memory.used_bytes(), 300'000U + 64 * 1024 + 20 * arena::block_bytes_min);
  for (client& each : readers) {
    each.on_wire().drain();
    EXPECT_EQ(each.take(), "MSG a 1 300000\r\n" + body + "\r\n");
  }
  EXPECT_EQ(around.memory.blocks_in_use(), 0U);
}

TEST(slow_consumers, medium_payload_from_one_piece_is_shared_too) {
  world around;
  std::vector<client> readers;
  for (int i = 0; i < 20; ++i) {
    readers.push_back(around.connect_quiet());
    readers.back().send("SUB a 1\r\n");
    readers.back().on_wire().stalled = true;
  }
  const std::string body(10'000, 'x');
  client writer = around.connect_quiet();
  writer.send("PUB a 10000\r\n" + body + "\r\n");
  EXPECT_LE(around.memory.used_bytes(), 16 * 1024U + 20 * arena::block_bytes_min);
  for (client& each : readers) each.on_wire().drain();
  EXPECT_EQ(readers.back().take(), "MSG a 1 10000\r\n" + body + "\r\n");
}

TEST(slow_consumers, dry_arena_closes_those_with_a_backlog_and_costs_others_a_message) {
  world_options given;
  given.arena_bytes = 512 * 1024;
  world around(given);
  client slow = around.connect_quiet();
  slow.send("SUB > 1\r\n");
  slow.on_wire().stalled = true;
  client good = around.connect_quiet();
  good.send("SUB good 1\r\n");
  client writer = around.connect_quiet();
  const std::string message = "PUB a 1000\r\n" + std::string(1000, 'x') + "\r\n";
  for (int i = 0; i < 600 && slow.is_open(); ++i) writer.send(message);
  EXPECT_TRUE(slow.on_wire().aborted);
  EXPECT_EQ(around.counts().slow_evicted.value(), 1U);
  EXPECT_EQ(around.events.last_reason, "Slow Consumer (Pending Bytes)");

  std::vector<buffer*> taken;
  while (buffer* const block = around.memory.take(arena::block_bytes_min)) taken.push_back(block);
  writer.send("PUB good 1\r\n1\r\n");
  EXPECT_EQ(around.counts().deliveries_no_memory.value(), 1U);
  for (buffer* const block : taken) around.memory.recycle(*block);
  writer.send("PUB good 1\r\n2\r\n");
  EXPECT_EQ(good.take(), "MSG good 1 1\r\n2\r\n");
}

}  // namespace
}  // namespace wirebird::broker
