#include "tests/system/nats_client.hh"
#include "tests/system/payload.hh"
#include "tests/system/system_test.hh"

#include <array>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <list>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::system_tests {
namespace {

constexpr std::size_t member_count = 5;
constexpr std::uint32_t message_count = 10'000;

class queue_group : public system_test {
 protected:
  // Publishes numbered messages to a group of five. returns: how many each member got.
  std::array<std::uint64_t, member_count> deal() {
    std::vector<std::atomic<int>> seen(message_count);
    std::array<receipt, member_count> got;
    std::list<nats_client> clients;
    std::list<subscription> members;
    for (receipt& one : got) {
      const auto take = [&seen, &one](natsMsg* message) {
        ++seen.at(std::stoul(std::string(data_of(message))));
        one.add(0);
      };
      members.emplace_back(clients.emplace_back(broker().url()), "work", take, "group");
    }
    nats_client publisher(broker().url());
    for (std::uint32_t i = 0; i < message_count; ++i) publisher.publish("work", std::to_string(i));
    publisher.flush();
    // What is on its way to a member came before the answer to its own PING.
    for (nats_client& client : clients) client.flush();
    const auto total = [&got] {
      std::uint64_t sum = 0;
      for (const receipt& one : got) sum += one.messages();
      return sum;
    };
    EXPECT_TRUE(eventually([&] { return total() >= message_count; }));
    members.clear();
    EXPECT_EQ(total(), message_count);
    for (std::uint32_t i = 0; i < message_count; ++i) {
      EXPECT_EQ(seen[i], 1) << "message " << i;
    }
    std::array<std::uint64_t, member_count> counts{};
    for (std::size_t i = 0; i < member_count; ++i) counts.at(i) = got.at(i).messages();
    return counts;
  }
};

// The chance that a fair draw spreads at least as unevenly. With four degrees of freedom the
// chi-square distribution has the tail (1 + x/2) exp(-x/2).
double p_of(const std::array<std::uint64_t, member_count>& counts) {
  constexpr double expected = static_cast<double>(message_count) / member_count;
  double chi_square = 0;
  for (const std::uint64_t count : counts) {
    const double difference = static_cast<double>(count) - expected;
    chi_square += difference * difference / expected;
  }
  return (1 + chi_square / 2) * std::exp(-chi_square / 2);
}

TEST_P(queue_group, gets_each_message_once_and_spreads_them_evenly) {
  auto counts = deal();
  // A fair broker fails once in a thousand runs; two deals in a row only once in a million.
  if (p_of(counts) <= 0.001) counts = deal();
  EXPECT_GT(p_of(counts), 0.001) << testing::PrintToString(counts);
}

TEST_P(queue_group, each_group_gets_a_copy_and_plain_subscribers_too) {
  nats_client client(broker().url());
  subscription first(client, "work", {}, "a");
  subscription second(client, "work.>", {}, "a");
  subscription third(client, "work", {}, "b");
  subscription plain(client, "work");
  for (int i = 0; i < 100; ++i) client.publish("work", std::to_string(i));
  for (subscription* each : {&first, &third, &plain}) {
    for (int i = 0; i < 100; ++i) ASSERT_EQ(data_of(each->next().get()), std::to_string(i));
  }
  client.flush();
  natsStatus status = NATS_OK;
  EXPECT_EQ(second.next(status, milliseconds(0)), nullptr);
}

TEST_P(queue_group, members_of_different_subjects_share_one_group) {
  nats_client client(broker().url());
  receipt narrow;
  receipt wide;
  subscription first(
      client, "work.a", [&](natsMsg*) { narrow.add(0); }, "group");
  subscription second(
      client, "work.>", [&](natsMsg*) { wide.add(0); }, "group");
  for (int i = 0; i < 200; ++i) client.publish("work.a", "x");
  client.flush();
  EXPECT_TRUE(eventually([&] { return narrow.messages() + wide.messages() >= 200; }));
  EXPECT_EQ(narrow.messages() + wide.messages(), 200U);
  // Each of 200 fair draws going the same way has a chance of 2^-199.
  EXPECT_GT(narrow.messages(), 0U);
  EXPECT_GT(wide.messages(), 0U);
}

WIREBIRD_ON_EVERY_TRANSPORT(queue_group);

}  // namespace
}  // namespace wirebird::system_tests
