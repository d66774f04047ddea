// Publishers wait for subscribers that lag but read, and only for those.
#include "dataplane/broker/limits.hh"
#include "tests/broker/world.hh"

#include <string>

namespace wirebird::broker {
namespace {

constexpr std::uint64_t pending_max = 64 * 1024;  // lags above 48 KiB, the price is 4 KiB

class throttling : public testing::Test {
 protected:
  static world_options rules() {
    world_options given;
    given.rules.max_pending = pending_max;
    return given;
  }
  /// About `kib` KiB for the subscriber.
  static void publish(client& writer, int kib) {
    std::string text;
    for (int i = 0; i < kib; ++i) text += "PUB a 1000\r\n" + std::string(1000, 'x') + "\r\n";
    writer.send(text);
  }
  world around{rules()};
  client reader = around.connect_quiet();
  client writer = around.connect_quiet();
  void SetUp() override {
    reader.send("SUB a 1\r\n");
    reader.on_wire().stalled = true;
    publish(writer, 49);  // it lags from now on
  }
};

TEST_F(throttling, a_subscriber_that_lags_and_reads_stops_its_publisher_for_a_moment) {
  EXPECT_FALSE(writer.on_wire().paused);
  reader.on_wire().read(5000);
  publish(writer, 20);
  EXPECT_TRUE(writer.on_wire().paused);
  EXPECT_GT(writer.on_wire().unread_bytes(), 0U) << "the rest stays unread";
  EXPECT_EQ(around.counts().throttles.value(), 1U);
  around.advance(throttle_time - 1ms);
  EXPECT_TRUE(writer.on_wire().paused);
  around.advance(2ms);
  EXPECT_FALSE(writer.on_wire().paused);
  EXPECT_EQ(around.counts().publishers_throttled.value(), 1U) << "not earned a second time";
  EXPECT_TRUE(around.events.last_reason == "Slow Consumer (Pending Bytes)" || reader.is_open());
}

TEST_F(throttling, a_subscriber_that_has_stopped_earns_nothing) {
  publish(writer, 30);
  EXPECT_TRUE(reader.on_wire().aborted);
  EXPECT_FALSE(writer.on_wire().paused);
  EXPECT_EQ(around.counts().publishers_throttled.value(), 0U);
}

TEST_F(throttling, a_trickle_buys_a_small_part_of_the_time) {
  for (int i = 0; i < 100 && reader.is_open(); ++i) {
    reader.on_wire().read(100);  // 10 KB/s
    around.settle();
    if (!writer.on_wire().paused && reader.on_wire().output().size() < pending_max - 2000)
      publish(writer, 1);
    around.advance(10ms);
  }
  EXPECT_LE(around.counts().throttles.value(), 2U) << "10 KB at 4 KiB each";
}

TEST_F(throttling, publishers_go_on_at_once_when_the_subscriber_has_caught_up) {
  reader.on_wire().read(5000);
  publish(writer, 20);
  client second = around.connect_quiet();
  publish(second, 1);
  EXPECT_TRUE(writer.on_wire().paused);
  EXPECT_TRUE(second.on_wire().paused) << "both publish for it";
  EXPECT_EQ(around.counts().throttles.value(), 1U);
  reader.on_wire().drain();
  around.settle();
  EXPECT_FALSE(writer.on_wire().paused);
  EXPECT_FALSE(second.on_wire().paused);
  reader.on_wire().drain();
  EXPECT_EQ(around.counts().out_msgs.value(), 49 + 20 + 1U);
}

TEST_F(throttling, whoever_publishes_for_others_is_not_stopped) {
  reader.on_wire().read(5000);
  publish(writer, 20);
  client other = around.connect_quiet();
  EXPECT_EQ(other.ask("SUB b 1\r\nPUB b 1\r\nx\r\nPING\r\n"), "MSG b 1 1\r\nx\r\nPONG\r\n");
}

TEST_F(throttling, a_stopped_publisher_that_leaves_is_forgotten) {
  reader.on_wire().read(5000);
  publish(writer, 20);
  writer.on_wire().reset();
  around.settle();
  EXPECT_TRUE(writer.on_wire().ended);
  around.advance(50ms);
}

}  // namespace
}  // namespace wirebird::broker
