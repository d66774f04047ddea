#include "tests/system/nats_client.hh"
#include "tests/system/payload.hh"
#include "tests/system/raw_client.hh"
#include "tests/system/system_test.hh"

#include <algorithm>
#include <array>
#include <cmath>
#include <list>
#include <random>
#include <vector>

#include <gtest/gtest.h>
#include <poll.h>

namespace wirebird::system_tests {
namespace {

constexpr milliseconds long_patience{120'000};

class delivery : public system_test {};

// A subscriber on a connection of its own that expects the messages 0, 1, 2, ... of given sizes.
class ordered_subscriber {
 public:
  ordered_subscriber(const std::string& url, const std::vector<std::size_t>& sizes)
      : sizes_(sizes),
        client_(url),
        subscription_(client_, "data", [this](natsMsg* message) { take(data_of(message)); }) {}

  [[nodiscard]] receipt& got() { return got_; }

 private:
  void take(std::string_view data) {
    std::string complaint;
    if (next_ >= sizes_.size()) {
      complaint = "more messages than were sent";
    } else {
      fill_payload(expected_, next_, sizes_[next_]);
      if (data != expected_) complaint = "wrong bytes in message " + std::to_string(next_);
    }
    ++next_;
    got_.add(data.size(), complaint);
  }

  const std::vector<std::size_t>& sizes_;
  std::size_t next_ = 0;
  std::string expected_;
  receipt got_;
  nats_client client_;
  subscription subscription_;
};

// Publishes messages of the given sizes to every subscriber, at most `ahead_max` of them and
// `ahead_bytes_max` bytes ahead of the slowest, so that no slow consumer is cut off.
void publish_all(const std::string& url, const std::vector<std::size_t>& sizes,
                 std::list<ordered_subscriber>& subscribers, std::size_t ahead_max,
                 std::uint64_t ahead_bytes_max) {
  nats_client publisher(url);
  std::string payload;
  std::uint64_t sent_bytes = 0;
  for (std::size_t index = 0; index < sizes.size(); ++index) {
    fill_payload(payload, index, sizes[index]);
    publisher.publish("data", payload);
    sent_bytes += sizes[index];
    const std::uint64_t messages = index > ahead_max ? index - ahead_max : 0;
    const std::uint64_t bytes = sent_bytes > ahead_bytes_max ? sent_bytes - ahead_bytes_max : 0;
    for (ordered_subscriber& subscriber : subscribers) {
      ASSERT_TRUE(subscriber.got().wait_for(messages, bytes, long_patience))
          << "stuck: " << index << " sent, " << subscriber.got().messages() << " came";
    }
  }
  publisher.flush();
}

void expect_all(std::list<ordered_subscriber>& subscribers, std::size_t count) {
  for (ordered_subscriber& subscriber : subscribers) {
    EXPECT_TRUE(subscriber.got().wait_for(count, 0, long_patience));
    EXPECT_EQ(subscriber.got().messages(), count);
    EXPECT_EQ(subscriber.got().complaint(), "");
  }
}

TEST_P(delivery, a_million_small_messages_reach_three_subscribers_complete_and_in_order) {
  const std::vector<std::size_t> sizes(1'000'000, 16);
  std::list<ordered_subscriber> subscribers;
  for (int i = 0; i < 3; ++i) subscribers.emplace_back(broker().url(), sizes);
  publish_all(broker().url(), sizes, subscribers, 200'000, UINT64_MAX);
  expect_all(subscribers, sizes.size());
}

// Mostly small, now and then large: log-uniform up to 4 KiB, one in sixteen up to 1 MiB.
std::vector<std::size_t> random_sizes(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> unit(0, 1);
  std::vector<std::size_t> sizes;
  for (std::size_t i = 0; i < count; ++i) {
    const double bits = unit(random) < 1.0 / 16 ? 20 : 12;
    sizes.push_back(static_cast<std::size_t>(std::exp2(bits * unit(random))));
  }
  const std::array<std::size_t, 8> edges = {0, 1, 1459, 1460, 1461, 65535, 65536, 1048576};
  for (const std::size_t edge : edges) sizes[random() % count] = edge;
  return sizes;
}

TEST_P(delivery, messages_of_any_size_arrive_byte_for_byte) {
  const std::uint64_t seed = new_seed();
  SCOPED_TRACE("WIREBIRD_SEED=" + std::to_string(seed));
  const std::vector<std::size_t> sizes = random_sizes(20'000, seed);
  std::list<ordered_subscriber> subscribers;
  subscribers.emplace_back(broker().url(), sizes);
  publish_all(broker().url(), sizes, subscribers, 20'000, 16U << 20U);
  expect_all(subscribers, sizes.size());
}

// Takes what has come on any of the connections until each has `size` bytes.
void take_from_all(std::vector<raw_client>& clients, std::size_t size, const deadline& end) {
  std::vector<pollfd> waiting;
  do {
    waiting.clear();
    for (raw_client& client : clients) {
      if (client.received().size() >= size) continue;
      waiting.push_back({.fd = client.descriptor(), .events = POLLIN, .revents = 0});
    }
    ASSERT_FALSE(end.passed()) << waiting.size() << " connections still wait";
    if (waiting.empty()) return;
    ::poll(waiting.data(), waiting.size(), end.left_ms());
    for (raw_client& client : clients) ASSERT_TRUE(client.take_available()) << "cut off";
  } while (true);
}

TEST_P(delivery, one_publisher_reaches_two_hundred_connections) {
  constexpr std::size_t connections = 200;
  constexpr int batches = 20;
  std::vector<raw_client> subscribers;
  for (std::size_t i = 0; i < connections; ++i) {
    subscribers.emplace_back(broker().host(), broker().port());
    subscribers.back().send("SUB wide " + std::to_string(1000 + i) + "\r\n");
    subscribers.back().connect(R"({"verbose":false})");
  }
  raw_client publisher(broker().host(), broker().port());
  publisher.connect(R"({"verbose":false})");

  std::vector<std::string> expected(connections);
  std::uint64_t number = 0;
  for (int batch = 0; batch < batches; ++batch) {
    std::string published;
    for (int i = 0; i < 50; ++i, ++number) {
      const std::string text = std::to_string(mixed(number));
      std::string tail = " ";
      tail.append(std::to_string(text.size())).append("\r\n").append(text).append("\r\n");
      published += "PUB wide" + tail;
      for (std::size_t c = 0; c < connections; ++c) {
        expected[c].append("MSG wide ").append(std::to_string(1000 + c)).append(tail);
      }
    }
    publisher.send(published);
    take_from_all(subscribers, expected[0].size(), deadline(patience));
    ASSERT_FALSE(HasFailure());
  }
  for (std::size_t c = 0; c < connections; ++c) {
    ASSERT_EQ(subscribers[c].received(), expected[c]) << "connection " << c;
  }
}

WIREBIRD_ON_EVERY_TRANSPORT(delivery);

}  // namespace
}  // namespace wirebird::system_tests
