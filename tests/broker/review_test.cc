// Another configuration of who may log in and what each may, for clients that are there.
#include "dataplane/auth/permission.hh"
#include "dataplane/auth/succession.hh"
#include "tests/broker/desk.hh"

#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>

namespace wirebird::broker {
namespace {

using testing::HasSubstr;

const std::string violation = "-ERR 'Authorization Violation'\r\n";

/// A world whose configuration of logins changes.
class reload : public testing::Test {
 protected:
  explicit reload(bool required = true) : around_(required ? guarded_by(judge_) : open()) {}

  /// The next configuration: everybody with the heir that was named, or to be judged anew.
  void apply() {
    options next = around_.options_.rules;
    next.generation = ++judge_.generation;
    around_.options_.rules = next;
    around_.broker_->apply(next, around_.identity, false, around_.now);
    around_.broker_->review(heirs_);
    around_.settle();
    EXPECT_FALSE(around_.broker_->is_reviewing());
  }
  void replace(const std::string& name, auth::permissions may) {
    auto [next, before] = judge_.replace(name);
    next->may = std::move(may);
    heirs_.keep(before);
    heirs_.add(*before, next);
  }
  world_options open() {
    world_options made;
    made.desk = &judge_;
    return made;
  }
  static auth::permissions only(std::vector<auth::subject_rule> publish,
                                std::vector<auth::subject_rule> subscribe) {
    auth::permissions made;
    made.publish.allow = std::move(publish);
    made.subscribe.allow = std::move(subscribe);
    return made;
  }

  desk judge_;
  auth::succession heirs_;
  world around_;
};

TEST_F(reload, takes_away_what_is_not_permitted_any_more_and_leaves_the_rest) {
  judge_.add("a");
  client one = around_.connect(login_as("a"));
  client other = around_.connect(login_as("a"));
  EXPECT_EQ(one.ask("SUB x 1\r\nSUB y 2\r\nSUB z.* 3\r\nSUB q g 4\r\nPING\r\n"), "PONG\r\n");
  auth::permissions may = only({{"x", ""}, {"z.>", ""}}, {{"x", ""}, {"z.>", ""}, {"q", "h"}});
  may.subscribe.deny.push_back({"z.secret", ""});
  replace("a", std::move(may));
  apply();
  const std::string told = one.take();
  for (const char* line :
       {"-ERR 'Permissions Violation for Subscription to \"y\" (sid \"2\")'\r\n",
        "-ERR 'Permissions Violation for Subscription to \"q\" (sid \"4\")'\r\n"})
    EXPECT_THAT(told, HasSubstr(line));
  EXPECT_EQ(around_.counts().subscriptions_revoked.value(), 2U);
  EXPECT_EQ(around_.broker_->subscriptions(), 2U);
  EXPECT_EQ(
      other.ask("PUB x 1\r\n1\r\nPUB z.open 1\r\n2\r\nPUB z.secret 1\r\n3\r\nPUB y 0\r\n\r\n"),
      "-ERR 'Permissions Violation for Publish to \"y\"'\r\n");
  EXPECT_EQ(one.take(), "MSG x 1 1\r\n1\r\nMSG z.open 3 1\r\n2\r\n");
  EXPECT_THAT(one.ask("SUB y 5\r\n"), HasSubstr("Permissions Violation for Subscription to \"y\""));
}

TEST_F(reload, gives_rights_as_well) {
  judge_.add("a").may = only({{"x", ""}}, {{"x", ""}});
  client one = around_.connect(login_as("a"));
  EXPECT_THAT(one.ask("SUB y 1\r\n"), HasSubstr("Violation"));
  replace("a", {});
  apply();
  EXPECT_EQ(one.ask("SUB y 1\r\nPUB y 0\r\n\r\nPING\r\n"), "MSG y 1 0\r\n\r\nPONG\r\n");
}

TEST_F(reload, whose_name_has_gone_is_closed_and_nobody_else) {
  judge_.add("a");
  judge_.add("b");
  client gone = around_.connect(login_as("a"));
  client stays = around_.connect(login_as("b"));
  static_cast<void>(gone.ask("SUB x 1\r\n"));
  static_cast<void>(stays.ask("SUB x 1\r\n"));
  heirs_.add_gone(*judge_.forget("a"));
  replace("b", {});
  apply();
  EXPECT_EQ(gone.take(), "") << "as nats-server";
  EXPECT_FALSE(gone.is_open());
  EXPECT_EQ(around_.events.last_reason, "Client Closed");
  EXPECT_EQ(stays.ask("PUB x 0\r\n\r\nPING\r\n"), "MSG x 1 0\r\n\r\nPONG\r\n");
}

TEST_F(reload, whose_password_has_changed_is_refused) {
  judge_.add("a");
  client one = around_.connect(login_as("a"));
  static_cast<void>(judge_.forget("a"));  // his name is known, but the desk takes no such password
  apply();
  EXPECT_EQ(one.take(), violation);
}

TEST_F(reload, reads_nothing_of_who_is_judged_again_until_the_verdict) {
  judge_.add("a");
  client one = around_.connect(login_as("a"));
  EXPECT_EQ(one.ask("SUB x 1\r\nPUB x 4\r\nab"), "");
  judge_.answers_at_once = false;
  apply();
  EXPECT_EQ(one.ask("cd\r\nPING\r\n"), "");
  judge_.judge_all();
  around_.settle();
  EXPECT_EQ(one.take(), "MSG x 1 4\r\nabcd\r\nPONG\r\n") << "as if nothing had been";
  EXPECT_EQ(judge_.questions.size(), 0U);
}

TEST_F(reload, a_verdict_that_is_under_way_counts_for_no_other_configuration) {
  judge_.add("a");
  judge_.answers_at_once = false;
  client one = around_.connect();
  static_cast<void>(one.take());
  one.send("CONNECT " + login_as("a") + "\r\nPING\r\n");
  judge_.judge_all();  // the answer waits when the configuration changes
  static_cast<void>(judge_.forget("a"));
  apply();
  EXPECT_EQ(one.take(), "");
  judge_.judge_all();
  around_.settle();
  EXPECT_EQ(one.take(), violation);
}

TEST_F(reload, nobody_inherits_the_place_of_no_auth_user) {
  judge_.add("a");
  judge_.anonymous = "a";
  around_.options_.rules.login.without_connect = true;
  apply();
  client nameless = around_.connect("{\"verbose\":false}");
  client named = around_.connect(login_as("a"));
  EXPECT_EQ(nameless.ask("PING\r\n"), "PONG\r\n");
  replace("a", {});
  judge_.anonymous = "-";
  around_.options_.rules.login.without_connect = false;
  apply();
  EXPECT_EQ(nameless.take(), violation);
  EXPECT_EQ(named.ask("PING\r\n"), "PONG\r\n");
}

TEST_F(reload, replies_that_were_permitted_stay_so) {
  auth::permissions may = only({}, {});
  may.responses.emplace();
  judge_.add("service").may = may;
  judge_.add("asker");
  client service = around_.connect(login_as("service"));
  client asker = around_.connect(login_as("asker"));
  static_cast<void>(service.ask("SUB ask 1\r\n"));
  static_cast<void>(asker.ask("SUB answer 1\r\nPUB ask answer 0\r\n\r\n"));
  EXPECT_EQ(service.take(), "MSG ask 1 answer 0\r\n\r\n");
  may.responses->max = 7;
  replace("service", may);
  replace("asker", {});
  apply();
  EXPECT_EQ(service.ask("PUB answer 0\r\n\r\nPING\r\n"), "PONG\r\n");
  EXPECT_EQ(asker.take(), "MSG answer 1 0\r\n\r\n");
}

TEST_F(reload, no_login_is_needed_any_more) {
  judge_.add("a").may = only({{"x", ""}}, {{"x", ""}});
  client limited = around_.connect(login_as("a"));
  judge_.answers_at_once = false;
  client waiting = around_.connect();
  client silent = around_.connect();
  for (client* each : {&waiting, &silent}) static_cast<void>(each->take());
  waiting.send("CONNECT {\"verbose\":false,\"user\":\"z\"}\r\nPING\r\n");
  around_.options_.rules.login.required = false;
  apply();
  EXPECT_EQ(waiting.take(), "PONG\r\n");
  EXPECT_EQ(limited.ask("SUB y 1\r\nPUB y 0\r\n\r\n"), "MSG y 1 0\r\n\r\n");
  around_.advance(10s);
  EXPECT_TRUE(silent.is_open());
  judge_.judge_all();
  around_.settle();
  EXPECT_THAT(waiting.ask("PING\r\n"), HasSubstr("PONG\r\n")) << "the verdict came too late";
}

class reload_of_an_open_door : public reload {
 protected:
  reload_of_an_open_door() : reload(false) {}
};

TEST_F(reload_of_an_open_door, admits_whoever_had_said_who_he_is) {
  judge_.add("a").may = only({}, {{"x", ""}});
  client named = around_.connect(login_as("a"));
  client nameless = around_.connect("{\"verbose\":false}");
  client wrong = around_.connect(R"({"verbose":false,"user":"a","pass":"b"})");
  client half = around_.connect();
  client served = around_.connect();
  client fresh = around_.connect();
  for (client* each : {&half, &served, &fresh}) static_cast<void>(each->take());
  static_cast<void>(named.ask("SUB x 1\r\nSUB y 2\r\n"));
  static_cast<void>(half.ask("SUB y"));
  static_cast<void>(served.ask("SUB y 1\r\n"));
  around_.options_.rules.login.required = true;
  apply();
  EXPECT_EQ(named.take(), "-ERR 'Permissions Violation for Subscription to \"y\" (sid \"2\")'\r\n");
  EXPECT_EQ(named.ask("PUB x 0\r\n\r\nPING\r\n"), "MSG x 1 0\r\n\r\nPONG\r\n");
  for (client* each : {&nameless, &wrong, &half, &served}) {
    EXPECT_EQ(each->take(), violation);
    EXPECT_FALSE(each->is_open());
  }
  EXPECT_EQ(fresh.ask("CONNECT " + login_as("a") + "\r\nPING\r\n"), "PONG\r\n");
  client later = around_.connect();
  EXPECT_THAT(later.take(), HasSubstr("\"auth_required\":true"));
}

TEST_F(reload, a_crowd_is_looked_at_over_several_iterations) {
  judge_.add("a");
  std::vector<client> crowd;
  for (int i = 0; i < 600; ++i) crowd.push_back(around_.connect(login_as("a")));
  client rich = around_.connect(login_as("a"));
  std::string all;
  for (int i = 0; i < 9000; ++i)
    all += "SUB " + std::string(i % 3 == 0 ? "no." : "yes.") + std::to_string(i) + " " +
           std::to_string(i) + "\r\n";
  static_cast<void>(rich.ask(all + "UNSUB 1 2\r\n"));
  replace("a", only({}, {{"yes.>", ""}}));
  options next = around_.options_.rules;
  next.generation = ++judge_.generation;
  around_.broker_->apply(next, around_.identity, false, around_.now);
  around_.broker_->review(heirs_);
  int iterations = 0;
  for (; around_.broker_->is_reviewing(); ++iterations) {
    around_.step();
    // Its maximum takes a subscription out in the middle of the walk.
    if (iterations < 2) crowd.front().on_wire().send("PUB yes.1 0\r\n\r\n");
  }
  EXPECT_GT(iterations, 5);
  around_.settle();
  EXPECT_EQ(around_.counts().subscriptions_revoked.value(), 3000U);
  EXPECT_EQ(around_.broker_->subscriptions(), 5999U);
  EXPECT_EQ(rich.ask("PING\r\n").substr(0, 5), "-ERR ");
  EXPECT_TRUE(rich.is_open());
}

// Whatever was subscribed when: afterwards there is what could be subscribed now, and no more.
TEST_F(reload, leaves_exactly_what_could_be_subscribed_now) {
  const std::vector<std::string> subjects{"a", "a.b", "a.*", "a.>", ">", "b.c", "*.c", "b"};
  const std::vector<std::string> queues{"", "q", "r"};
  random choices(7);
  const auto pick = [&](const std::vector<std::string>& of) {
    return of[static_cast<std::size_t>(choices.below(of.size()))];
  };
  const auto some_rules = [&] {
    std::vector<auth::subject_rule> made;
    for (std::uint64_t i = choices.below(3); i > 0; --i) made.push_back({pick(subjects), ""});
    return made;
  };
  judge_.add("a");
  client one = around_.connect(login_as("a"));
  std::map<int, std::pair<std::string, std::string>> held;
  int sid = 0;
  for (int round = 0; round < 300; ++round) {
    for (int i = 0; i < 5; ++i) {
      const auto wanted = std::pair{pick(subjects), pick(queues)};
      const std::string line = "SUB " + wanted.first + " " + wanted.second + " " +
                               std::to_string(++sid) + "\r\nPING\r\n";
      if (one.ask(line) == "PONG\r\n") held[sid] = wanted;
    }
    auth::permissions may = only({}, some_rules());
    may.subscribe.deny = some_rules();
    replace("a", may);
    apply();
    std::erase_if(held, [&](const auto& each) {
      return auth::may_subscribe(may, each.second.first, each.second.second) ==
             auth::subscribe_verdict::refused;
    });
    static_cast<void>(one.take());
    EXPECT_EQ(around_.broker_->subscriptions(), held.size()) << "round " << round;
    if (held.size() <= 20) continue;
    for (const auto& each : held)
      static_cast<void>(one.ask("UNSUB " + std::to_string(each.first) + "\r\n"));
    held.clear();
  }
}

}  // namespace
}  // namespace wirebird::broker
