#include "tests/sockets/world.hh"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>

namespace wirebird::sockets {
namespace {

using std::chrono::steady_clock;

TEST(listening, bytes_come_back_from_an_echo) {
  world w;
  client peer = w.connect();
  recorder& echo = w.last();
  echo.reader = [&](slice_queue& unread) {
    echo.take(unread, unread.size());
    echo.say(echo.received);
    echo.received.clear();
  };
  EXPECT_EQ(peer.write("hello"), 5U);
  EXPECT_TRUE(w.run_until([&] { return peer.read(), peer.received.size() >= 5; }));
  EXPECT_EQ(peer.received, "hello");
  EXPECT_EQ(w.transport.counts().bytes_in.value(), 5U);
  EXPECT_EQ(w.transport.counts().bytes_out.value(), 5U);
}

TEST(listening, both_ends_of_a_connection_are_known) {
  world w;
  const client peer = w.connect();
  EXPECT_EQ(w.last().wire().local(), w.address);
  EXPECT_EQ(w.last().wire().remote().address, w.address.address);
  EXPECT_NE(w.last().wire().remote().port, 0);
}

TEST(listening, greeting_written_while_accepting_arrives) {
  world w;
  w.greeter = [](recorder& fresh) {
    fresh.say("INFO {}\r\n");
    return true;
  };
  client peer = w.connect();
  EXPECT_TRUE(w.run_until([&] { return peer.read(), !peer.received.empty(); }));
  EXPECT_EQ(peer.received, "INFO {}\r\n");
}

TEST(listening, second_server_on_the_port_is_refused) {
  world w;
  const listen_result second = w.transport.listen(w.address, w);
  EXPECT_EQ(second.error, EADDRINUSE);
  const listen_result any = w.transport.listen({ip_address::from_v4(0), w.address.port}, w);
  EXPECT_EQ(any.error, EADDRINUSE);
}

TEST(listening, port_is_free_again_while_old_connections_wait_out_their_time) {
  world w;
  client peer = w.connect();
  w.last().wire().close(w.now());  // our side closes first, so TIME_WAIT is ours
  EXPECT_TRUE(w.run_until([&] { return peer.read(), peer.saw_end; }));
  peer.close();
  EXPECT_TRUE(w.run_until([&] { return w.transport.lingering() == 0; }));
  w.transport.stop_listening();
  EXPECT_EQ(w.transport.listen(w.address, w).error, 0);
  const client again = w.connect();
  EXPECT_EQ(again.error, 0);
}

TEST(listening, stopped_listener_refuses_and_keeps_its_connections) {
  world w;
  client peer = w.connect();
  w.transport.stop_listening();
  const client late(w.address);
  EXPECT_EQ(late.error, ECONNREFUSED);
  EXPECT_EQ(peer.write("x"), 1U);
  EXPECT_TRUE(w.run_until([&] { return w.last().received == "x"; }));
}

TEST(listening, ipv6_connections_are_served) {
  world w;
  ip_address one;
  one.octets[15] = 1;
  const listen_result listening = w.transport.listen({one, 0}, w);
  ASSERT_EQ(listening.error, 0);
  w.address = {one, listening.port};
  client peer = w.connect();
  EXPECT_EQ(w.last().wire().remote().address, one);
  EXPECT_EQ(peer.write("six"), 3U);
  EXPECT_TRUE(w.run_until([&] { return w.last().received == "six"; }));
}

TEST(listening, unspecified_address_serves_ipv4_too) {
  world w;
  const listen_result listening = w.transport.listen({}, w);
  ASSERT_EQ(listening.error, 0);
  w.address = loopback(listening.port);
  const client peer = w.connect();
  EXPECT_TRUE(w.last().wire().remote().address.is_v4());
}

TEST(listening, shared_listener_serves_two_transports) {
  world one;
  world two;
  const open_result opened = open_listener(loopback());
  ASSERT_EQ(opened.error, 0);
  const int shared = fcntl(opened.descriptor, F_DUPFD_CLOEXEC, 0);
  ASSERT_EQ(one.transport.adopt_listener(opened.descriptor, one), 0);
  ASSERT_EQ(two.transport.adopt_listener(shared, two), 0);
  const client first(loopback(opened.port));
  EXPECT_TRUE(one.run_until([&] { return one.handlers.size() == 1; }));
  const client second(loopback(opened.port));
  EXPECT_TRUE(two.run_until([&] { return two.handlers.size() == 1; }));
  // One worker stops; the socket stays open under the other's descriptor.
  one.transport.stop_listening();
  const client third(loopback(opened.port));
  EXPECT_TRUE(two.run_until([&] { return two.handlers.size() == 2; }));
  one.step();
  EXPECT_EQ(one.handlers.size(), 1U);
}

TEST(listening, connections_are_dealt_out_in_turn_whoever_accepts_them) {
  spread both(2);
  world one;
  world two;
  ASSERT_EQ(both.error(), 0);
  const listen_result listening = one.transport.listen(loopback(), one);
  ASSERT_EQ(listening.error, 0);
  ASSERT_EQ(one.transport.share(both, 0, one), 0);
  ASSERT_EQ(two.transport.share(both, 1, two), 0);
  std::vector<std::unique_ptr<client>> peers;
  for (int i = 0; i < 4; ++i) peers.push_back(std::make_unique<client>(loopback(listening.port)));
  EXPECT_TRUE(one.run_until([&] {
    two.step();
    return one.handlers.size() == 2 && two.handlers.size() == 2;
  }));
  EXPECT_EQ(one.transport.counts().handed_over.value(), 2U);
  EXPECT_EQ(two.handlers.front()->remote.address, loopback().address);
  EXPECT_NE(two.handlers.front()->remote.port, 0U);
}

TEST(listening, a_connection_on_its_way_to_a_worker_that_has_ended_is_closed) {
  world one;
  client peer = [&] {
    spread both(2);
    const listen_result listening = one.transport.listen(loopback(), one);
    EXPECT_EQ(listening.error, 0);
    EXPECT_EQ(one.transport.share(both, 0, one), 0);
    const client own(loopback(listening.port));
    EXPECT_TRUE(one.run_until([&] { return one.handlers.size() == 1; }));
    client other(loopback(listening.port));
    EXPECT_TRUE(one.run_until([&] { return one.transport.counts().handed_over.value() == 1; }));
    one.transport.stop_listening();
    return other;
  }();
  EXPECT_TRUE(one.run_until([&] { return peer.read(), peer.saw_end || peer.error != 0; }));
}

TEST(listening, unwanted_connection_gets_a_reset) {
  world w;
  w.greeter = [](recorder&) { return false; };
  client peer(w.address);
  EXPECT_TRUE(w.run_until([&] { return peer.read(), peer.error != 0; }));
  EXPECT_EQ(peer.error, ECONNRESET);
  EXPECT_EQ(w.transport.connections(), 0U);
  EXPECT_EQ(w.transport.counts().refused_by_acceptor.value(), 1U);
}

TEST(listening, connection_beyond_the_limit_gets_a_reset) {
  world w(1024 * 1024, {.connections_max = 2});
  client first = w.connect();
  client second = w.connect();
  client third(w.address);
  EXPECT_TRUE(w.run_until([&] { return third.read(), third.error != 0; }));
  EXPECT_EQ(third.error, ECONNRESET);
  EXPECT_EQ(w.transport.counts().refused_full.value(), 1U);
  EXPECT_EQ(w.transport.connections(), 2U);
  first.close();
  w.handlers[0]->wire().close(w.now());
  EXPECT_TRUE(w.run_until([&] { return w.transport.connections() == 1; }));
  const client fourth = w.connect();
  EXPECT_EQ(w.transport.connections(), 2U);
}

TEST(listening, wait_ends_when_another_thread_rings) {
  world w;
  std::atomic<bool> rung = false;
  std::thread other([&] {
    rung = true;
    w.transport.wake();
  });
  const auto before = steady_clock::now();
  w.transport.wait(std::chrono::seconds(30));
  EXPECT_TRUE(rung);
  EXPECT_LT(steady_clock::now() - before, std::chrono::seconds(20));
  other.join();
}

TEST(listening, ring_that_a_poll_has_seen_still_ends_the_next_wait) {
  world w;
  w.transport.wake();
  w.transport.poll(w.now());
  const auto before = steady_clock::now();
  w.transport.wait(std::chrono::seconds(30));
  EXPECT_LT(steady_clock::now() - before, std::chrono::seconds(20));
}

TEST(listening, wait_ends_when_a_client_comes) {
  world w;
  const client peer(w.address);
  const auto before = steady_clock::now();
  w.transport.wait(std::chrono::seconds(30));
  EXPECT_LT(steady_clock::now() - before, std::chrono::seconds(20));
  EXPECT_TRUE(w.transport.has_work());
  w.step();
  EXPECT_EQ(w.handlers.size(), 1U);
}

TEST(listening, idle_transport_has_no_work) {
  world w;
  const client peer = w.connect();
  w.step();
  w.step();
  EXPECT_FALSE(w.transport.has_work());
  const auto before = steady_clock::now();
  w.transport.wait(std::chrono::milliseconds(3));
  EXPECT_GE(steady_clock::now() - before, std::chrono::milliseconds(3));
}

}  // namespace
}  // namespace wirebird::sockets
