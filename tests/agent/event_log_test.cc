#include "dataplane/agent/event_log.hh"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::agent {
namespace {

/// What the log wrote to stderr while it lived.
class captured_log {
 public:
  captured_log() { testing::internal::CaptureStderr(); }
  [[nodiscard]] std::string text() const { return testing::internal::GetCapturedStderr(); }
};

config::logging with_debug(bool debug) {
  config::logging settings;
  settings.debug = debug;
  return settings;
}

broker::client_identity client(std::uint64_t id) {
  return {id, {ip_address::from_v4(0x7f000001), 4000}, "app", "go", "1.2"};
}

TEST(event_log, writes_clients_as_operators_know_them) {
  const captured_log captured;
  {
    log sink(with_debug(true));
    event_feed feed;
    event_log events(sink, feed);
    events.on_client_created({5, {ip_address::from_v4(0x7f000001), 4000}, {}, {}, {}});
    events.on_client_closed(client(5), broker::close_reason::client_closed);
    events.on_slow_consumer(client(6), {1000, {}, 3, 1001});
    events.on_slow_consumer(client(7), {0, std::chrono::seconds(10), 3, 1001});
    events.write_all(instant());
  }
  const std::string text = captured.text();
  EXPECT_NE(text.find("[DBG] 127.0.0.1:4000 - cid:5 - Client connection created\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("[DBG] 127.0.0.1:4000 - cid:5 - \"v1.2:go:app\" - "
                      "Client connection closed: Client Closed\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("cid:6 - \"v1.2:go:app\" - "
                      "Slow Consumer Detected: MaxPending of 1000 Exceeded\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("cid:7 - \"v1.2:go:app\" - Slow Consumer Detected: WriteDeadline of 10s "
                      "exceeded with 3 chunks of 1001 total bytes.\n"),
            std::string::npos)
      << text;
}

TEST(event_log, without_debug_comings_and_goings_are_not_recorded) {
  const captured_log captured;
  {
    log sink(with_debug(false));
    event_feed feed;
    event_log events(sink, feed);
    events.on_client_created(client(5));
    events.on_client_closed(client(5), broker::close_reason::client_closed);
    events.write_all(instant());
  }
  EXPECT_EQ(captured.text(), "");
}

TEST(event_log, a_control_that_watches_hears_of_clients_without_debug) {
  const captured_log captured;
  event_feed feed;
  {
    log sink(with_debug(false));
    event_log events(sink, feed);
    feed.watch();
    events.on_client_created(client(5));
    events.on_slow_consumer(client(5), {1000, {}, 3, 1001});
    events.on_client_closed(client(5), broker::close_reason::slow_consumer_pending_bytes);
    events.write_all(instant());
  }
  std::vector<protocol::plane::message_type> told;
  std::string why;
  feed.flush(
      [&](std::string_view packet) {
        const auto message = protocol::plane::message_view::parse(packet);
        told.push_back(static_cast<protocol::plane::message_type>(message->type()));
        why.append(message->bytes(protocol::plane::field_tag::blob).value_or("")).append("\n");
        return true;
      },
      instant());
  using enum protocol::plane::message_type;
  EXPECT_EQ(told, (std::vector{opened, slow_consumer, closed}));
  EXPECT_EQ(why, "\nMaxPending of 1000 Exceeded\nSlow Consumer (Pending Bytes)\n");
  EXPECT_EQ(captured.text().find("created"), std::string::npos);
}

TEST(event_log, traces_are_lines_of_their_own_level) {
  const captured_log captured;
  {
    config::logging settings;
    settings.trace = true;
    log sink(settings);
    event_feed feed;
    event_log events(sink, feed);
    events.on_trace(client(5), "<<- [PUB " + std::string(20'000, 's') + " 5]");
    events.write_all(instant());
  }
  EXPECT_NE(captured.text().find("[TRC] 127.0.0.1:4000 - cid:5 - \"v1.2:go:app\" - <<- [PUB " +
                                 std::string(20'000, 's') + " 5]\n"),
            std::string::npos);
}

TEST(event_log, what_a_full_ring_dropped_is_told) {
  const captured_log captured;
  {
    log sink(with_debug(false));
    event_feed feed;
    event_log events(sink, feed);
    for (std::size_t i = 0; i < 100; ++i)
      events.on_client_error(client(5), std::string(worker::events_bytes_max / 64, 'x'));
    events.write_all(instant());
    events.on_client_error(client(5), "room again");
    events.write_all(instant());
  }
  const std::string text = captured.text();
  EXPECT_NE(text.find(" events were not logged: too many"), std::string::npos);
  EXPECT_NE(text.find("- room again\n"), std::string::npos);
}

TEST(event_log, a_worker_writes_while_the_main_thread_reads) {
  const captured_log captured;
  constexpr int events_sent = 20'000;
  {
    log sink(with_debug(false));
    event_feed feed;
    event_log events(sink, feed);
    std::atomic<bool> done = false;
    std::thread worker([&] {
      for (int i = 0; i < events_sent; ++i) events.on_client_error(client(5), "broken");
      done = true;
    });
    while (!done) events.write_all(instant());
    worker.join();
    events.write_all(instant());
  }
  const std::string text = captured.text();
  EXPECT_NE(text.find("[ERR] 127.0.0.1:4000 - cid:5 - \"v1.2:go:app\" - broken\n"),
            std::string::npos);
}

}  // namespace
}  // namespace wirebird::agent
