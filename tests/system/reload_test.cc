// What a reload changes about logins and permissions, and what it refuses, as 2.9.10 does it: the
// same words are expected of nats-server itself.
#include "tests/system/operating.hh"

#include <csignal>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wirebird::system_tests {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string violation = "-ERR 'Authorization Violation'\r\n";
const std::string failed = "[ERR] Failed to reload server configuration: ";

std::string users(const std::string& list) {
  return "authorization { timeout: 20, users: [" + list + "] }\n";
}

std::string as(const std::string& user, const std::string& password) {
  return R"({"verbose":false,"protocol":1,"user":")" + user + R"(","pass":")" + password + "\"}";
}

class reloading : public operating {
 protected:
  /// What it has been told up to the answer to a PING.
  static std::string news(raw_client& client) {
    client.send("PING\r\n");
    return client.read_through("PONG\r\n");
  }
  std::string answer_to_login(const std::string& user, const std::string& password) {
    raw_client client(broker_->host(), broker_->port());
    client.send("CONNECT " + as(user, password) + "\r\nPING\r\n");
    return client.read_through("\r\n");
  }
};

TEST_P(reloading, ends_who_may_not_be_there_any_more_and_what_is_not_permitted_any_more) {
  start(
      users("{user: gone, password: p}, {user: changed, password: p}, {user: limited, password: p}"
            ", {user: same, password: p}"));
  raw_client gone = connect(as("gone", "p").c_str());
  raw_client changed = connect(as("changed", "p").c_str());
  raw_client limited = connect(as("limited", "p").c_str());
  raw_client same = connect(as("same", "p").c_str());
  for (raw_client* each : {&gone, &changed, &limited, &same}) {
    each->send("SUB x 1\r\nSUB y 2\r\nSUB z.* 3\r\n");
    EXPECT_EQ(news(*each), "PONG\r\n");
  }
  reload(
      users("{user: changed, password: q}, {user: same, password: p}, {user: limited, password: "
            "p, permissions: {publish: x, subscribe: {allow: [x, \"z.>\"], deny: z.secret}}}"));
  EXPECT_THAT(said_, HasSubstr("[INF] Reloaded: authorization users\n"));
  EXPECT_EQ(gone.read_until_closed(), "");
  EXPECT_EQ(changed.read_until_closed(), violation);
  EXPECT_EQ(news(limited),
            "-ERR 'Permissions Violation for Subscription to \"y\" (sid \"2\")'\r\nPONG\r\n");
  EXPECT_EQ(news(same), "PONG\r\n");
  same.send("PUB x 1\r\n1\r\nPUB y 1\r\n2\r\nPUB z.a 1\r\n3\r\nPUB z.secret 1\r\n4\r\n");
  EXPECT_EQ(news(same),
            "MSG x 1 1\r\n1\r\nMSG y 2 1\r\n2\r\nMSG z.a 3 1\r\n3\r\n"
            "MSG z.secret 3 1\r\n4\r\nPONG\r\n");
  EXPECT_EQ(news(limited), "MSG x 1 1\r\n1\r\nMSG z.a 3 1\r\n3\r\nPONG\r\n");
  limited.send("PUB y 0\r\n\r\n");
  EXPECT_EQ(news(limited), "-ERR 'Permissions Violation for Publish to \"y\"'\r\nPONG\r\n");
  EXPECT_EQ(answer_to_login("changed", "p"), violation);
  EXPECT_EQ(answer_to_login("changed", "q"), "PONG\r\n");
}

TEST_P(reloading, of_the_same_leaves_logins_as_they_are) {
  const std::string configuration = users("{user: a, password: p}");
  start(configuration);
  raw_client there = connect(as("a", "p").c_str());
  reload(configuration);
  reload(configuration + "ping_max: 5\n");
  EXPECT_EQ(news(there), "PONG\r\n");
  EXPECT_EQ(answer_to_login("a", "p"), "PONG\r\n");
  EXPECT_EQ(answer_to_login("a", "q"), violation);
}

TEST_P(reloading, asks_for_logins_and_asks_no_more) {
  start("");
  raw_client named = connect(as("a", "p").c_str());
  raw_client nameless = connect(new_client);
  named.send("SUB x 1\r\nSUB y 2\r\n");
  EXPECT_EQ(news(named), "PONG\r\n");
  reload(users("{user: a, password: p, permissions: {subscribe: x}}"));
  EXPECT_EQ(nameless.read_until_closed(), violation);
  EXPECT_EQ(news(named),
            "-ERR 'Permissions Violation for Subscription to \"y\" (sid \"2\")'\r\nPONG\r\n");
  raw_client asked(broker_->host(), broker_->port());
  EXPECT_THAT(asked.info(), HasSubstr("\"auth_required\":true"));
  reload("");
  raw_client later(broker_->host(), broker_->port());
  EXPECT_THAT(later.info(), Not(HasSubstr("auth_required")));
  // That server ends everybody who has a name, since he has no account any more.
  if (GetParam() == transport::oracle)
    EXPECT_EQ(named.read_until_closed(), "");
  else
    EXPECT_EQ(news(named), "PONG\r\n");
}

/// One file whose options all have another value than usual, and one of them changed.
struct change {
  std::string from;
  std::string to;
  std::string says;
  bool refused = false;
};

TEST_P(reloading, every_option_changes_or_refuses_as_documented) {
  const std::string folder = folder_.string();
  const auto refusal = [](std::string field, std::string now, std::string next) {
    return "config reload not supported for " + field + ": old=" + now + ", new=" + next;
  };
  const std::vector<change> changes{
      {"max_connections: 100", "max_connections: 90", "Reloaded: max_connections = 90"},
      {"max_control_line: 2048", "max_control_line: 1024", "Reloaded: max_control_line = 1024"},
      {"max_payload: 2000", "max_payload: 1000", "Reloaded: max_payload = 1000"},
      {"ping_interval: \"50s\"", "ping_interval: \"40s\"", "Reloaded: ping_interval = 40s"},
      {"ping_max: 5", "ping_max: 4", "Reloaded: ping_max = 4"},
      {"write_deadline: \"5s\"", "write_deadline: \"4s\"", "Reloaded: write_deadline = 4s"},
      {"max_traced_msg_len: 50", "max_traced_msg_len: 40", "Reloaded: max_traced_msg_len = 40"},
      {"client_advertise: \"a:1\"", "client_advertise: \"b:2\"", "Reload: client_advertise = b:2"},
      {"pid_file: \"" + folder + "/p1\"", "pid_file: \"" + folder + "/p2\"",
       "Reloaded: pid_file = " + folder + "/p2"},
      {"ports_file_dir: \"" + folder + "\"", "", "Reloaded: ports_file_dir = "},
      {"trace: false", "trace: true", "Reloaded: trace = true"},
      {"server_tags: [a]", "server_tags: [b]", "Reloaded: tags"},
      {"authorization {token: a, timeout: 3}", "authorization {token: a, timeout: 1.5}",
       "Reloaded: authorization timeout = 1.5"},
      {"authorization {token: a, timeout: 3}", "authorization {token: b, timeout: 3}",
       "Reloaded: authorization token"},
      {"authorization {token: a, timeout: 3}", "authorization {user: a, password: b, timeout: 3}",
       "Reloaded: authorization username"},
      {"logtime: true", "logtime: false", "Reloaded: logtime = false"},
      {"server_name: one", "server_name: two", refusal("ServerName", "one", "two"), true},
      {"max_pending: 3000000", "max_pending: 2000000", refusal("MaxPending", "3000000", "2000000"),
       true},
      {"max_subscriptions: 50", "max_subscriptions: 40", refusal("MaxSubs", "50", "40"), true},
      {"max_sub_tokens: 50", "max_sub_tokens: 40", refusal("MaxSubTokens", "50", "40"), true},
      {"no_header_support: true", "", refusal("NoHeaderSupport", "true", "false"), true},
      {"lame_duck_duration: \"50s\"", "lame_duck_duration: \"40s\"",
       refusal("LameDuckDuration", "50s", "40s"), true},
      {"lame_duck_grace_period: \"5s\"", "lame_duck_grace_period: \"4s\"",
       refusal("LameDuckGracePeriod", "5s", "4s"), true},
      {"log_size_limit: 5000", "log_size_limit: 4000", refusal("LogSizeLimit", "5000", "4000"),
       true},
      {"http_base_path: \"/a\"", "http_base_path: \"/b\"", refusal("HTTPBasePath", "/a", "/b"),
       true},
      {"", "http_port: 1", refusal("HTTPPort", "0", "1"), true},
      {"", "bogus: 1", "unknown field \"bogus\"", true},
  };
  std::string usual;
  for (const change& one : changes)
    if (!one.from.empty() && usual.find(one.from + "\n") == std::string::npos)
      usual += one.from + "\n";
  start(usual);
  for (const change& one : changes) {
    std::string changed = usual;
    if (one.from.empty())
      changed += one.to + "\n";
    else
      changed.replace(changed.find(one.from), one.from.size(), one.to);
    // What could change does not when something else refuses.
    if (one.refused) changed.replace(changed.find("ping_max: 5"), 11, "ping_max: 7");
    reload(changed, one.refused ? failed : "Reloaded server configuration\n");
    EXPECT_THAT(said_, HasSubstr(one.says)) << one.to;
    reload(usual);
    if (!one.refused) continue;
    EXPECT_THAT(said_, Not(HasSubstr("ping_max")))
        << "it was as if nobody had asked for " << one.to;
  }
}

TEST_P(reloading, whom_no_auth_user_names_may_go_but_not_be_somebody_else) {
  const std::string two = users("{user: a, password: p}, {user: b, password: p}");
  start(two + "no_auth_user: a\n");
  raw_client nameless = connect(new_client);
  const std::string refused = "config reload not supported for NoAuthUser: old=a, new=";
  reload(two, failed + refused + "\n");
  reload(two + "no_auth_user: b\n", failed + refused + "b\n");
  EXPECT_EQ(news(nameless), "PONG\r\n");
  reload(users("{user: b, password: p}"));
  EXPECT_EQ(nameless.read_until_closed(), "");
}

INSTANTIATE_TEST_SUITE_P(on, reloading,
                         testing::Values(transport::kernel, transport::tap, transport::oracle),
                         name_of);

}  // namespace
}  // namespace wirebird::system_tests
