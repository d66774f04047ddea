// What a user may publish, subscribe and receive, on every path that a message takes.
#include "dataplane/crossing/mesh.hh"
#include "tests/broker/desk.hh"

#include <string>

namespace wirebird::broker {
namespace {

std::string publish_violation(const std::string& subject) {
  return "-ERR 'Permissions Violation for Publish to \"" + subject + "\"'\r\n";
}

std::string subscribe_violation(const std::string& subject) {
  return "-ERR 'Permissions Violation for Subscription to \"" + subject + "\"'\r\n";
}

/// A world with `root`, who may everything, and `user`, who may what the test says.
class restricted : public testing::Test {
 protected:
  world& open() {
    if (around_ == nullptr) around_ = std::make_unique<world>(guarded_by(judge_));
    return *around_;
  }
  client root() { return open().connect(login_as("root")); }
  client user() { return open().connect(login_as("user")); }
  auth::permissions& may() { return *user_.may; }

  desk judge_;
  auth::user& root_ = judge_.add("root");
  auth::user& user_ = judge_.add("user");
  std::unique_ptr<world> around_;

  restricted() { user_.may.emplace(); }
};

TEST_F(restricted, publishes_only_what_is_allowed_and_stays_connected) {
  may().publish.allow = {{"a.*", ""}};
  may().publish.deny = {{"a.no", ""}};
  client reader = root();
  reader.send("SUB > 1\r\n");
  client writer = user();
  EXPECT_EQ(writer.ask("PUB a.x 1\r\n1\r\nPUB a.no 1\r\n2\r\nPUB b 1\r\n3\r\nPING\r\n"),
            publish_violation("a.no") + publish_violation("b") + "PONG\r\n");
  EXPECT_EQ(reader.take(), "MSG a.x 1 1\r\n1\r\n");
  EXPECT_EQ(open().counts().publishes_refused.value(), 2U);
  EXPECT_EQ(open().events.lines.back(),
            "refusal 5 Publish Violation - User \"user\", Subject \"b\"");
}

TEST_F(restricted, subscribes_only_to_what_is_allowed_whole) {
  may().subscribe.allow = {{"foo.*", ""}, {"q", "workers"}};
  client reader = user();
  EXPECT_EQ(reader.ask("SUB foo.a 1\r\nSUB foo.* 2\r\nPING\r\n"), "PONG\r\n");
  // 2.9.10 takes `>` for a token that `*` matches, and would deliver foo.x.y.
  EXPECT_EQ(reader.ask("SUB foo.> 3\r\n"), subscribe_violation("foo.>"));
  EXPECT_EQ(reader.ask("SUB > 4\r\nSUB q 5\r\n"),
            subscribe_violation(">") + subscribe_violation("q"));
  EXPECT_EQ(reader.ask("SUB q workers 6\r\nSUB q others 7\r\n"),
            "-ERR 'Permissions Violation for Subscription to \"q\" using queue \"others\"'\r\n");
  EXPECT_EQ(open().events.lines.back(),
            "refusal 4 Subscription Violation - User \"user\", Subject \"q\", Queue: \"others\", "
            "SID 7");
  client writer = root();
  writer.send("PUB foo.a.b 0\r\n\r\nPUB foo.b 0\r\n\r\nPUB q 0\r\n\r\n");
  EXPECT_EQ(reader.take(), "MSG foo.b 2 0\r\n\r\nMSG q 6 0\r\n\r\n");
}

// CVE-2022-29946, 2026-17 and 2026-18: deny rules leaked by wildcards and by queue groups.
TEST_F(restricted, receives_nothing_that_is_denied_however_it_subscribed) {
  may().subscribe.deny = {{"x.secret", ""}, {"x.a.*", ""}};
  client reader = user();
  EXPECT_EQ(reader.ask("SUB x.secret 1\r\n"), subscribe_violation("x.secret"));
  EXPECT_EQ(reader.ask("SUB x.* 2\r\nSUB x.*.b 3\r\nSUB > g 4\r\nSUB x.> 5\r\nPING\r\n"),
            "PONG\r\n");
  client writer = root();
  writer.send("PUB x.secret 0\r\n\r\nPUB x.a.b 0\r\n\r\n");
  EXPECT_EQ(reader.take(), "");
  EXPECT_EQ(open().counts().deliveries_refused.value(), 6U);
  writer.send("PUB x.c.b 0\r\n\r\n");
  const std::string got = reader.take();
  for (const char* sid : {"3", "4", "5"})
    EXPECT_NE(got.find("MSG x.c.b " + std::string(sid) + " 0"), std::string::npos) << got;
}

TEST_F(restricted, a_denied_member_of_a_group_makes_room_for_another) {
  may().subscribe.deny = {{"x.secret", ""}};
  client denied = user();
  denied.send("SUB x.* g 1\r\n");
  client allowed = root();
  allowed.send("SUB x.* g 1\r\n");
  client writer = root();
  for (int i = 0; i < 20; ++i) writer.send("PUB x.secret 0\r\n\r\n");
  EXPECT_EQ(denied.take(), "");
  std::string all;
  for (int i = 0; i < 20; ++i) all += "MSG x.secret 1 0\r\n\r\n";
  EXPECT_EQ(allowed.take(), all);
}

TEST_F(restricted, who_could_only_answer_to_a_denied_request_is_nobody) {
  may().subscribe.deny = {{"service", ""}};
  client service = user();
  service.send("SUB * 1\r\n");
  client asker = open().connect(
      R"({"verbose":false,"headers":true,"no_responders":true,"user":"root","pass":"root"})");
  EXPECT_EQ(asker.ask("SUB inbox 1\r\nPUB service inbox 0\r\n\r\n"),
            "HMSG inbox 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\n");
}

TEST_F(restricted, publishes_replies_to_what_it_was_asked_and_nothing_else) {
  may().responses.emplace();
  client service = user();
  service.send("SUB service 1\r\n");
  client asker = root();
  asker.send("SUB inbox 1\r\n");
  EXPECT_EQ(service.ask("PUB inbox 0\r\n\r\n"), publish_violation("inbox"));
  asker.send("PUB service inbox 0\r\n\r\n");
  static_cast<void>(service.take());
  EXPECT_EQ(service.ask("PUB other 0\r\n\r\nPUB inbox 2\r\nhi\r\nPUB inbox 0\r\n\r\n"),
            publish_violation("other") + publish_violation("inbox"))
      << "once";
  EXPECT_EQ(asker.take(), "MSG inbox 1 2\r\nhi\r\n");
  asker.send("PUB service inbox 0\r\n\r\n");
  static_cast<void>(service.take());
  open().advance(2min);
  static_cast<void>(service.take());
  EXPECT_EQ(service.ask("PUB inbox 0\r\n\r\n"), publish_violation("inbox")) << "too late";
}

TEST_F(restricted, replies_as_often_as_the_rules_say) {
  may().publish.allow = {{"open", ""}};
  may().responses.emplace().max = 3;
  client service = user();
  service.send("SUB service 1\r\n");
  client asker = root();
  asker.send("PUB service inbox 0\r\n\r\n");
  static_cast<void>(service.take());
  const std::string once = "PUB inbox 0\r\n\r\n";
  EXPECT_EQ(service.ask(once + once + once + once + "PUB open 0\r\n\r\n"),
            publish_violation("inbox"));
}

TEST_F(restricted, a_verbose_publisher_gets_no_ok_for_what_is_refused) {
  may().publish.allow = {{"a", ""}};
  may().subscribe.allow = {{"a", ""}};
  client one = open().connect(R"({"user":"user","pass":"user"})");
  EXPECT_EQ(one.ask("PUB b 3\r\nxyz\r\nPUB a 0\r\n\r\nSUB b 1\r\nSUB a 2\r\n"),
            publish_violation("b") + "+OK\r\n" + subscribe_violation("b") + "+OK\r\n");
}

/// The same user on a worker of his own; who publishes is on the other one.
class restricted_across_workers : public restricted {
 protected:
  world_options at(unsigned worker) {
    world_options given = guarded_by(judge_);
    given.place = lanes.station_of(worker);
    given.ids = &ids;
    return given;
  }
  void settle() {
    for (int i = 0; i < 10; ++i) {
      here.settle();
      there.settle();
    }
  }
  void send(client& from, std::string_view text) {
    from.send(text);
    settle();
  }
  ~restricted_across_workers() override {
    here.broker_->shutdown(here.now);
    there.broker_->shutdown(there.now);
    settle();
  }

  counted_ids ids;
  crossing::mesh lanes{2};
  world here{at(0)};
  world there{at(1)};
};

TEST_F(restricted_across_workers, receives_nothing_that_is_denied) {
  may().subscribe.deny = {{"x.secret", ""}};
  client reader = there.connect(login_as("user"));
  client writer = here.connect(login_as("root"));
  send(reader, "SUB x.* 1\r\nSUB > g 2\r\n");
  send(writer, "PUB x.secret 0\r\n\r\nPUB x.open 0\r\n\r\n");
  const std::string got = reader.take();
  EXPECT_EQ(got.find("secret"), std::string::npos) << got;
  EXPECT_NE(got.find("MSG x.open 1 0"), std::string::npos) << got;
  EXPECT_NE(got.find("MSG x.open 2 0"), std::string::npos) << got;
}

TEST_F(restricted_across_workers, replies_to_what_came_from_another_worker) {
  may().responses.emplace();
  client service = there.connect(login_as("user"));
  client asker = here.connect(login_as("root"));
  send(service, "SUB service 1\r\n");
  send(asker, "SUB inbox 1\r\nPUB service inbox 0\r\n\r\n");
  EXPECT_EQ(service.take(), "MSG service 1 inbox 0\r\n\r\n");
  send(service, "PUB inbox 2\r\nhi\r\nPUB inbox 2\r\nno\r\n");
  EXPECT_EQ(service.take(), publish_violation("inbox"));
  EXPECT_EQ(asker.take(), "MSG inbox 1 2\r\nhi\r\n");
}

}  // namespace
}  // namespace wirebird::broker
