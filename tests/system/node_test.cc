#include "tests/system/system_test.hh"
#include "tests/system/users.hh"

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <sstream>

#include <gtest/gtest.h>
#include <signal.h>

namespace wirebird::system_tests {
namespace {

// The first `node` on the PATH, or nothing.
std::string node_binary() {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::filesystem::path candidate = std::filesystem::path(folder) / "node";
    if (std::filesystem::exists(candidate)) return candidate.string();
  }
  return {};
}

// The scenarios are in node/client.mjs; each is judged by the exit code of node.
class node_client : public system_test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("WIREBIRD_NODE_TESTS");
    folder_ = folder == nullptr ? "" : folder;
    if (node_binary().empty()) GTEST_SKIP() << "important: no node on the PATH";
    if (!std::filesystem::exists(folder_ / "node_modules")) {
      GTEST_SKIP() << "important: run `npm ci` in tests/system/node (tools/test does)";
    }
    system_test::SetUp();
  }

  void run(const std::string& scenario) {
    process node({node_binary(), (folder_ / "client.mjs").string(), scenario, broker().url()});
    EXPECT_EQ(node.wait(seconds(60)), (exit_status{.code = 0, .signal = 0})) << node.output();
  }
  /// `interfere` is called with its process once the scenario has said that it is ready.
  template <typename Doing>
  void run(const std::string& scenario, Doing interfere) {
    process node({node_binary(), (folder_ / "client.mjs").string(), scenario, broker().url()});
    require_eventually("the scenario to be ready", [&] {
      return !node.is_running() || node.output().find("ready") != std::string::npos;
    });
    interfere(node);
    EXPECT_EQ(node.wait(seconds(60)), (exit_status{.code = 0, .signal = 0})) << node.output();
  }

 private:
  std::filesystem::path folder_;
};

TEST_P(node_client, connects_and_closes) {
  run("connect");
}
TEST_P(node_client, publishes_and_subscribes) {
  run("publish_subscribe");
}
TEST_P(node_client, requests_and_replies) {
  run("request");
}
TEST_P(node_client, is_told_that_nobody_responds) {
  run("no_responders");
}
TEST_P(node_client, keeps_headers) {
  run("headers");
}
TEST_P(node_client, drains_without_loss) {
  run("drain");
}
TEST_P(node_client, matches_wildcards) {
  run("wildcards");
}
TEST_P(node_client, shares_a_queue) {
  run("queue");
}

TEST_P(node_client, has_its_options_respected) {
  run("connect_options");
}
TEST_P(node_client, goes_through_its_list_of_servers) {
  run("server_list");
}
TEST_P(node_client, flushes_in_order) {
  run("flush");
}
TEST_P(node_client, is_told_when_it_is_slow_itself) {
  run("slow_consumer");
}

class node_login : public node_client {
 protected:
  [[nodiscard]] std::string configuration() const override { return users_of_each_kind; }
};

TEST_P(node_login, logs_in_and_is_told_what_it_may_not) {
  run("login");
}

TEST_P(node_client, comes_back_after_a_kill_and_a_restart_in_the_same_place) {
  std::unique_ptr<broker_process> again;
  run("reconnect", [&](const process&) {
    stop_broker(SIGKILL);
    require_eventually("the device to go", [] { return !device_exists(GetParam()); });
    again = std::make_unique<broker_process>(GetParam(), broker().port());
  });
}

TEST_P(node_client, finds_a_connection_stale_and_comes_back) {
  run("reconnect", [&](const process& node) {
    broker().child().signal(SIGSTOP);
    require_eventually("the client to give up",
                       [&] { return node.output().find("disconnect") != std::string::npos; });
    broker().child().signal(SIGCONT);
  });
}

WIREBIRD_ON_EVERY_TRANSPORT_AND_NAT(node_client);
WIREBIRD_ON_EVERY_TRANSPORT_AND_NAT(node_login);

class node_client_of_a_lame_duck : public node_client {
 protected:
  [[nodiscard]] std::string configuration() const override {
    return "lame_duck_duration: \"30s\"\nlame_duck_grace_period: \"300ms\"\n";
  }
};

TEST_P(node_client_of_a_lame_duck, hears_of_it_and_is_closed) {
  run("lame_duck", [&](const process&) {
    EXPECT_EQ(stop_broker(SIGUSR2), (exit_status{.code = 0, .signal = 0}));
  });
}

WIREBIRD_ON_EVERY_TRANSPORT_AND_NAT(node_client_of_a_lame_duck);

}  // namespace
}  // namespace wirebird::system_tests
