// S16: files and flags about logins, drawn at random, and what they open. Who may enter without
// saying who he is: everybody where nothing is said of logins, nobody where anything is, unless
// `no_auth_user` names a user who may.
#include "dataplane/auth/authenticator.hh"
#include "dataplane/config/command_line.hh"

#include <cstdint>
#include <cstdlib>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::config {
namespace {

/// How many to draw: S16 asks for 100 000, tools/soak plays them.
int configurations() {
  const char* const asked = std::getenv("WIREBIRD_CONFIGURATIONS");
  return asked == nullptr ? 3000 : std::atoi(asked);
}

class generator {
 public:
  explicit generator(std::uint32_t seed) : source_(seed) {}

  struct drawn {
    std::string file;
    std::vector<std::string> flags;
    bool mentions_logins = false;
    /// A user of the list by name alone, who may come as a usual client, is for the anonymous.
    bool asks_for_anonymous = false;
  };

  drawn draw() {
    drawn made;
    std::set<std::string> listed;
    if (chance(70)) {
      made.mentions_logins = true;
      made.file += block(listed);
    }
    if (chance(30)) {
      const std::string name = pick({"a", "b", "nobody"});
      made.file += "no_auth_user: " + name + "\n";
      made.mentions_logins = true;
      made.asks_for_anonymous = listed.contains(name);
    }
    if (chance(20)) made.file += "ignore_unsupported: true\n";
    if (chance(10)) {
      made.file += pick({"accounts {}\n", "accounts { SYS: {users: [{user: s, pass: s}]} }\n",
                         "tls {}\n", "system_account: SYS\n", "trusted_keys: x\n"});
      made.mentions_logins = true;
    }
    if (chance(20)) add_flag(made);
    return made;
  }

 private:
  bool chance(unsigned percent) { return source_() % 100 < percent; }
  std::string pick(const std::vector<std::string>& from) { return from[source_() % from.size()]; }

  std::string value() {
    return pick({"x", "\"\"", "secret", "1", "true", "[]", "{}", "null",
                 "\"$2a$04$4Xe0BnXo0W6fLk3sVf2X7eZ7pW9c7S5v3n2m1k0j9h8g7f6d5s4a3\""});
  }

  /// Adds the name to `listed` if a usual client may come as this user.
  std::string user(std::set<std::string>& listed) {
    std::string text = "{";
    const std::string name = pick({"a", "b", "\"\"", "7"});
    bool good = chance(85);
    if (good) text += "user: " + name + ", ";
    if (chance(70)) text += pick({"pass", "password"}) + ": " + value() + ", ";
    if (chance(10)) {
      text +=
          "nkey: " + pick({"x", "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4"}) + ", ";
      good = false;
    }
    if (chance(20)) text += "permissions: " + pick({"{}", "{publish: x}", "{publish: []}"}) + ", ";
    if (chance(20)) {
      const std::string kinds = pick({"[MQTT]", "[STANDARD, MQTT]", "[]", "[FOO]"});
      text += "allowed_connection_types: " + kinds + ", ";
      good = good && kinds != "[MQTT]";
    }
    if (good) listed.insert(name);
    return text + "}";
  }

  std::string block(std::set<std::string>& listed) {
    std::string text = "authorization {\n";
    if (chance(25)) text += pick({"user", "username"}) + ": " + value() + "\n";
    if (chance(25)) text += pick({"pass", "password"}) + ": " + value() + "\n";
    if (chance(20)) text += "token: " + value() + "\n";
    if (chance(40)) {
      text += "users: [";
      for (unsigned i = source_() % 4; i > 0; --i) text += user(listed) + (i > 1 ? ", " : "");
      text += "]\n";
    }
    if (chance(10)) text += "timeout: " + pick({"1", "0", "-1", "\"2s\"", "0.5"}) + "\n";
    if (chance(10)) text += "default_permissions: {publish: x}\n";
    if (chance(5)) text += "usres: []\n";
    return text + "}\n";
  }

  void add_flag(drawn& to) {
    const std::string which = pick({"--user", "--pass", "--auth"});
    to.flags.push_back(which);
    to.flags.push_back(pick({"x", "", "a"}));
    to.mentions_logins = true;
    to.asks_for_anonymous = false;  // flags replace the block
  }

  std::mt19937 source_;
};

command read(const generator::drawn& from) {
  std::vector<const char*> argv{"wirebird", "-c", "f"};
  for (const std::string& flag : from.flags) argv.push_back(flag.c_str());
  sources one_file;
  one_file.open = [&](const std::string&) { return sources::file{from.file, ""}; };
  one_file.environment = [](const std::string&) { return std::nullopt; };
  return read_command_line(static_cast<int>(argv.size()), argv.data(), one_file);
}

/// Who says nothing of himself: with CONNECT and without, and in words that are empty.
bool lets_anonymous_in(const options& run) {
  if (!run.authorization.required()) return true;
  const auth::authenticator judge(std::make_shared<const auth::rules>(run.authorization), 1);
  bool any = false;
  auth::login_question asked;
  asked.nonce = "PXoWU7zWAMt75FY";
  for (const char* signature : {"", "x"}) {
    asked.said.signature = signature;
    any = any || judge.judge(asked).who != nullptr;
  }
  asked.said.nkey = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";
  return any || (judge.judge(asked).who != nullptr);
}

TEST(open_door, no_file_or_flag_about_logins_lets_strangers_in) {
  const int count = configurations();
  int started = 0;
  int open = 0;
  int anonymous = 0;
  generator source(1);
  for (int i = 0; i < count; ++i) {
    const generator::drawn drawn = source.draw();
    const command result = read(drawn);
    if (!result.run) continue;
    ++started;
    if (!lets_anonymous_in(*result.run)) continue;
    ++open;
    anonymous += drawn.asks_for_anonymous ? 1 : 0;
    std::string flags;
    for (const std::string& flag : drawn.flags) flags += " '" + flag + "'";
    ASSERT_TRUE(!drawn.mentions_logins || drawn.asks_for_anonymous)
        << "configuration " << i << ":\n"
        << drawn.file << flags;
  }
  EXPECT_GT(started, count / 20) << "the test must open doors to be one";
  EXPECT_GT(open, count / 100);
  EXPECT_GT(anonymous, 0);
}

}  // namespace
}  // namespace wirebird::config
