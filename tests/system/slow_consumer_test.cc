#include "tests/system/nats_client.hh"
#include "tests/system/raw_client.hh"
#include "tests/system/system_test.hh"

#include <chrono>
#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace wirebird::system_tests {
namespace {

constexpr std::size_t message_bytes = 64 * 1024;

// One subscriber that stops reading and one that reads, of the same messages.
class slow_consumer : public system_test {
 protected:
  void SetUp() override {
    system_test::SetUp();
    if (IsSkipped()) return;
    slow_ = std::make_unique<raw_client>(broker().host(), broker().port());
    slow_->connect(R"({"verbose":false})");
    slow_->send("SUB much 1\r\nPING\r\n");
    static_cast<void>(slow_->read_through("PONG\r\n"));
    publisher_ = std::make_unique<nats_client>(broker().url());
    reader_ = std::make_unique<nats_client>(broker().url());
    subscription_ = std::make_unique<subscription>(*reader_, "much");
  }
  void TearDown() override {
    subscription_.reset();
    reader_.reset();
    publisher_.reset();
    slow_.reset();
    system_test::TearDown();
  }

  // Publishes numbered messages, a few at a time, and expects the reader to get each in order.
  void exchange(int count) {
    for (int i = 0; i < count; i += 16) {
      for (int k = 0; k < 16; ++k) publisher_->publish("much", text(sent_ + k));
      for (int k = 0; k < 16; ++k) ASSERT_EQ(data_of(subscription_->next().get()), text(sent_ + k));
      sent_ += 16;
    }
  }
  bool log_has(const std::string& words) {
    return broker().child().output().find(words) != std::string::npos;
  }

 private:
  static std::string text(int number) {
    std::string made = std::to_string(number) + " ";
    made.resize(message_bytes, static_cast<char>('a' + number % 26));
    return made;
  }

  std::unique_ptr<raw_client> slow_;
  std::unique_ptr<nats_client> publisher_;
  std::unique_ptr<nats_client> reader_;
  std::unique_ptr<subscription> subscription_;
  int sent_ = 0;
};

class late_consumer : public slow_consumer {
 protected:
  [[nodiscard]] std::string configuration() const override { return "write_deadline: \"3s\"\n"; }
};

TEST_P(late_consumer, who_stops_reading_is_closed_at_the_write_deadline) {
  const auto begin = clock::now();
  exchange(400);  // 25 MiB: more than kernels hold, less than half of max_pending
  require_eventually("the write deadline", [&] {
    return log_has("Slow Consumer Detected: WriteDeadline of 3s exceeded with ") &&
           log_has("closed: Slow Consumer (Write Deadline)");
  });
  EXPECT_GE(clock::now() - begin, seconds(3)) << "not before";
  exchange(32);
}

/// Nothing else ends it on a machine that stands still for a while.
class greedy_consumer : public slow_consumer {
 protected:
  [[nodiscard]] std::string configuration() const override { return "write_deadline: \"60s\"\n"; }
};

TEST_P(greedy_consumer, who_stops_reading_is_closed_when_too_much_waits_for_it) {
  if (is_oracle())
    GTEST_SKIP() << "nats-server 2.9.10 makes publishers wait until the write deadline is first";
  exchange(1600);  // 100 MiB
  require_eventually("its end", [&] {
    return log_has("Slow Consumer Detected: MaxPending of 67108864 Exceeded") &&
           log_has("closed: Slow Consumer (Pending Bytes)");
  });
  exchange(32);
}

WIREBIRD_ON_EVERY_TRANSPORT_AND_NAT(late_consumer);
WIREBIRD_ON_EVERY_TRANSPORT_AND_NAT(greedy_consumer);

}  // namespace
}  // namespace wirebird::system_tests
