// Who may enter, by every way of logging in, against a table of one sentence each.
#include "dataplane/auth/authenticator.hh"

#include "tests/auth/signer.hh"

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace wirebird::auth {
namespace {

constexpr std::string_view nonce = "PXoWU7zWAMt75FY";

rules with_users(std::vector<user> users, std::string no_auth_user = "") {
  rules made;
  made.users = std::move(users);
  made.no_auth_user = std::move(no_auth_user);
  return made;
}

user known(std::string name, std::string password) {
  user made;
  made.name = std::move(name);
  made.password = secret(std::move(password));
  return made;
}

user key_of(const signer& who) {
  user made;
  made.name = who.nkey();
  made.key = who.key();
  return made;
}

login_question question(credentials said) {
  login_question asked;
  asked.client = 7;
  asked.attempt = 3;
  asked.said = std::move(said);
  asked.nonce = nonce;
  return asked;
}

credentials password(std::string name, std::string word) {
  return {std::move(name), secret(std::move(word)), {}, {}, {}};
}

credentials token(std::string word) {
  return {{}, {}, secret(std::move(word)), {}, {}};
}

credentials signed_by(const signer& who, std::string_view text = nonce) {
  return {{}, {}, {}, who.nkey(), who.sign(text)};
}

/// returns: the name that was given, or `-`.
std::string ask(const rules& of, const login_question& asked) {
  const authenticator judge(std::make_shared<const rules>(of), 9);
  const login_answer answer = judge.judge(asked);
  EXPECT_EQ(answer.client, asked.client);
  EXPECT_EQ(answer.attempt, asked.attempt);
  EXPECT_EQ(answer.generation, 9U);
  EXPECT_EQ(answer.outcome == verdict::accepted, answer.who != nullptr);
  return answer.who == nullptr ? "-" : answer.who->name;
}

std::string ask(const rules& of, credentials said) {
  return ask(of, question(std::move(said)));
}

const std::string hash_of_u_u = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

TEST(authenticator, name_and_password) {
  const rules two = with_users({known("a", "pa"), known("b", hash_of_u_u), known("none", "")});
  EXPECT_EQ(ask(two, password("a", "pa")), "a");
  EXPECT_EQ(ask(two, password("b", "U*U")), "b");
  for (const auto& [name, word] : {std::pair{"a", "U*U"},
                                   {"b", "pa"},
                                   {"a", ""},
                                   {"A", "pa"},
                                   {"", "pa"},
                                   {"", ""},
                                   {"c", "pa"},
                                   {"none", ""},
                                   {"b", "b"}})
    EXPECT_EQ(ask(two, password(name, word)), "-") << name << ' ' << word;
  EXPECT_EQ(ask(two, token("pa")), "-");
}

TEST(authenticator, a_token_admits_whoever_has_it_with_what_the_token_may) {
  rules one;
  one.token = secret("t0k");
  one.token_may.emplace().publish.allow.push_back({"x", ""});
  EXPECT_EQ(ask(one, token("t0k")), "");
  EXPECT_EQ(ask(one, token("T0k")), "-");
  EXPECT_EQ(ask(one, token("")), "-");
  EXPECT_EQ(ask(one, password("t0k", "t0k")), "-");
  const auto answer =
      authenticator(std::make_shared<const rules>(one), 1).judge(question(token("t0k")));
  ASSERT_NE(answer.who, nullptr);
  EXPECT_EQ(answer.who->may->publish.allow.front().subject, "x");
}

TEST(authenticator, an_nkey_signs_the_nonce_of_its_connection) {
  const signer listed(1);
  const signer stranger(2);
  const rules keys = with_users({key_of(listed), known("a", "pa")});
  EXPECT_EQ(ask(keys, signed_by(listed)), listed.nkey());
  EXPECT_EQ(ask(keys, signed_by(stranger)), "-");
  EXPECT_EQ(ask(keys, signed_by(listed, "another nonce 1")), "-") << "nothing is replayed";
  EXPECT_EQ(ask(keys, {{}, {}, {}, listed.nkey(), stranger.sign(nonce)}), "-");
  EXPECT_EQ(ask(keys, {{}, {}, {}, listed.nkey(), ""}), "-");
  EXPECT_EQ(ask(keys, password(listed.nkey(), "")), "-") << "a key is no user name";
  EXPECT_EQ(ask(keys, {"a", secret("pa"), {}, stranger.nkey(), ""}), "-") << "the key comes first";
  EXPECT_EQ(ask(keys, password("a", "pa")), "a");
  login_question without = question(signed_by(listed, ""));
  without.nonce.clear();
  EXPECT_EQ(ask(keys, without), "-");
}

TEST(authenticator, no_auth_user_is_for_those_who_name_nobody) {
  const rules open = with_users({known("a", "pa"), known("anonymous", "")}, "anonymous");
  EXPECT_EQ(ask(open, credentials{}), "anonymous");
  EXPECT_EQ(ask(open, password("a", "pa")), "a");
  EXPECT_EQ(ask(open, password("a", "")), "-");
  EXPECT_EQ(ask(open, password("", "x")), "-");
  EXPECT_EQ(ask(open, token("x")), "-");
  EXPECT_EQ(ask(open, password("anonymous", "")), "-");
}

// 2026-16 and 2026-24: a short cut for no_auth_user reached routes and skipped restrictions.
TEST(authenticator, kinds_of_listeners_and_connections_share_one_decision) {
  user only_mqtt = known("anonymous", "p");
  only_mqtt.connection_kinds = mqtt;
  const rules open = with_users({only_mqtt, known("a", "pa")}, "anonymous");
  const std::vector<std::pair<credentials, std::string>> everybody{
      {{}, "anonymous"}, {password("anonymous", "p"), "anonymous"}, {password("a", "pa"), "a"}};
  for (const auto& [said, name] : everybody)
    for (const auto listener : {listener_kind::client, listener_kind::route})
      for (const connection_kind kind : {standard, websocket, mqtt}) {
        login_question asked = question(said);
        asked.listener = listener;
        asked.kind = kind;
        const bool may = listener == listener_kind::client && (name == "a" || kind == mqtt);
        EXPECT_EQ(ask(open, asked), may ? name : "-") << name << ' ' << int(kind);
      }
}

std::shared_ptr<const authenticator> judge_of(const rules& of, std::uint64_t generation) {
  return std::make_shared<const authenticator>(std::make_shared<const rules>(of), generation);
}

// Who need not log in again when the configuration changes: nobody but by the same proof.
TEST(authenticator, heirs_are_those_whose_proof_is_still_good) {
  const signer key(1);
  rules first = with_users({known("same", "p"), known("word", "p"), known("gone", "p"),
                            known("kind", "p"), known("more", "p"), key_of(key)});
  rules second = first;
  std::erase_if(second.users, [](const user& one) { return one.name == "gone"; });
  for (user& one : second.users) {
    if (one.name == "word") one.password = secret("q");
    if (one.name == "kind") one.connection_kinds = mqtt;
    if (one.name == "more") one.may.emplace().publish.deny.push_back({"x", ""});
  }
  const auto before = judge_of(first, 1);
  const auto now = judge_of(second, 2);
  const succession heirs = now->heirs_of(before);
  const auto become = [&](const login_question& asked) -> std::string {
    const auto* heir = heirs.heir_of(*before->judge(asked).who);
    if (heir == nullptr) return "to be judged";
    if (heir->who == nullptr) return "gone";
    return heir->who->name + (heir->same_rights ? "" : " with other rights");
  };
  EXPECT_EQ(become(question(password("same", "p"))), "same");
  EXPECT_EQ(become(question(signed_by(key))), key.nkey());
  EXPECT_EQ(become(question(password("more", "p"))), "more with other rights");
  EXPECT_EQ(become(question(password("gone", "p"))), "gone");
  EXPECT_EQ(become(question(password("word", "p"))), "to be judged");
  EXPECT_EQ(become(question(password("kind", "p"))), "to be judged");
  const auto later = now->judge(question(password("same", "p"))).who;
  EXPECT_EQ(heirs.heir_of(*later)->who, later) << "who has come since is who he is";
}

TEST(authenticator, a_token_is_inherited_as_long_as_it_is_the_same) {
  rules with_token;
  with_token.token = secret("t");
  const auto before = judge_of(with_token, 1);
  const auto holder = before->judge(question(token("t"))).who;
  EXPECT_NE(judge_of(with_token, 2)->heirs_of(before).heir_of(*holder), nullptr);
  with_token.token = secret("u");
  EXPECT_EQ(judge_of(with_token, 2)->heirs_of(before).heir_of(*holder), nullptr);
  EXPECT_EQ(judge_of(with_users({known("a", "p")}), 2)->heirs_of(before).heir_of(*holder), nullptr);
  EXPECT_EQ(judge_of(with_token, 1)->heirs_of(nullptr).heir_of(*holder), nullptr);
}

TEST(authenticator, an_identity_outlives_the_rules_that_gave_it) {
  login_answer answer;
  {
    const authenticator judge(std::make_shared<const rules>(with_users({known("a", "pa")})), 1);
    answer = judge.judge(question(password("a", "pa")));
  }
  ASSERT_NE(answer.who, nullptr);
  EXPECT_EQ(answer.who->name, "a");
}

TEST(authenticator, nobody_learns_from_the_clock_who_exists) {
  // Cost 10: about 50 ms, against microseconds for a look-up.
  const std::string costly = "$2a$10$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
  const rules two = with_users({known("hashed", costly), known("clear", "word")});
  const authenticator judge(std::make_shared<const rules>(two), 1);
  const auto time_of = [&](const std::string& name) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(judge.judge(question(password(name, "wrong"))).who, nullptr);
    return std::chrono::steady_clock::now() - begin;
  };
  const auto wrong = time_of("hashed");
  EXPECT_GT(wrong, std::chrono::milliseconds(5));
  EXPECT_GT(time_of("nobody"), wrong / 4);
  EXPECT_GT(time_of("clear"), wrong / 4);
}

}  // namespace
}  // namespace wirebird::auth
