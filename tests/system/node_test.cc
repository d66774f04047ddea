#include "tests/system/system_test.hh"
#include "tests/system/users.hh"

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include <gtest/gtest.h>

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

class node_login : public node_client {
 protected:
  [[nodiscard]] std::string configuration() const override { return users_of_each_kind; }
};

TEST_P(node_login, logs_in_and_is_told_what_it_may_not) {
  run("login");
}

WIREBIRD_ON_EVERY_TRANSPORT(node_client);
WIREBIRD_ON_EVERY_TRANSPORT(node_login);

}  // namespace
}  // namespace wirebird::system_tests
