// From file and flags to one snapshot.
#include "dataplane/config/command_line.hh"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::config {
namespace {

command read(const std::string& file, std::vector<const char*> words) {
  words.insert(words.begin(), "wirebird");
  if (!file.empty()) words.insert(words.end(), {"-c", "f"});
  return read_command_line(
      static_cast<int>(words.size()), words.data(),
      {[&file](const std::string&) -> sources::file {
         return {file, ""};
       },
       [](const std::string&) -> std::optional<std::string> { return std::nullopt; }});
}

TEST(resolve, file_and_flags_come_to_the_same_options) {
  struct row {
    const char* file;
    std::vector<const char*> flags;
  };
  for (const row& one : std::vector<row>{
           {"port: 5000", {"-p", "5000"}},
           {"listen: 127.0.0.1:5000", {"-a", "127.0.0.1", "-p", "5000"}},
           {"port: -1", {"-p", "-1"}},
           {"listen: \":5000\"", {"-p", "5000"}},
           {"listen: \":5000\"", {"-a", "", "-p", "5000"}},
           {"http: \":8222\"", {"-m", "8222"}},
           {"server_name: x", {"-n", "x"}},
           {"server_name: x", {"--server_name=x"}},
           {"client_advertise: a:1", {"--client_advertise", "a:1"}},
           {"debug: true", {"-D"}},
           {"debug: true, trace: true", {"-DV"}},
           {"logtime: false", {"-T=false"}},
           {"log_file: x", {"-l", "x"}},
           {"pid_file: x", {"-P", "x"}},
           {"ports_file_dir: x", {"--ports_file_dir", "x"}},
           {"ignore_unsupported: true, jetstream: true", {"--ignore_unsupported", "-js"}},
           {"dataplane { nic: \"tap:t\", ip: 10.0.0.1/24, gateway: 10.0.0.2 }",
            {"--nic", "tap:t", "--ip", "10.0.0.1/24", "--gateway", "10.0.0.2"}},
           {"dataplane { workers: 2, idle: spin }", {"--workers", "2", "--idle", "spin"}},
           {"dataplane { cores: \"1,3\", no_huge: true, trust_rx_checksum: on }",
            {"--cores", "1,3", "--no-huge", "--trust-rx-checksum"}}}) {
    std::vector<const char*> flags = one.flags;
    flags.push_back("--effective");
    const command by_flags = read("", flags);
    const command by_file = read(one.file, {"--effective"});
    EXPECT_EQ(by_file.error, "") << one.file;
    EXPECT_NE(by_file.out, "") << one.file;
    EXPECT_EQ(by_flags.out, by_file.out) << one.file;
  }
  EXPECT_NE(read("", {"--effective"}).out, read("", {"--effective", "-p", "1"}).out);
}

TEST(resolve, flags_override_the_file) {
  const command result = read("port: 5000, debug: true", {"-p", "5001", "-D=false"});
  ASSERT_TRUE(result.run) << result.error;
  EXPECT_EQ(result.run->port, 5001);
  EXPECT_FALSE(result.run->log.debug);
}

TEST(resolve, limits_reach_the_snapshot) {
  const command result = read(
      "max_connections: 10, max_subs: 5, max_payload: 2kb, max_pending: 1mb, max_control_line: "
      "100\n"
      "ping_interval: \"3s\", ping_max: 4, write_deadline: \"1s\", max_sub_tokens: 8\n"
      "no_header_support: true",
      {});
  ASSERT_TRUE(result.run) << result.error;
  const client_limits& limits = result.run->limits;
  EXPECT_EQ(limits.max_connections, 10U);
  EXPECT_EQ(limits.max_subscriptions, 5U);
  EXPECT_EQ(limits.max_payload, 2048U);
  EXPECT_EQ(limits.max_pending, 1024U * 1024);
  EXPECT_EQ(limits.max_control_line, 100U);
  EXPECT_EQ(limits.ping_interval, std::chrono::seconds(3));
  EXPECT_EQ(limits.ping_max, 4U);
  EXPECT_EQ(limits.write_deadline, std::chrono::seconds(1));
  EXPECT_EQ(limits.max_sub_tokens, 8U);
  EXPECT_FALSE(limits.headers);
}

TEST(resolve, zero_is_the_default_and_negative_numbers_have_no_limit_or_are_refused) {
  const command zero = read("max_connections: 0, max_payload: 0, max_subs: 0, ping_max: 0", {});
  ASSERT_TRUE(zero.run) << zero.error;
  EXPECT_EQ(zero.run->limits.max_connections, 65536U);
  EXPECT_EQ(zero.run->limits.max_payload, 1024U * 1024);
  EXPECT_EQ(zero.run->limits.max_subscriptions, UINT32_MAX);
  const command none = read("max_connections: -1, max_payload: -1, max_subs: -1", {});
  ASSERT_TRUE(none.run) << none.error;
  EXPECT_EQ(none.run->limits.max_connections, UINT32_MAX);
  EXPECT_EQ(none.run->limits.max_payload, UINT32_MAX);
  for (const char* wrong : {"max_pending: -1", "max_control_line: -1", "ping_interval: \"-1s\""})
    EXPECT_EQ(read(wrong, {}).exit_code, 1) << wrong;
}

TEST(resolve, a_number_of_seconds_is_a_warning_that_a_check_counts) {
  const command started = read("ping_interval: 2m", {});
  ASSERT_TRUE(started.run);
  EXPECT_EQ(started.run->limits.ping_interval, std::chrono::seconds(2'000'000));
  EXPECT_EQ(started.error,
            "f:1:0: invalid use of field \"ping_interval\": ping_interval should be converted to "
            "a duration\n");
  EXPECT_EQ(read("ping_interval: 2m", {"-t"}).exit_code, 1);
}

TEST(resolve, what_we_lack_is_refused_by_name_or_ignored_on_demand) {
  EXPECT_EQ(
      read("jetstream: true", {}).error,
      "wirebird: f:1:0: jetstream is not supported; ignore_unsupported starts without it\n\n");
  EXPECT_EQ(read("", {"-js"}).error,
            "wirebird: jetstream is not supported; ignore_unsupported starts without it\n\n");
  const command ignored = read("jetstream: true\nleafnodes {port: 5}\nignore_unsupported: yes", {});
  ASSERT_TRUE(ignored.run) << ignored.error;
  EXPECT_EQ(ignored.run->notes.size(), 2U);
  for (const char* off : {"jetstream: false", "jetstream: Disabled", "prof_port: 0"})
    EXPECT_TRUE(read(off, {}).run) << off;
}

TEST(resolve, what_keeps_the_door_shut_cannot_be_ignored) {
  for (const char* guard : {"tls {}", "accounts {A: {users: []}}", "operator: x"}) {
    const command result = read(std::string(guard) + "\nignore_unsupported: true", {});
    EXPECT_FALSE(result.run) << guard;
    EXPECT_EQ(result.exit_code, 1);
  }
}

TEST(resolve, an_authorization_block_that_lets_everybody_in_is_refused) {
  for (const char* open : {"users: []", "token: \"\"", "pass: x", "user: \"\", pass: x"}) {
    const command result = read("authorization { " + std::string(open) + " }", {});
    EXPECT_FALSE(result.run) << open;
  }
}

TEST(resolve, a_block_about_logins_without_any_starts_nothing) {
  for (const char* half : {"", "timeout: 1", "permissions: {publish: x}"}) {
    const command result = read("authorization { " + std::string(half) + " }", {});
    EXPECT_FALSE(result.run) << half;
    EXPECT_EQ(result.exit_code, 1) << half;
  }
}

TEST(resolve, permissions_of_the_block_hold_for_whoever_has_none_of_his_own) {
  const auto rules_of = [](const std::string& who) {
    const command result = read("authorization { " + who + ", permissions: {publish: x} }", {});
    EXPECT_TRUE(result.run) << who << result.error;
    return result.run ? result.run->authorization : auth::rules{};
  };
  EXPECT_TRUE(rules_of("user: a, password: b").users.front().may);
  EXPECT_TRUE(rules_of("token: t").token_may);
  const auth::rules list =
      rules_of("users: [{user: a, pass: b}, {user: c, pass: d, permissions: {}}]");
  EXPECT_EQ(list.users.front().may->publish.allow.size(), 1U);
  EXPECT_TRUE(list.users.back().may->publish.allow.empty());
}

// CVE-2026-33247: argv was there for everybody to read.
TEST(resolve, a_secret_on_the_command_line_is_warned_of) {
  EXPECT_EQ(read("", {"--user", "a", "--pass", "b"}).run->notes.size(), 1U);
  EXPECT_EQ(read("", {"--auth", "t"}).run->notes.size(), 1U);
  EXPECT_TRUE(read("authorization {token: t}", {}).run->notes.empty());
}

TEST(resolve, an_invisible_secret_stays_invisible) {
  for (const command& result :
       {read("authorization {user: a, pass: canary}", {"--effective"}),
        read("authorization {token: canary}", {"--effective"}),
        read("authorization {users: [{user: a, pass: canary}, {user: a, pass: canary}]}", {})})
    EXPECT_EQ((result.out + result.error).find("canary"), std::string::npos);
}

}  // namespace
}  // namespace wirebird::config
