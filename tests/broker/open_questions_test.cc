// Requests to clients of several other workers, all of whom go meanwhile.
#include "dataplane/broker/open_questions.hh"

#include "dataplane/crossing/mesh.hh"
#include "tests/broker/world.hh"

#include <array>
#include <string>

namespace wirebird::broker {
namespace {

using outcome = open_questions::outcome;

TEST(open_questions, end_with_the_last_target) {
  open_questions asked;
  const std::uint64_t three = asked.ask(3);
  const std::uint64_t two = asked.ask(2);
  EXPECT_EQ(asked.on_nobody(three), outcome::open);
  EXPECT_EQ(asked.on_nobody(two), outcome::open);
  EXPECT_EQ(asked.on_nobody(three), outcome::open);
  EXPECT_EQ(asked.on_nobody(three), outcome::refused);
  EXPECT_EQ(asked.on_nobody(two), outcome::refused);
}

TEST(open_questions, to_one_target_end_with_it_and_are_never_forgotten) {
  open_questions asked;
  const std::uint64_t one = asked.ask(1);
  for (std::size_t i = 0; i < open_questions::remembered; ++i) static_cast<void>(asked.ask(2));
  EXPECT_EQ(asked.on_nobody(one), outcome::refused);
}

TEST(open_questions, are_forgotten_when_there_are_too_many_newer_ones) {
  open_questions asked;
  const std::uint64_t first = asked.ask(2);
  const std::uint64_t second = asked.ask(2);
  for (std::size_t i = 0; i < open_questions::remembered - 1; ++i) static_cast<void>(asked.ask(2));
  EXPECT_EQ(asked.on_nobody(first), outcome::forgotten);
  EXPECT_EQ(asked.on_nobody(second), outcome::open);
}

class three_workers : public testing::Test {
 protected:
  ~three_workers() override {
    for (world& each : all) each.broker_->shutdown(each.now);
    settle();
  }
  world_options at(unsigned worker) {
    world_options given;
    given.place = lanes.station_of(worker);
    given.ids = &ids;
    return given;
  }
  void settle() {
    for (int i = 0; i < 10; ++i)
      for (world& each : all) each.settle();
  }
  // `what` is asked while others do not yet know here what they are about to say.
  template <typename Leave>
  std::string ask_while(Leave leave, const std::string& what) {
    world& here = all[0];
    here.begin_step();
    leave();
    asker.on_wire().send(what);
    here.end_step();
    EXPECT_EQ(asker.take(), "");
    settle();
    return asker.take();
  }

  counted_ids ids;
  crossing::mesh lanes{3};
  std::array<world, 3> all{world(at(0)), world(at(1)), world(at(2))};
  client asker = all[0].connect_quiet();
  client left = all[1].connect_quiet();
  client right = all[2].connect_quiet();
};

constexpr std::string_view nobody = "HMSG inbox 9 16 16\r\nNATS/1.0 503\r\n\r\n\r\n";

TEST_F(three_workers, who_asks_two_that_go_meanwhile_is_told_once) {
  asker.send("SUB inbox 9\r\n");
  left.send("SUB service 1\r\n");
  right.send("SUB service 1\r\n");
  settle();
  const auto both_leave = [&] {
    left.send("UNSUB 1\r\n");
    right.send("UNSUB 1\r\n");
  };
  EXPECT_EQ(ask_while(both_leave, "PUB service inbox 2\r\nhi\r\nPING\r\n"),
            std::string(nobody) + "PONG\r\n");
  EXPECT_EQ(all[0].counts().no_responders.value(), 1U);
}

TEST_F(three_workers, one_that_stays_is_enough) {
  asker.send("SUB inbox 9\r\n");
  left.send("SUB service 1\r\n");
  right.send("SUB service 1\r\n");
  settle();
  EXPECT_EQ(ask_while([&] { left.send("UNSUB 1\r\n"); }, "PUB service inbox 2\r\nhi\r\nPING\r\n"),
            "PONG\r\n");
  EXPECT_EQ(right.take(), "MSG service 1 inbox 2\r\nhi\r\n");
}

TEST_F(three_workers, a_group_and_a_subscription_that_go_meanwhile_count_as_two) {
  asker.send("SUB inbox 9\r\n");
  left.send("SUB service q 1\r\nSUB service 2\r\n");
  right.send("SUB service 1\r\n");
  settle();
  const auto all_leave = [&] {
    left.send("UNSUB 1\r\nUNSUB 2\r\n");
    right.send("UNSUB 1\r\n");
  };
  EXPECT_EQ(ask_while(all_leave, "PUB service inbox 2\r\nhi\r\nPING\r\n"),
            std::string(nobody) + "PONG\r\n");
  EXPECT_EQ(all[0].counts().messages_without_member.value(), 1U) << "by way of the asker's worker";
}

TEST_F(three_workers, who_asks_too_much_at_once_may_hear_nothing) {
  asker.send("SUB inbox 9\r\n");
  left.send("SUB service 1\r\n");
  right.send("SUB service 1\r\n");
  settle();
  std::string requests;
  for (std::size_t i = 0; i < open_questions::remembered + 10; ++i)
    requests += "PUB service inbox 0\r\n\r\n";
  const auto both_leave = [&] {
    left.send("UNSUB 1\r\n");
    right.send("UNSUB 1\r\n");
  };
  const std::string said = ask_while(both_leave, requests);
  EXPECT_EQ(said.size(), open_questions::remembered * nobody.size());
  EXPECT_EQ(all[0].counts().questions_forgotten.value(), 20U);
}

}  // namespace
}  // namespace wirebird::broker
