// From the greeting to the verdict: what is served meanwhile, what is not, and for how long.
#include "tests/broker/desk.hh"

#include <set>
#include <string>

namespace wirebird::broker {
namespace {

const std::string violation = "-ERR 'Authorization Violation'\r\n";

TEST(login, who_is_accepted_is_served_and_who_is_not_is_closed) {
  desk judge;
  judge.add("a");
  world around(guarded_by(judge));
  client good = around.connect();
  EXPECT_NE(good.take().find("\"auth_required\":true"), std::string::npos);
  EXPECT_EQ(good.ask("CONNECT " + login_as("a") + "\r\nPING\r\n"), "PONG\r\n");
  client bad = around.connect();
  static_cast<void>(bad.take());
  EXPECT_EQ(bad.ask("CONNECT {\"user\":\"a\",\"pass\":\"b\"}\r\nPING\r\n"), violation);
  EXPECT_FALSE(bad.is_open());
  EXPECT_EQ(around.events.last_reason, "Authentication Failure");
  EXPECT_EQ(around.counts().authorization_violations.value(), 1U);
  EXPECT_TRUE(good.is_open());
}

TEST(login, nothing_is_read_until_the_verdict) {
  desk judge;
  judge.add("a");
  judge.answers_at_once = false;
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}}) {
    world_options given = guarded_by(judge);
    given.piece_bytes = piece;
    world around(given);
    client one = around.connect();
    static_cast<void>(one.take());
    EXPECT_EQ(one.ask("CONNECT " + login_as("a") + "\r\nSUB x 1\r\nPUB x 2\r\nhi\r\nPING\r\n"), "");
    ASSERT_EQ(judge.questions.size(), 1U);
    EXPECT_EQ(judge.questions.front().said.user, "a");
    judge.judge_all();
    around.settle();
    EXPECT_EQ(one.take(), "MSG x 1 2\r\nhi\r\nPONG\r\n");
  }
}

// CVE-2026-27889 and others: each verb before the login has its answer, and none reaches further.
TEST(login, every_other_verb_before_it_is_refused_at_its_first_byte) {
  desk judge;
  for (const char* verb :
       {"PING\r\n", "PONG\r\n", "PUB x 1048576\r\n", "SUB x 1\r\n", "UNSUB 1\r\n", "HPUB x 1 1\r\n",
        "INFO {}\r\n", "+OK\r\n", "-ERR 'x'\r\n", "\r\n", "P", "Z", "\n", " ", "p"}) {
    world around(guarded_by(judge));
    client one = around.connect();
    static_cast<void>(one.take());
    EXPECT_EQ(one.ask(verb), violation) << verb;
    EXPECT_FALSE(one.is_open()) << verb;
    EXPECT_EQ(around.memory.blocks_in_use(), 0U) << verb;
  }
  EXPECT_TRUE(judge.questions.empty());
}

// CVE-2020-26892: a deadline that shared its timer was lost.
TEST(login, time_runs_from_the_greeting_and_nothing_stops_it_but_the_verdict) {
  desk judge;
  judge.add("a");
  judge.answers_at_once = false;
  world_options given = guarded_by(judge);
  given.rules.ping_interval = 500ms;
  given.rules.ping_max = 100;
  world around(given);
  client silent = around.connect();
  client half = around.connect();
  client asked = around.connect();
  for (client* each : {&silent, &half, &asked}) static_cast<void>(each->take());
  half.send("CONNECT {\"user\":");
  asked.send("CONNECT " + login_as("a") + "\r\n");
  around.advance(1999ms);
  EXPECT_TRUE(silent.is_open() && half.is_open() && asked.is_open());
  around.advance(2ms);
  for (client* each : {&silent, &half, &asked}) {
    const std::string got = each->take();
    EXPECT_TRUE(got.ends_with("-ERR 'Authentication Timeout'\r\n")) << got;
    EXPECT_FALSE(each->is_open());
  }
  EXPECT_EQ(around.events.last_reason, "Authentication Timeout");
  EXPECT_EQ(around.counts().login_timeouts.value(), 3U);
  judge.judge_all();
  around.settle();
  EXPECT_EQ(around.counts().logins_late.value(), 1U) << "nobody is let in late";
}

TEST(login, a_worker_that_stands_still_takes_no_time_from_clients) {
  desk judge;
  judge.add("a");
  judge.answers_at_once = false;
  judge.room = 1;
  world around(guarded_by(judge));
  client asked = around.connect();
  client waits = around.connect();
  client late = around.connect();
  client silent = around.connect();
  for (client* each : {&asked, &waits, &late, &silent}) static_cast<void>(each->take());
  asked.send("CONNECT " + login_as("a") + "\r\nPING\r\n");
  waits.send("CONNECT " + login_as("a") + "\r\nPING\r\n");
  around.now += 3s;
  late.send("CONNECT " + login_as("a") + "\r\nPING\r\n");
  around.settle();
  for (client* each : {&asked, &waits, &late, &silent}) EXPECT_TRUE(each->is_open());
  for (const auth::login_question& expired : std::exchange(judge.questions, {})) {
    judge.answers.emplace_back().client = expired.client;
  }
  judge.room = 10;
  around.advance(1s);
  for (int round = 0; round < 3; ++round) {
    judge.judge_all();
    around.settle();
  }
  for (client* each : {&asked, &waits, &late}) EXPECT_EQ(each->take(), "PONG\r\n");
  around.advance(999ms);
  EXPECT_TRUE(silent.is_open());
  around.now += 3s;  // once is enough
  around.settle();
  EXPECT_EQ(silent.take(), "-ERR 'Authentication Timeout'\r\n");
  EXPECT_EQ(around.counts().login_timeouts.value(), 1U);
}

TEST(login, a_timer_that_waits_for_its_turn_gives_clients_no_time) {
  desk judge;
  world around(guarded_by(judge));
  client silent = around.connect();
  static_cast<void>(silent.take());
  around.advance(1990ms);
  for (int i = 0; i < 10; ++i) {  // the worker runs, the timer does not
    around.now += 50ms;
    around.begin_step();
  }
  around.end_step();
  EXPECT_EQ(silent.take(), "-ERR 'Authentication Timeout'\r\n");
}

TEST(login, who_was_accepted_is_not_timed_out) {
  desk judge;
  judge.add("a");
  world around(guarded_by(judge));
  client one = around.connect(login_as("a"));
  around.advance(10s);
  EXPECT_TRUE(one.is_open());
}

TEST(login, a_full_desk_makes_logins_wait_in_order) {
  desk judge;
  judge.add("a");
  judge.answers_at_once = false;
  judge.room = 2;
  world around(guarded_by(judge));
  std::vector<client> all;
  for (int i = 0; i < 5; ++i) {
    all.push_back(around.connect());
    static_cast<void>(all.back().take());
    all.back().send("CONNECT " + login_as("a") + "\r\nPING\r\n");
  }
  EXPECT_EQ(around.counts().logins_waited.value(), 3U);
  for (int round = 0; round < 3; ++round) {
    EXPECT_LE(judge.questions.size(), 2U);
    judge.judge_all();
    around.settle();
  }
  for (client& each : all) EXPECT_EQ(each.take(), "PONG\r\n");
}

TEST(login, a_verdict_for_somebody_who_has_gone_is_dropped) {
  desk judge;
  judge.add("a");
  judge.answers_at_once = false;
  world around(guarded_by(judge));
  client one = around.connect();
  one.send("CONNECT " + login_as("a") + "\r\n");
  one.on_wire().reset();
  around.settle();
  judge.judge_all();
  around.settle();
  EXPECT_EQ(around.counts().logins_late.value(), 1U);
}

TEST(login, a_verdict_of_an_earlier_configuration_is_asked_for_again) {
  desk judge;
  judge.add("a");
  judge.answers_at_once = false;
  judge.generation = 7;  // not the broker's
  world around(guarded_by(judge));
  client one = around.connect();
  static_cast<void>(one.take());
  one.send("CONNECT " + login_as("a") + "\r\nPING\r\n");
  judge.judge_all();
  around.settle();
  EXPECT_EQ(one.take(), "");
  ASSERT_EQ(judge.questions.size(), 1U) << "asked again";
  judge.generation = 1;
  judge.judge_all();
  around.settle();
  EXPECT_EQ(one.take(), "PONG\r\n");
}

TEST(login, without_a_desk_nobody_gets_in) {
  world_options given;
  given.rules.login.required = true;
  world around(given);
  client one = around.connect();
  static_cast<void>(one.take());
  EXPECT_EQ(one.ask("CONNECT {}\r\nPING\r\n"), "");
  around.advance(3s);
  EXPECT_EQ(one.take(), "-ERR 'Authentication Timeout'\r\n");
}

TEST(login, no_auth_user_is_judged_like_everybody_before_the_first_operation) {
  desk judge;
  auth::user& anonymous = judge.add("anonymous");
  anonymous.may.emplace().publish.allow.push_back({"x", ""});
  judge.anonymous = "anonymous";
  world_options given = guarded_by(judge);
  given.rules.login.without_connect = true;
  world around(given);
  client one = around.connect();
  EXPECT_EQ(one.take().find("auth_required"), std::string::npos);
  EXPECT_EQ(one.ask("PUB y 0\r\n\r\nPING\r\n"),
            "-ERR 'Permissions Violation for Publish to \"y\"'\r\nPONG\r\n");
  judge.anonymous = "nobody";
  client two = around.connect();
  static_cast<void>(two.take());
  EXPECT_EQ(two.ask("PING\r\n"), violation) << "2026-16: no short cut";
}

TEST(login, a_second_connect_is_judged_again) {
  desk judge;
  judge.add("a");
  judge.add("b");
  world around(guarded_by(judge));
  client one = around.connect(login_as("a"));
  EXPECT_EQ(one.ask("SUB x 1\r\nCONNECT {\"verbose\":false}\r\nPING\r\n"), "PONG\r\n")
      << "the same as before";
  EXPECT_EQ(one.ask("CONNECT {\"pass\":\"wrong\"}\r\n"), violation);
  client two = around.connect(login_as("a"));
  EXPECT_EQ(two.ask("CONNECT " + login_as("b") + "\r\nPING\r\n"), "PONG\r\n");
  EXPECT_EQ(two.ask("SUB x 1\r\nCONNECT " + login_as("a") + "\r\n"), violation)
      << "subscriptions of one user are not for another";
}

TEST(login, each_client_has_a_challenge_of_its_own) {
  desk judge;
  world_options given = guarded_by(judge);
  given.rules.login.challenges = true;
  world around(given);
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    client one = around.connect();
    const std::string info = one.take();
    const std::string key = "\"nonce\":\"";
    const auto at = info.find(key);
    ASSERT_NE(at, std::string::npos) << info;
    const std::string nonce = info.substr(at + key.size(), 15);
    EXPECT_EQ(info[at + key.size() + 15], '"');
    EXPECT_TRUE(seen.insert(nonce).second);
    judge.answers_at_once = false;
    one.send("CONNECT {}\r\n");
    EXPECT_EQ(judge.questions.back().nonce, nonce);
  }
}

// CVE-2022-24450: a field of CONNECT chose the account.
TEST(login, no_field_of_connect_chooses_who_one_is) {
  desk judge;
  judge.add("a");
  for (const char* more : {R"("account":"A")", R"("new_account":true)"}) {
    world around(guarded_by(judge));
    client one = around.connect();
    static_cast<void>(one.take());
    EXPECT_EQ(one.ask("CONNECT {\"user\":\"a\",\"pass\":\"a\"," + std::string(more) + "}\r\n"),
              violation);
  }
}

}  // namespace
}  // namespace wirebird::broker
