#include "tests/system/child_publisher.hh"
#include "tests/system/nats_client.hh"
#include "tests/system/payload.hh"
#include "tests/system/raw_client.hh"
#include "tests/system/system_test.hh"

#include <atomic>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>
#include <signal.h>

namespace wirebird::system_tests {
namespace {

// A publisher and a subscriber that must not notice what happens to others.
class bystanders {
 public:
  explicit bystanders(const std::string& url) : publisher_(url), subscriber_(url) {}

  // Sends `count` messages and expects each of them, in order.
  void exchange(int count) {
    for (int i = 0; i < count; ++i) publisher_.publish("bystander", std::to_string(sent_ + i));
    for (int i = 0; i < count; ++i) {
      ASSERT_EQ(data_of(subscription_.next().get()), std::to_string(sent_ + i));
    }
    sent_ += count;
  }

 private:
  nats_client publisher_;
  nats_client subscriber_;
  subscription subscription_{subscriber_, "bystander"};
  int sent_ = 0;
};

class failing_client : public system_test {};

TEST_P(failing_client, half_a_message_then_close_or_reset_hurts_nobody) {
  bystanders others(broker().url());
  nats_client listener(broker().url());
  subscription never(listener, "half");
  const std::string message = "PUB half 100\r\n" + std::string(100, 'h') + "\r\n";
  for (std::size_t cut = 1; cut < message.size(); cut += 3) {
    raw_client client(broker().host(), broker().port());
    client.connect(R"({"verbose":false})");
    client.send(std::string_view(message).substr(0, cut));
    if (cut % 2 == 0) client.reset();
    others.exchange(20);
    ASSERT_FALSE(HasFailure()) << "after " << cut << " bytes";
  }
  listener.flush();
  natsStatus status = NATS_OK;
  EXPECT_EQ(never.next(status, milliseconds(0)), nullptr) << "half a message was delivered";
}

TEST_P(failing_client, a_publisher_killed_in_mid_stream_hurts_nobody) {
  bystanders others(broker().url());
  nats_client listener(broker().url());
  receipt stream;
  subscription heavy(listener, "heavy", [&](natsMsg* message) {
    const bool whole = data_of(message) == std::string(65536, 'k');
    stream.add(65536, whole ? "" : "a torn message");
  });
  for (int round = 1; round <= 5; ++round) {
    const std::uint64_t before = stream.messages();
    process child({std::filesystem::read_symlink("/proc/self/exe").string(), child_publisher_flag,
                   broker().url(), "heavy"});
    ASSERT_TRUE(stream.wait_for(before + 50, 0, patience)) << child.output();
    others.exchange(100);
    child.signal(SIGKILL);
    ASSERT_EQ(child.wait(), (exit_status{.code = -1, .signal = SIGKILL}));
    others.exchange(100);
  }
  EXPECT_EQ(stream.complaint(), "");
}

TEST_P(failing_client, a_subscriber_reset_in_mid_stream_hurts_nobody) {
  bystanders others(broker().url());
  nats_client publisher(broker().url());
  const std::string payload(32768, 's');
  for (int round = 0; round < 20; ++round) {
    raw_client victim(broker().host(), broker().port());
    victim.connect(R"({"verbose":false})");
    victim.send("SUB stream 1\r\nPING\r\n");
    static_cast<void>(victim.read_through("PONG\r\n"));
    for (int i = 0; i < 30; ++i) publisher.publish("stream", payload);
    static_cast<void>(victim.read_bytes(100'000));
    victim.reset();  // the rest of the megabyte is on its way
    others.exchange(50);
  }
}

WIREBIRD_ON_EVERY_TRANSPORT(failing_client);

class churn : public system_test {
 protected:
  // One short life, different from its neighbours.
  void live(int number) {
    raw_client client(broker().host(), broker().port());
    if (number % 4 != 0) {
      client.connect(R"({"verbose":false})");
      client.send("SUB churn.* 1\r\nSUB churn.> q 2\r\nPUB churn.x 5\r\nhello\r\nPING\r\n");
      static_cast<void>(client.read_through("PONG\r\n"));
    }
    if (number % 3 == 0) client.reset();
  }

  // Until the broker has closed its end of every connection.
  void settle(std::size_t descriptors) {
    require_eventually("the descriptors of closed connections to be closed",
                       [&] { return broker().child().open_descriptors() <= descriptors; });
  }
};

TEST_P(churn, a_thousand_connections_leave_nothing_behind) {
  const std::size_t descriptors = broker().child().open_descriptors();
  for (int i = 0; i < 300; ++i) live(i);  // pools and caches grow once
  settle(descriptors);
  const std::size_t before = broker().child().resident_bytes();
  for (int i = 0; i < 1000; ++i) live(i);
  settle(descriptors);
  const std::size_t after = broker().child().resident_bytes();
  // The heap of the oracle is a collected one, and a sanitizer keeps freed memory for a while.
  const std::size_t allowed_bytes = (is_oracle() || is_sanitised() ? 16U : 1U) << 20U;
  EXPECT_LE(after, before + allowed_bytes);
  nats_client client(broker().url());
  subscription subscriber(client, "churn.*");
  client.publish("churn.x", "after");
  EXPECT_EQ(data_of(subscriber.next().get()), "after");
}

WIREBIRD_ON_EVERY_TRANSPORT(churn);

}  // namespace
}  // namespace wirebird::system_tests
