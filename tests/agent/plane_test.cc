#include "dataplane/agent/event_feed.hh"
#include "dataplane/agent/plane_link.hh"
#include "dataplane/agent/plane_memory.hh"
#include "protocol/plane_memory.hh"

#include <array>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wirebird::agent {
namespace {

namespace plane = protocol::plane;

class requests final : public plane_requests {
 public:
  void on_control_ready() override { ++ready; }
  void on_control_heartbeat() override { ++heartbeats; }
  void on_refresh(std::uint64_t number, std::uint64_t wanted) override {
    refreshes.push_back(number);
    lists += (wanted & plane::wanted_subscriptions) != 0 ? 1 : 0;
  }

  order_outcome on_capture(const capture_order& order) override {
    captures.push_back(order);
    return order.filter.port == 7 ? order_outcome{.error = "no"} : order_outcome{.text = "/there"};
  }
  void on_watch() override { ++watches; }
  order_outcome on_lame_duck() override {
    ++lame_ducks;
    return {};
  }
  order_outcome on_reload() override { return {.error = why_no_reload}; }
  bool on_close_connection(std::uint64_t client) override {
    closes.push_back(client);
    return true;
  }

  std::vector<std::uint64_t> closes;
  std::vector<capture_order> captures;
  int watches = 0;
  int lame_ducks = 0;
  std::string why_no_reload;
  int ready = 0;
  int heartbeats = 0;
  int lists = 0;
  std::vector<std::uint64_t> refreshes;
};

/// wirebird's end of a link, and control's as a plain socket.
class plane_link_test : public testing::Test {
 protected:
  plane_link_test() : link_(open(), requests_, "kept before") {}
  ~plane_link_test() override { close(control_); }

  int open() {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends.data()), 0);
    control_ = ends[1];
    return ends[0];
  }
  void say(std::string_view packet) {
    ASSERT_EQ(send(control_, packet.data(), packet.size(), 0), static_cast<ssize_t>(packet.size()));
  }
  void say(const plane::message_builder& message) { say(message.bytes()); }
  std::string hear() {
    std::array<char, plane::message_bytes_max> packet;
    const ssize_t size = recv(control_, packet.data(), packet.size(), 0);
    return size > 0 ? std::string(packet.data(), static_cast<std::size_t>(size)) : "";
  }

  int control_ = -1;
  requests requests_;
  plane_link link_;
};

TEST_F(plane_link_test, version_1_is_understood_byte_by_byte) {
  using namespace std::string_literals;
  say("\2\0\0\0\0\0\0\0"s);
  say("\3\0\0\0\0\0\0\0"s);
  say("\4\0\0\0\0\0\0\0\2\0\0\0\x08\0\0\0\x2a\0\0\0\0\0\0\0"s);
  say("\5\0\0\0\0\0\0\0\3\0\0\0\4\0\0\0blob"s);
  EXPECT_TRUE(link_.receive());
  EXPECT_EQ(requests_.ready, 1);
  EXPECT_EQ(requests_.heartbeats, 1);
  EXPECT_EQ(requests_.refreshes, std::vector<std::uint64_t>{42});
  EXPECT_EQ(link_.state(), "blob");
  EXPECT_EQ(link_.rejected(), 0);
}

TEST_F(plane_link_test, a_command_is_answered_with_its_id) {
  plane::message_builder command(plane::message_type::close_connection, 9);
  command.add(plane::field_tag::number, 5);
  say(command);
  say(plane::message_builder(plane::message_type::close_connection, 10));  // whom?
  EXPECT_TRUE(link_.receive());
  EXPECT_EQ(requests_.closes, std::vector<std::uint64_t>{5});
  EXPECT_EQ(link_.rejected(), 1);
  const std::string packet = hear();
  const auto answer = plane::message_view::parse(packet);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->is(plane::message_type::taken));
  EXPECT_EQ(answer->id(), 9U);
}

TEST_F(plane_link_test, a_capture_is_asked_for_within_limits) {
  const auto ask = [this](std::string_view address, std::uint64_t port) {
    plane::message_builder order(plane::message_type::capture, 3);
    if (!address.empty()) order.add(plane::field_tag::address, address);
    order.add(plane::field_tag::port, port);
    order.add(plane::field_tag::seconds, UINT64_MAX);
    say(order);
    EXPECT_TRUE(link_.receive());
    const std::string packet = hear();
    const auto answer = plane::message_view::parse(packet);
    if (!answer) return std::string("silence");
    return (answer->is(plane::message_type::taken) ? "taken " : "refused ") +
           std::string(answer->bytes(plane::field_tag::blob).value_or(""));
  };
  EXPECT_EQ(ask("10.0.0.1", 4222), "taken /there");
  EXPECT_EQ(requests_.captures.back().time_max, capture_order::time_most);
  EXPECT_EQ(requests_.captures.back().filter.port, 4222);
  EXPECT_EQ(requests_.captures.back().filter.address, ip_address::from_v4(0x0a000001));
  EXPECT_EQ(ask("", 7), "refused no");
  EXPECT_EQ(ask("nonsense", 1), "silence");
  EXPECT_EQ(ask("", 65536), "silence");
  EXPECT_EQ(link_.rejected(), 2);
}

TEST_F(plane_link_test, version_1_s_later_orders_are_understood_byte_by_byte) {
  using namespace std::string_literals;
  say("\x0b\0\0\0\0\0\0\0"s);
  say("\x11\0\0\0\5\0\0\0"s);
  EXPECT_TRUE(link_.receive());
  EXPECT_EQ(requests_.watches, 1);
  EXPECT_EQ(requests_.lame_ducks, 1);
  EXPECT_EQ(hear(), "\x08\0\0\0\5\0\0\0"s) << "taken";
  requests_.why_no_reload = "why";
  say("\x12\0\0\0\6\0\0\0"s);
  EXPECT_TRUE(link_.receive());
  EXPECT_EQ(hear(), "\x0a\0\0\0\6\0\0\0\3\0\0\0\3\0\0\0why"s) << "refused";
  say("\x0d\0\0\0\0\0\0\0"s);  // an event, which is not control's to tell
  EXPECT_TRUE(link_.receive());
  EXPECT_EQ(link_.rejected(), 1);
}

TEST_F(plane_link_test, a_long_answer_comes_in_packets_and_waits_for_room) {
  for (const char letter : {'a', 'b', 'c'}) {
    requests_.why_no_reload = std::string(plane::answer_bytes_max + 1, letter);
    say(plane::message_builder(plane::message_type::reload, static_cast<std::uint32_t>(letter)));
    EXPECT_TRUE(link_.receive());
  }
  for (const char letter : {'a', 'b', 'c'}) {
    std::string whole;
    for (bool more = true; more;) {
      const std::string packet = hear();
      const auto answer = plane::message_view::parse(packet);
      ASSERT_TRUE(answer);
      EXPECT_EQ(answer->id(), static_cast<std::uint32_t>(letter));
      whole += answer->bytes(plane::field_tag::blob).value_or("");
      more = (answer->flags() & plane::flag_more) != 0;
      link_.flush();
    }
    EXPECT_EQ(whole, std::string(plane::answer_bytes_max, letter));
  }
  EXPECT_EQ(link_.unsent(), 0);
}

/// Reads what a feed gives, as a link whose other end reads that many packets.
std::vector<std::string> told_by(event_feed& feed, std::size_t packets) {
  std::vector<std::string> told;
  feed.flush(
      [&](std::string_view packet) {
        if (told.size() == packets) return false;
        told.emplace_back(packet);
        return true;
      },
      instant(std::chrono::nanoseconds(9)));
  return told;
}

constexpr endpoint somebody{ip_address::from_v4(0x7f000001), 4000};

TEST(event_feed, tells_nobody_who_does_not_watch) {
  event_feed feed;
  feed.on_opened(1, somebody, instant());
  feed.on_lost(3);
  EXPECT_FALSE(feed.has_waiting());
  feed.watch();
  EXPECT_FALSE(feed.has_waiting()) << "the first control has missed nothing that it knew of";
}

TEST(event_feed, tells_events_as_version_1_has_them) {
  using namespace std::string_literals;
  event_feed feed;
  feed.watch();
  feed.on_closed(5, somebody, "Kicked", instant(std::chrono::nanoseconds(7)));
  feed.on_configured("a\n", instant(std::chrono::nanoseconds(8)));
  const std::vector<std::string> wanted{
      "\x0e\0\0\0\0\0\0\0"
      "\2\0\0\0\x08\0\0\0\5\0\0\0\0\0\0\0"
      "\x08\0\0\0\x08\0\0\0\7\0\0\0\0\0\0\0"
      "\5\0\0\0\x09\0\0\000127.0.0.1"
      "\6\0\0\0\x08\0\0\0\xa0\x0f\0\0\0\0\0\0"
      "\3\0\0\0\6\0\0\0Kicked"s,
      "\x10\0\0\0\0\0\0\0"
      "\x08\0\0\0\x08\0\0\0\x08\0\0\0\0\0\0\0"
      "\3\0\0\0\2\0\0\0a\n"s};
  EXPECT_EQ(told_by(feed, 9), wanted);
}

TEST(event_feed, keeps_a_bounded_number_for_a_control_that_does_not_read) {
  event_feed feed;
  feed.watch();
  constexpr std::uint64_t happened = 100'000;
  for (std::uint64_t i = 1; i <= happened; ++i) feed.on_opened(i, somebody, instant());
  EXPECT_LE(feed.waiting_bytes(), event_feed::waiting_bytes_max);
  EXPECT_EQ(told_by(feed, 3).size(), 3);
  feed.on_opened(happened + 1, somebody, instant());  // no order with a hole that nobody is told of
  const auto rest = told_by(feed, SIZE_MAX);
  EXPECT_FALSE(feed.has_waiting());
  const auto marker = plane::message_view::parse(rest.back());
  ASSERT_TRUE(marker);
  EXPECT_TRUE(marker->is(plane::message_type::resync));
  EXPECT_EQ(marker->number(plane::field_tag::number), happened + 1 - 3 - (rest.size() - 1));
  feed.on_opened(1, somebody, instant());
  EXPECT_EQ(told_by(feed, SIZE_MAX).size(), 1) << "and from then on all is told again";
}

TEST(event_feed, the_next_control_hears_that_it_has_missed_something_and_what_waits) {
  event_feed feed;
  feed.watch();
  feed.on_opened(1, somebody, instant());
  for (int i = 0; i < 1000; ++i) feed.watch();  // as one that is hostile might
  const auto told = told_by(feed, SIZE_MAX);
  ASSERT_EQ(told.size(), 2);
  EXPECT_TRUE(plane::message_view::parse(told[0])->is(plane::message_type::resync));
  EXPECT_TRUE(plane::message_view::parse(told[1])->is(plane::message_type::opened));
}

TEST_F(plane_link_test, hello_carries_version_state_and_descriptors) {
  const std::array<int, 2> handed{link_.descriptor(), control_};
  ASSERT_TRUE(link_.send_hello(handed));
  const std::string packet = hear();
  const auto hello = plane::message_view::parse(packet);
  ASSERT_TRUE(hello);
  EXPECT_TRUE(hello->is(plane::message_type::hello));
  EXPECT_EQ(hello->number(plane::field_tag::version), 1);
  EXPECT_EQ(hello->bytes(plane::field_tag::blob), "kept before");
}

TEST_F(plane_link_test, an_unknown_type_is_answered_and_unknown_fields_are_skipped) {
  plane::message_builder later(static_cast<plane::message_type>(999), 7);
  later.add(plane::field_tag::blob, "what a newer control says");
  say(later);
  plane::message_builder refresh(plane::message_type::refresh);
  refresh.add(plane::field_tag::wanted, plane::wanted_subscriptions);
  refresh.add(static_cast<plane::field_tag>(77), "unknown");
  refresh.add(plane::field_tag::number, 5);
  say(refresh);
  EXPECT_TRUE(link_.receive());
  EXPECT_EQ(requests_.refreshes, std::vector<std::uint64_t>{5});
  EXPECT_EQ(requests_.lists, 1);
  const std::string packet = hear();
  const auto answer = plane::message_view::parse(packet);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->is(plane::message_type::unsupported));
  EXPECT_EQ(answer->id(), 7);
  EXPECT_EQ(answer->number(plane::field_tag::number), 999);
}

TEST_F(plane_link_test, what_is_malformed_is_counted_and_does_nothing) {
  say("x");
  say(std::string("\4\0\0\0\0\0\0\0\2\0\0\0\xff\0\0\0", 16));  // a field beyond the packet
  say(plane::message_builder(plane::message_type::refresh));   // no number
  say(plane::message_builder(plane::message_type::hello));     // not control's to say
  say(std::string(plane::message_bytes_max + 1, '\0'));        // too long
  plane::message_builder state(plane::message_type::keep_state);
  state.add(plane::field_tag::blob, std::string(plane::state_bytes_max + 1, 'x'));
  say(state);
  EXPECT_TRUE(link_.receive());
  EXPECT_EQ(link_.rejected(), 6);
  EXPECT_EQ(link_.state(), "kept before");
  EXPECT_TRUE(requests_.refreshes.empty());
}

TEST_F(plane_link_test, damaged_messages_never_harm) {
  std::mt19937_64 random(1);
  plane::message_builder whole(plane::message_type::refresh, 3);
  whole.add(plane::field_tag::number, 9);
  whole.add(plane::field_tag::blob, "bytes");
  for (int i = 0; i < 20'000; ++i) {
    std::string packet = whole.bytes();
    for (auto flips = random() % 4 + 1; flips > 0; --flips)
      packet[random() % packet.size()] ^= static_cast<char>(1U << random() % 8);
    packet.resize(random() % packet.size() + 1);
    say(packet);
    ASSERT_TRUE(link_.receive());
    while (!hear().empty()) {
    }
  }
  EXPECT_GT(link_.rejected(), 1'000);
}

TEST_F(plane_link_test, the_other_side_s_end_is_noticed) {
  close(control_);
  EXPECT_FALSE(link_.receive());
  control_ = dup(0);
}

TEST(plane_memory, nobody_else_can_write) {
  const plane_memory memory(
      {.workers = 2, .counter_names = "a.b\nc.d\n", .connections = 4, .closed = 2});
  ASSERT_EQ(memory.error(), 0);
  EXPECT_EQ(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, memory.descriptor(), 0),
            MAP_FAILED);
  EXPECT_EQ(write(memory.descriptor(), "x", 1), -1);
  EXPECT_NE(ftruncate(memory.descriptor(), 0), 0);
}

TEST(plane_memory, shares_of_workers_do_not_overlap) {
  const plane_memory memory(
      {.workers = 2, .counter_names = "a.b\nc.d\n", .connections = 4, .closed = 2});
  const worker::plane_share first = memory.share(0);
  const worker::plane_share second = memory.share(1);
  EXPECT_EQ(first.counter_count, 2);
  EXPECT_GE(second.record - first.record, std::ptrdiff_t{sizeof(plane::worker_record)});
  EXPECT_GE(second.counters - first.counters, 16);
  EXPECT_EQ(second.rows - first.rows, std::ptrdiff_t{4 * plane::row_stride});
  EXPECT_EQ(second.closed - first.closed, std::ptrdiff_t{2 * plane::row_stride});
}

}  // namespace
}  // namespace wirebird::agent
