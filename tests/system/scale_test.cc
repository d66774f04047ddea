// Many connections, many subscriptions, many comings and goings.
#include "tests/system/raw_client.hh"
#include "tests/system/system_test.hh"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

namespace wirebird::system_tests {
namespace {

constexpr const char* login = "CONNECT {\"verbose\":false}\r\n";

class scale : public system_test {
 protected:
  void SetUp() override {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = std::min<rlim_t>(files.rlim_max, 65'536);
    ::setrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur < 4096) GTEST_SKIP() << "important: fewer than 4096 open files are allowed";
    system_test::SetUp();
  }

  // First all say it, then all are heard: as many round trips as for one client. returns: what each
  // has heard up to and including its PONG.
  static std::vector<std::string> ask_all(std::vector<raw_client>& clients,
                                          const std::function<std::string(std::size_t)>& says) {
    for (std::size_t i = 0; i < clients.size(); ++i) clients[i].send(says(i) + "PING\r\n");
    std::vector<std::string> heard;
    heard.reserve(clients.size());
    for (raw_client& each : clients) heard.push_back(each.read_through("PONG\r\n"));
    return heard;
  }

  std::vector<raw_client> connect_many(std::size_t count) {
    std::vector<raw_client> clients;
    clients.reserve(count);
    for (std::size_t i = 0; i < count; ++i) clients.emplace_back(broker().host(), broker().port());
    return clients;
  }
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find("\r\n", at);
    lines.push_back(text.substr(at, end - at));
    at = end + 2;
  }
  std::ranges::sort(lines);
  return lines;
}

// Of ten subscriptions of each client eight are literal, one is a pattern over these, and one is
// shared with a tenth of the other clients.
constexpr std::size_t clients_in_all = 1000;
constexpr std::size_t literals = 8;
constexpr std::size_t shared_subjects = 10;

std::string subject_of(std::size_t client, std::size_t number) {
  return "scale." + std::to_string(client) + "." + std::to_string(number);
}

std::string subscribe(std::size_t client) {
  std::string says = login;
  for (std::size_t k = 0; k < literals; ++k)
    says += "SUB " + subject_of(client, k) + " " + std::to_string(k) + "\r\n";
  says += "SUB scale." + std::to_string(client) + ".* all\r\n";
  return says + "SUB shared." + std::to_string(client % shared_subjects) + " shared\r\n";
}

std::string publish_to(const std::string& subject) {
  return "PUB " + subject + " " + std::to_string(subject.size()) + "\r\n" + subject + "\r\n";
}

std::vector<std::string> expected_by(std::size_t client) {
  std::string text = "PONG\r\n";
  const auto message = [&text](const std::string& subject, const std::string& sid) {
    text += "MSG " + subject + " " + sid + " " + std::to_string(subject.size()) + "\r\n" + subject +
            "\r\n";
  };
  for (std::size_t k = 0; k < literals; ++k) {
    message(subject_of(client, k), std::to_string(k));
    message(subject_of(client, k), "all");
  }
  message("shared." + std::to_string(client % shared_subjects), "shared");
  return lines_of(text);
}

TEST_P(scale, ten_thousand_subscriptions_of_a_thousand_clients_get_exactly_their_messages) {
  std::vector<raw_client> clients = connect_many(clients_in_all);
  ask_all(clients, subscribe);
  raw_client publisher(broker().host(), broker().port());
  std::string says = login;
  for (std::size_t i = 0; i < clients_in_all; ++i)
    for (std::size_t k = 0; k < literals; ++k) says += publish_to(subject_of(i, k));
  for (std::size_t k = 0; k < shared_subjects; ++k)
    says += publish_to("shared." + std::to_string(k));
  publisher.send(says + "PING\r\n");
  EXPECT_EQ(publisher.read_through("PONG\r\n"), "PONG\r\n");
  const std::vector<std::string> heard = ask_all(clients, [](std::size_t) { return ""; });
  for (std::size_t i = 0; i < clients_in_all; ++i)
    ASSERT_EQ(lines_of(heard[i]), expected_by(i)) << "client " << i;
}

TEST_P(scale, ten_thousand_comings_and_goings_leak_nothing) {
  constexpr std::size_t at_once = 100;
  constexpr std::size_t rounds = 100;
  constexpr std::size_t warm_up_rounds = 20;
  // Pages of the heap that no round frees wholly; a leak of 500 B per connection would be 4 MB.
  constexpr std::size_t growth_bytes_max = 3 * 1024 * 1024;
  // Each lane from one worker to another is so large, and touched as it is first written to.
  constexpr std::size_t lane_bytes = std::size_t{256} * 1024;
  const std::size_t lanes = workers_under_test() * (workers_under_test() - 1);
  std::size_t warm = 0;
  for (std::size_t round = 0; round < rounds; ++round) {
    std::vector<raw_client> clients = connect_many(at_once);
    const auto says = [round](std::size_t i) {
      const std::string subject = "churn." + std::to_string(round) + "." + std::to_string(i);
      return login + ("SUB " + subject + " 1\r\nSUB churn.> q 2\r\n") + publish_to(subject);
    };
    const std::vector<std::string> heard = ask_all(clients, says);
    for (std::size_t i = 0; i < at_once; ++i)
      ASSERT_THAT(heard[i], testing::HasSubstr("." + std::to_string(i) + " 1 "));
    for (std::size_t i = 0; i < at_once; ++i) {
      if (i % 3 == 0) clients[i].reset();
      if (i % 3 == 1) clients[i].send("PUB half 100\r\nnot all");
    }
    clients.clear();
    if (round == warm_up_rounds) warm = broker().child().resident_bytes();
  }
  if (is_oracle() || is_sanitised()) return;  // a collected heap; a heap that keeps what was freed
  const std::size_t end = broker().child().resident_bytes();
  EXPECT_LE(end, warm + growth_bytes_max + lanes * lane_bytes) << "after warm-up it had " << warm;
  EXPECT_LE(broker().child().open_descriptors(), at_once + 64);
}

WIREBIRD_ON_EVERY_TRANSPORT(scale);

}  // namespace
}  // namespace wirebird::system_tests
