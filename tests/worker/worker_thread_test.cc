#include "dataplane/worker/worker_thread.hh"

#include "dataplane/worker/clock.hh"
#include "tests/worker/loopback.hh"

#include <memory>
#include <numeric>
#include <string>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wirebird::worker {
namespace {

class worker_on_loopback : public testing::TestWithParam<bool> {
 protected:
  worker_on_loopback()
      : worker_(
            std::make_unique<worker>(worker_options{std::size_t{64} << 20, {1, 2}, 3, read_clock()},
                                     rules_, identity_, ids_, events_)),
        thread_(*worker_, GetParam()) {
    auto& sockets = worker_->sockets.emplace(sockets::options{}, worker_->memory, worker_->timers);
    const auto listening =
        sockets.listen({ip_address::from_v4(INADDR_LOOPBACK), 0}, worker_->broker);
    EXPECT_EQ(listening.error, 0);
    port_ = listening.port;
    thread_.start();
  }

  broker::options rules_;
  protocol::server_info identity_;
  counting_ids ids_;
  silent_events events_;
  std::unique_ptr<worker> worker_;
  worker_thread thread_;
  std::uint16_t port_ = 0;
};

TEST_P(worker_on_loopback, carries_a_message_from_one_client_to_another) {
  client subscriber(port_);
  client publisher(port_);
  subscriber.send("CONNECT {\"verbose\":false}\r\nSUB news 1\r\nPING\r\n");
  ASSERT_TRUE(subscriber.sees("PONG\r\n"));
  publisher.send("CONNECT {\"verbose\":false}\r\nPUB news 5\r\nhello\r\n");
  EXPECT_TRUE(subscriber.sees("MSG news 1 5\r\nhello\r\n"));
}

TEST_P(worker_on_loopback, measures_each_message_and_each_loop_with_work) {
  {
    client one(port_);
    one.send("CONNECT {\"verbose\":false}\r\nSUB news 1\r\nSUB news 2\r\n");
    one.send("PUB news 5\r\nhello\r\nPING\r\n");
    ASSERT_TRUE(one.sees("PONG\r\n"));
    thread_.stop();
  }
  const auto total = [](const time_histogram& seen) {
    return std::accumulate(seen.counts().begin(), seen.counts().end(), std::uint64_t{0});
  };
  const load_meter& load = worker_->load;
  EXPECT_EQ(total(load.latency()), 2U);
  EXPECT_GE(load.loops(), 1U);
  EXPECT_EQ(total(load.loop()), load.loops());
  EXPECT_GT(load.loop_max(), duration::zero());
  EXPECT_GE(load.busy(), load.loop_max());
  const auto& seen = load.latency().counts();
  EXPECT_EQ(std::accumulate(seen.begin(), seen.begin() + 16, std::uint64_t{0}), 0U)
      << "nothing is parsed, matched and written in 16 ns";
}

TEST_P(worker_on_loopback, stopping_closes_clients_and_leaves_nothing) {
  {
    client one(port_);
    client other(port_);
    one.send("SUB a 1\r\nPUB b 3\r\nabc\r\nPING\r\n");
    ASSERT_TRUE(one.sees("PONG\r\n"));
    ASSERT_TRUE(other.sees("INFO "));
    thread_.stop();
    EXPECT_FALSE(one.sees("never sent"));
  }
  EXPECT_EQ(thread_.left().sessions, 0U);
  EXPECT_EQ(thread_.left().chunks, 0U);
  EXPECT_EQ(thread_.left().timers, 0U);
  EXPECT_EQ(thread_.left().frames, 0U);
}

TEST_P(worker_on_loopback, a_sleeping_worker_sees_that_it_must_stop) {
  const auto before = std::chrono::steady_clock::now();
  thread_.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
}

TEST_P(worker_on_loopback, is_kept_on_the_cpu_that_it_is_given) {
  cpu_set_t allowed;
  ASSERT_EQ(sched_getaffinity(0, sizeof allowed, &allowed), 0);
  unsigned cpu = 0;
  while (!CPU_ISSET(cpu, &allowed)) ++cpu;
  EXPECT_EQ(thread_.pin_to(cpu), 0);
  EXPECT_NE(thread_.pin_to(CPU_SETSIZE), 0);
}

INSTANTIATE_TEST_SUITE_P(idle, worker_on_loopback, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& rests) {
                           return rests.param ? "adaptive" : "spin";
                         });

}  // namespace
}  // namespace wirebird::worker
