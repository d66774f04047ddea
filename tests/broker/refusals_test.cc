// Messages that only those could take, on other workers, whose permissions forbid it.
#include "dataplane/crossing/mesh.hh"
#include "tests/broker/desk.hh"

#include <array>
#include <string>

namespace wirebird::broker {
namespace {

/// Three workers; `user` may have nothing on `service`, `root` everything.
class refusals : public testing::Test {
 protected:
  ~refusals() override {
    for (world& each : all) each.broker_->shutdown(each.now);
    settle();
  }
  world_options at(unsigned worker) {
    world_options given = guarded_by(judges_[worker]);
    given.place = lanes.station_of(worker);
    given.ids = &ids;
    judges_[worker].add("root");
    judges_[worker].add("user") = user_;
    return given;
  }
  void settle() {
    for (int i = 0; i < 10; ++i)
      for (world& each : all) each.settle();
  }
  client user_at(unsigned worker) { return all[worker].connect(login_as("user")); }
  client root_at(unsigned worker) { return all[worker].connect(login_as("root")); }
  client asker_at(unsigned worker) {
    return all[worker].connect(
        R"({"verbose":false,"headers":true,"no_responders":true,"user":"root","pass":"root"})");
  }

  auth::user user_ = [] {
    auth::user made;
    made.name = "user";
    made.may.emplace().subscribe.deny = {{"service", ""}};
    return made;
  }();
  std::array<desk, 3> judges_;
  counted_ids ids;
  crossing::mesh lanes{3};
  std::array<world, 3> all{world(at(0)), world(at(1)), world(at(2))};
};

constexpr std::string_view nobody = "HMSG inbox 9 16 16\r\nNATS/1.0 503\r\n\r\n\r\n";

TEST_F(refusals, the_answer_comes_before_what_the_asker_says_next) {
  client denied = user_at(1);
  client also_denied = user_at(2);
  denied.send("SUB * 1\r\nSUB > q 2\r\n");
  also_denied.send("SUB > 1\r\nSUB * q 2\r\n");
  client asker = asker_at(0);
  asker.send("SUB inbox 9\r\n");
  settle();
  asker.on_wire().send("PUB service inbox 0\r\n\r\nUNSUB 9\r\nSUB inbox 8\r\nPING\r\n");
  settle();
  EXPECT_EQ(asker.take(), std::string(nobody) + "PONG\r\n");
  asker.on_wire().send("PUB service other 0\r\n\r\nSUB other 7\r\nPING\r\n");
  settle();
  EXPECT_EQ(asker.take(), "PONG\r\n") << "the subscription is younger than the request";
}

TEST_F(refusals, a_group_is_asked_on_all_workers_and_its_messages_stay_in_order) {
  client denied = user_at(0);
  client also_denied = user_at(1);
  client allowed = root_at(2);
  denied.send("SUB * q 1\r\n");
  also_denied.send("SUB * q 1\r\n");
  allowed.send("SUB service q 1\r\n");
  client writer = root_at(0);
  settle();
  std::string sent;
  std::string delivered;
  for (int i = 10; i < 50; ++i) {
    sent += "PUB service 2\r\n" + std::to_string(i) + "\r\n";
    delivered += "MSG service 1 2\r\n" + std::to_string(i) + "\r\n";
  }
  writer.on_wire().send(sent + "PING\r\n");
  for (int i = 0; i < 100; ++i) settle();
  EXPECT_EQ(allowed.take(), delivered);
  EXPECT_EQ(writer.take(), "PONG\r\n");
  EXPECT_EQ(denied.take() + also_denied.take(), "");
}

TEST_F(refusals, nobody_waits_where_one_is_sure_to_take_it) {
  client denied = user_at(1);
  client allowed = root_at(1);
  denied.send("SUB * 1\r\n");
  allowed.send("SUB service 1\r\n");
  client asker = asker_at(0);
  settle();
  asker.on_wire().send("PUB service inbox 0\r\n\r\nPUB service inbox 0\r\n\r\n");
  all[0].settle();
  EXPECT_EQ(all[0].counts().barrier_waits.value(), 0U);
  EXPECT_EQ(all[0].counts().crossings_sent.value(), 2U);
  // When that one goes, the others are told that nobody is sure any more.
  allowed.send("UNSUB 1\r\n");
  settle();
  asker.on_wire().send("PUB service inbox 0\r\n\r\n");
  all[0].settle();
  EXPECT_EQ(all[0].counts().barrier_waits.value(), 1U);
}

}  // namespace
}  // namespace wirebird::broker
