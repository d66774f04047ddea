// Workers on threads of their own with lanes between them.
#include "dataplane/crossing/mesh.hh"
#include "dataplane/sockets/listener.hh"
#include "dataplane/sockets/spread.hh"
#include "dataplane/worker/clock.hh"
#include "dataplane/worker/worker_thread.hh"
#include "tests/worker/loopback.hh"

#include <memory>
#include <string>
#include <vector>

#include <fcntl.h>

namespace wirebird::worker {
namespace {

struct setting {
  unsigned workers;
  bool may_sleep;
};

class several_workers : public testing::TestWithParam<setting> {
 protected:
  several_workers() : between_(GetParam().workers), spread_(GetParam().workers) {
    const sockets::open_result opened =
        sockets::open_listener({ip_address::from_v4(INADDR_LOOPBACK), 0});
    EXPECT_EQ(opened.error, 0);
    port_ = opened.port;
    for (unsigned number = 0; number < GetParam().workers; ++number) {
      const worker_options own{std::size_t{64} << 20, {1, number}, number,
                               read_clock(),          &between_,   number};
      workers_.push_back(std::make_unique<worker>(own, rules_, identity_, ids_, events_));
      worker& made = *workers_.back();
      auto& sockets = made.sockets.emplace(sockets::options{}, made.memory, made.timers);
      const int descriptor =
          number == 0 ? opened.descriptor : fcntl(opened.descriptor, F_DUPFD_CLOEXEC, 0);
      EXPECT_EQ(sockets.adopt_listener(descriptor, made.broker), 0);
      EXPECT_EQ(sockets.share(spread_, number, made.broker), 0);
      threads_.push_back(std::make_unique<worker_thread>(made, GetParam().may_sleep));
    }
    for (const auto& each : threads_) each->start();
  }
  ~several_workers() override { stop(); }

  void stop() {
    for (const auto& each : threads_) each->ask_to_stop();
    for (const auto& each : threads_) each->stop();
  }

  [[nodiscard]] std::uint64_t crossed() const {
    std::uint64_t sum = 0;
    for (const auto& each : workers_) sum += each->broker.counts().crossings_received.value();
    return sum;
  }

  broker::options rules_;
  protocol::server_info identity_;
  counting_ids ids_;
  silent_events events_;
  crossing::mesh between_;
  sockets::spread spread_;
  std::vector<std::unique_ptr<worker>> workers_;
  std::vector<std::unique_ptr<worker_thread>> threads_;
  std::uint16_t port_ = 0;
};

TEST_P(several_workers, get_connections_in_turn_and_carry_messages_between_them) {
  std::vector<std::unique_ptr<client>> clients;
  for (unsigned i = 0; i < 2 * GetParam().workers; ++i) {
    clients.push_back(std::make_unique<client>(port_));
    clients.back()->send("CONNECT {\"verbose\":false}\r\nSUB news.* 1\r\nPING\r\n");
    ASSERT_TRUE(clients.back()->sees("PONG\r\n"));
  }
  for (const auto& each : workers_) EXPECT_EQ(each->broker.sessions(), 2U);
  const std::string large(100'000, 'x');
  clients.front()->send("PUB news.a 5\r\nhello\r\nPUB news.b 100000\r\n" + large + "\r\n");
  for (const auto& each : clients) {
    EXPECT_TRUE(each->sees("MSG news.a 1 5\r\nhello\r\n"));
    EXPECT_TRUE(each->sees("MSG news.b 1 100000\r\n" + large + "\r\n"));
  }
  EXPECT_EQ(crossed(), 2 * (GetParam().workers - 1));
}

TEST_P(several_workers, a_flood_through_the_lanes_arrives_whole_and_in_order) {
  client subscriber(port_);
  subscriber.send("CONNECT {\"verbose\":false}\r\nSUB flood 7\r\nPING\r\n");
  ASSERT_TRUE(subscriber.sees("PONG\r\n"));
  client publisher(port_);
  publisher.send("CONNECT {\"verbose\":false}\r\n");
  constexpr unsigned count = 20'000;
  std::string text;
  std::string wanted;
  for (unsigned i = 0; i < count; ++i) {
    const std::string body = std::to_string(i);
    const std::string tail = std::to_string(body.size()) + "\r\n" + body + "\r\n";
    text += "PUB flood " + tail;
    wanted += "MSG flood 7 " + tail;
  }
  publisher.send(text + "PUB flood 3\r\nend\r\n");
  ASSERT_TRUE(subscriber.sees("\r\nend\r\n"));
  EXPECT_NE(subscriber.received().find(wanted), std::string::npos);
}

TEST_P(several_workers, a_pong_means_that_every_worker_knows_the_subscription) {
  std::vector<std::unique_ptr<client>> clients;
  for (unsigned i = 0; i < GetParam().workers; ++i) {
    clients.push_back(std::make_unique<client>(port_));
    clients.back()->send("CONNECT {\"verbose\":false}\r\nPING\r\n");
    ASSERT_TRUE(clients.back()->sees("PONG\r\n"));
  }
  for (unsigned round = 0; round < 50; ++round) {
    client& subscriber = *clients[round % clients.size()];
    client& publisher = *clients[(round + 1) % clients.size()];
    const std::string subject = "s" + std::to_string(round);
    subscriber.forget();
    subscriber.send("SUB " + subject + " 1\r\nPING\r\n");
    ASSERT_TRUE(subscriber.sees("PONG\r\n"));
    publisher.send("PUB " + subject + " 2\r\nok\r\n");
    ASSERT_TRUE(subscriber.sees("MSG " + subject + " 1 2\r\nok\r\n")) << round;
    subscriber.send("UNSUB 1\r\n");
  }
}

TEST_P(several_workers, end_together_and_leave_nothing) {
  {
    std::vector<std::unique_ptr<client>> clients;
    for (unsigned i = 0; i < 3 * GetParam().workers; ++i) {
      clients.push_back(std::make_unique<client>(port_));
      clients.back()->send("CONNECT {\"verbose\":false}\r\nSUB > 1\r\nSUB q.* g 2\r\nPING\r\n");
      ASSERT_TRUE(clients.back()->sees("PONG\r\n"));
    }
    // In the middle of traffic with payloads that lanes only refer to. Nobody reads any more, so
    // all of it has to fit into the kernel's buffers.
    const std::string large(4200, 'y');
    for (const auto& each : clients) each->send("PUB q.a 4200\r\n" + large + "\r\n");
    stop();
  }
  for (const auto& each : threads_) {
    EXPECT_EQ(each->left().sessions, 0U);
    EXPECT_EQ(each->left().chunks, 0U);
    EXPECT_EQ(each->left().timers, 0U);
  }
}

INSTANTIATE_TEST_SUITE_P(all, several_workers,
                         testing::Values(setting{2, true}, setting{2, false}, setting{4, true}),
                         [](const testing::TestParamInfo<setting>& of) {
                           return std::to_string(of.param.workers) +
                                  (of.param.may_sleep ? "_adaptive" : "_spin");
                         });

}  // namespace
}  // namespace wirebird::worker
