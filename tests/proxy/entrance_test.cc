#include "dataplane/proxy/entrance.hh"

#include "tests/broker/world.hh"

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wirebird::proxy {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;

struct recorded_refusals final : refusal_sink {
  void on_refused(const endpoint& remote, std::string_view why) noexcept override {
    lines.push_back(to_string(remote) + " " + std::string(why));
  }
  std::vector<std::string> lines;
};

/// A broker behind an entrance.
class behind_a_balancer : public testing::Test {
 protected:
  ~behind_a_balancer() override {
    entrance_.shutdown(world_.now);
    world_.broker_->shutdown(world_.now);
    settle();
    EXPECT_EQ(entrance_.connections(), 0U);
  }

  broker::wire& connect() {
    world_.wires.push_back(std::make_unique<broker::wire>(world_.memory, world_.input_memory));
    broker::wire& made = *world_.wires.back();
    made.set_handler(*entrance_.on_accepted(made, world_.now));
    settle();
    return made;
  }
  void send(broker::wire& from, std::string_view text, std::size_t piece_bytes = 65536) {
    for (; !text.empty(); text.remove_prefix(std::min(piece_bytes, text.size()))) {
      from.send(text.substr(0, piece_bytes));
      settle();
    }
  }
  void settle() {
    world_.settle();
    entrance_.flush();
  }

  broker::world world_;
  recorded_refusals refusals_;
  entrance entrance_{*world_.broker_, world_.timers, world_.memory, refusals_};
};

TEST_F(behind_a_balancer, the_client_is_greeted_under_its_own_address) {
  broker::wire& client = connect();
  EXPECT_EQ(client.received, "") << "nobody is greeted before it is known who comes";
  send(client, "PROXY TCP4 192.0.2.7 10.0.0.1 5 4222\r\nPING\r\n", 3);
  EXPECT_THAT(client.received, HasSubstr("\"client_ip\":\"192.0.2.7\""));
  EXPECT_THAT(client.received, testing::EndsWith(" \r\nPONG\r\n"));
  EXPECT_EQ(world_.broker_->summary(0)->remote.port, 5);
  EXPECT_EQ(entrance_.counts().headers.value(), 1U);
}

TEST_F(behind_a_balancer, who_names_nobody_keeps_the_address_of_the_connection) {
  broker::wire& client = connect();
  send(client, "PROXY UNKNOWN\r\n");
  EXPECT_THAT(client.received, HasSubstr("\"client_ip\":\"10.0.0.2\""));
}

TEST_F(behind_a_balancer, who_comes_without_a_header_is_closed_and_told_to_the_log) {
  broker::wire& client = connect();
  send(client, "CONNECT {}\r\n");
  EXPECT_TRUE(client.ended);
  EXPECT_EQ(client.received, "");
  EXPECT_THAT(refusals_.lines, testing::ElementsAre("10.0.0.2:4711 no PROXY header"));
  EXPECT_EQ(entrance_.counts().wrong_headers.value(), 1U);
}

TEST_F(behind_a_balancer, a_health_probe_is_only_counted) {
  connect().send_end();
  broker::wire& half = connect();
  send(half, "PROXY TC");
  half.reset();
  settle();
  EXPECT_TRUE(refusals_.lines.empty());
  EXPECT_TRUE(world_.events.lines.empty());
  EXPECT_EQ(entrance_.counts().probes.value(), 2U);
}

TEST_F(behind_a_balancer, a_header_has_its_time) {
  broker::wire& client = connect();
  send(client, "PROXY ");
  world_.advance(entrance::header_time_max + 10ms);
  settle();
  EXPECT_TRUE(client.ended);
  EXPECT_EQ(entrance_.counts().late_headers.value(), 1U);
}

TEST_F(behind_a_balancer, the_end_of_either_side_leaves_nothing) {
  broker::wire& leaves = connect();
  send(leaves, "PROXY UNKNOWN\r\nSUB a 1\r\n");
  broker::wire& is_closed = connect();
  send(is_closed, "PROXY UNKNOWN\r\nbogus\r\n");
  leaves.send_end();
  settle();
  EXPECT_TRUE(leaves.ended);
  EXPECT_TRUE(is_closed.ended);
  EXPECT_EQ(entrance_.connections(), 0U);
}

}  // namespace
}  // namespace wirebird::proxy
