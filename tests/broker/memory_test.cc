// Gathering messages from pieces, and what happens when the arena is dry.
#include "tests/broker/world.hh"

#include <string>

namespace wirebird::broker {
namespace {

/// Takes all memory but `spare` blocks of the smallest size, until give_back().
class shortage {
 public:
  explicit shortage(arena& from) : from_(from) {}
  ~shortage() { give_back(); }
  void begin(std::size_t spare = 0) {
    while (buffer* const block = from_.take(arena::block_bytes_min)) taken_.push_back(block);
    for (; spare > 0 && !taken_.empty(); --spare) give_back_one();
  }
  void give_back() {
    while (!taken_.empty()) give_back_one();
  }

 private:
  void give_back_one() {
    from_.recycle(*taken_.back());
    taken_.pop_back();
  }
  arena& from_;
  std::vector<buffer*> taken_;
};

TEST(memory, idle_client_holds_none) {
  world around;
  client one = around.connect_quiet();
  one.send("SUB a 1\r\nPUB a 1\r\nx\r\nPING\r\n");
  one.send("SU");
  one.send("B b 2\r\n");
  EXPECT_EQ(around.memory.blocks_in_use(), 0U);
}

TEST(memory, line_buffer_is_held_only_while_a_line_is_split) {
  world around;
  client one = around.connect_quiet();
  one.send("SUB lo");
  EXPECT_EQ(around.memory.used_bytes(), 4096U);
  one.send("ng 1\r\n");
  EXPECT_EQ(around.memory.used_bytes(), 0U);
  EXPECT_EQ(one.ask("PUB long 0\r\n\r\n"), "MSG long 1 0\r\n\r\n");
}

TEST(memory, half_a_message_pins_no_received_bytes) {
  world around;
  client one = around.connect_quiet();
  one.send("PUB a 70000\r\n" + std::string(100, 'x'));
  EXPECT_EQ(around.input_memory.blocks_in_use(), 0U);
  EXPECT_EQ(around.memory.used_bytes(), 64 * 1024U);
  one.send(std::string(66'000, 'x'));
  EXPECT_EQ(around.input_memory.blocks_in_use(), 0U);
  EXPECT_EQ(around.memory.used_bytes(), 64 * 1024U + 8 * 1024);
  one.on_wire().send_end();
  around.settle();
  EXPECT_EQ(around.memory.blocks_in_use(), 0U);
}

TEST(memory, payloads_of_every_size_around_a_block_arrive_whole) {
  for (const std::size_t size :
       {0U, 1U, 2045U, 2046U, 2047U, 2048U, 4095U, 4096U, 65533U, 65534U, 65535U, 65536U, 65537U,
        131'068U, 131'070U, 131'072U, 131'073U, 1'048'576U}) {
    for (const std::size_t piece : {std::size_t{65'536}, std::size_t{1000}, size + 20, size + 13}) {
      world_options given;
      given.piece_bytes = piece;
      world around(given);
      client reader = around.connect(R"({"verbose":false})");
      reader.send("SUB a 1\r\nSUB a 2\r\n");
      client writer = around.connect_quiet();
      std::string body(size, ' ');
      for (std::size_t i = 0; i < size; ++i) body[i] = static_cast<char>('a' + i % 23);
      const std::string number = std::to_string(size);
      writer.send("PUB a " + number + "\r\n" + body + "\r\n");
      const std::string rest = " " + number + "\r\n" + body + "\r\n";
      ASSERT_EQ(reader.take(), "MSG a 1" + rest + "MSG a 2" + rest) << size << " in " << piece;
      if (size < 10) continue;
      writer.send("HPUB a 7 " + number + "\r\n" + body + "\r\n");
      const std::string stripped =
          " " + std::to_string(size - 7) + "\r\n" + body.substr(7) + "\r\n";
      ASSERT_EQ(reader.take(), "MSG a 1" + stripped + "MSG a 2" + stripped) << size;
    }
  }
}

TEST(memory, longest_lines_still_fit_in_a_message_line) {
  world_options given;
  given.rules.limits.max_control_line = 1 << 30;
  world around(given);
  const std::string sid(control_line_bytes_max - 2, 's');
  const std::string subject(control_line_bytes_max - 2, 'a');
  client one = around.connect_quiet();
  one.send("SUB > " + sid + "\r\n");
  EXPECT_EQ(one.ask("PUB " + subject + " 0\r\n\r\n"), "MSG " + subject + " " + sid + " 0\r\n\r\n");
  EXPECT_EQ(one.ask("PUB b 40000\r\n" + std::string(40'000, 'x') + "\r\n"),
            "MSG b " + sid + " 40000\r\n" + std::string(40'000, 'x') + "\r\n")
      << "line and payload do not fit in one block together";
  EXPECT_EQ(one.ask("PUB a" + subject + " 0\r\n"), "-ERR 'maximum control line exceeded'\r\n");
}

TEST(memory, max_payload_is_what_the_arena_can_gather) {
  world_options given;
  given.arena_bytes = 1024 * 1024;
  world around(given);
  client one = around.connect();
  EXPECT_NE(one.take().find("\"max_payload\":262144,"), std::string::npos);
  EXPECT_EQ(one.ask("PUB a 262145\r\n"), "-ERR 'Maximum Payload Violation'\r\n");
}

TEST(memory, replies_wait_for_memory_and_none_is_lost) {
  world around;
  client one = around.connect("{}");
  shortage now(around.memory);
  now.begin();
  EXPECT_EQ(one.ask("PING\r\nSUB a 1\r\nPING\r\n"), "");
  EXPECT_TRUE(one.on_wire().paused);
  EXPECT_TRUE(one.is_open());
  EXPECT_GE(around.counts().memory_waits.value(), 1U);
  around.advance(100ms);
  EXPECT_EQ(one.take(), "");
  now.give_back();
  around.advance(100ms);
  EXPECT_EQ(one.take(), "PONG\r\n+OK\r\nPONG\r\n");
}

TEST(memory, split_lines_and_payloads_wait_for_memory) {
  world around;
  client one = around.connect_quiet();
  one.send("SUB a 1\r\n");
  shortage now(around.memory);
  now.begin();
  one.send("PUB a 40");
  one.send("00\r\n" + std::string(1000, 'x'));
  EXPECT_TRUE(one.on_wire().paused);
  EXPECT_GT(one.on_wire().unread_bytes(), 0U) << "the peer's window closes behind it";
  now.give_back();
  around.advance(50ms);
  one.send(std::string(3000, 'x') + "\r\n");
  EXPECT_EQ(one.take(), "MSG a 1 4000\r\n" + std::string(4000, 'x') + "\r\n");
}

TEST(memory, closing_while_it_waits_leaves_nothing_behind) {
  world around;
  client one = around.connect_quiet();
  shortage now(around.memory);
  now.begin();
  one.send("PING\r\nPUB a 4");
  one.on_wire().reset();
  around.settle();
  EXPECT_TRUE(one.on_wire().ended);
  around.advance(100ms);
  EXPECT_EQ(around.broker_->sessions(), 0U);
}

TEST(memory, end_of_stream_while_it_waits_closes_after_the_replies) {
  world around;
  client one = around.connect_quiet();
  shortage now(around.memory);
  now.begin();
  one.on_wire().send("PING\r\nPING\r\n");
  one.on_wire().send_end();
  around.settle();
  EXPECT_TRUE(one.is_open());
  now.give_back();
  around.advance(100ms);
  EXPECT_EQ(one.take(), "PONG\r\nPONG\r\n");
  EXPECT_TRUE(one.on_wire().ended);
}

TEST(memory, more_half_messages_than_fit_are_all_completed) {
  world_options given;
  given.arena_bytes = 4 * 1024 * 1024;
  world around(given);
  client reader = around.connect_quiet();
  reader.send("SUB a 1\r\n");
  std::vector<client> writers;
  for (int i = 0; i < 10; ++i) writers.push_back(around.connect_quiet());
  for (client& each : writers) each.on_wire().send("PUB a 900000\r\n");
  const std::string part(50'000, 'x');
  for (int round = 0; round < 18; ++round) {
    for (client& each : writers) each.on_wire().send(part);
    around.settle();
  }
  for (client& each : writers) each.on_wire().send("\r\n");
  around.advance(1s);
  EXPECT_EQ(around.counts().in_msgs.value(), 10U);
  EXPECT_EQ(reader.take().size(), 10 * (900'000 + 18U));
  EXPECT_GT(around.counts().memory_waits.value(), 0U);
  for (client& each : writers) EXPECT_TRUE(each.is_open());
}

TEST(memory, a_peer_that_stops_in_mid_message_cannot_hold_the_reserve) {
  world_options given;
  given.arena_bytes = 4 * 1024 * 1024;
  world around(given);
  std::vector<client> stuck;
  for (int i = 0; i < 6; ++i) {
    stuck.push_back(around.connect_quiet());
    stuck.back().on_wire().send("PUB a 900000\r\n" + std::string(800'000, 'x'));
  }
  around.settle();
  client good = around.connect_quiet();
  good.on_wire().send("SUB b 1\r\nPUB b 900000\r\n" + std::string(900'000, 'x') + "\r\n");
  around.advance(40s);
  EXPECT_GT(around.counts().unfinished_in_shortage.value(), 0U);
  EXPECT_EQ(good.take().size(), 900'000 + 18U + std::string("PING\r\n").size());
}

}  // namespace
}  // namespace wirebird::broker
