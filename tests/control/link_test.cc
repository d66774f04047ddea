#include "control/plane/link.hh"

#include <array>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wirebird::control {
namespace {

namespace plane = protocol::plane;
using namespace std::string_literals;

/// Control's end of a link, and wirebird's as a plain socket.
class link_test : public testing::Test {
 protected:
  link_test()
      : link_(loop_, open(),
              {.on_hello = [](int, int, std::string_view) {},
               .on_answer =
                   [this](std::uint32_t id, bool is_taken, std::string_view text) {
                     answers_.push_back(std::to_string(id) + (is_taken ? " taken " : " refused ") +
                                        std::string(text));
                   },
               .on_unsupported = [this](std::uint32_t id) { unsupported_.push_back(id); },
               .on_event = [this](plane_event event) { events_.add(std::move(event)); },
               .on_end = [this](const std::string& why) { end_ = why; }}) {
    link_.start();
  }
  ~link_test() override { close(wirebird_); }

  int open() {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends.data()), 0);
    wirebird_ = ends[1];
    return ends[0];
  }
  void say(std::string_view packet) {
    ASSERT_EQ(send(wirebird_, packet.data(), packet.size(), 0),
              static_cast<ssize_t>(packet.size()));
    loop_.restart();
    loop_.poll();
  }
  void say(const plane::message_builder& message) { say(message.bytes()); }

  boost::asio::io_context loop_{1};
  int wirebird_ = -1;
  std::vector<std::string> answers_;
  std::vector<std::uint32_t> unsupported_;
  event_list events_;
  std::string end_;
  link link_;
};

TEST_F(link_test, version_1_is_understood_byte_by_byte) {
  say("\x08\0\0\0\5\0\0\0"s);
  say("\x0a\0\0\0\6\0\0\0\3\0\0\0\3\0\0\0why"s);
  say("\6\0\0\0\7\0\0\0\2\0\0\0\x08\0\0\0\x12\0\0\0\0\0\0\0"s);
  EXPECT_EQ(answers_, (std::vector{"5 taken "s, "6 refused why"s}));
  EXPECT_EQ(unsupported_, std::vector{7U});
  say("\x0e\0\0\0\0\0\0\0"
      "\2\0\0\0\x08\0\0\0\5\0\0\0\0\0\0\0"
      "\x08\0\0\0\x08\0\0\0\7\0\0\0\0\0\0\0"
      "\5\0\0\0\x09\0\0\000127.0.0.1"
      "\6\0\0\0\x08\0\0\0\xa0\x0f\0\0\0\0\0\0"
      "\3\0\0\0\6\0\0\0Kicked"s);
  say("\x0c\0\0\0\0\0\0\0\2\0\0\0\x08\0\0\0\x09\0\0\0\0\0\0\0"s);
  ASSERT_EQ(events_.total(), 2);
  const auto told = events_.kept();
  EXPECT_EQ(told[0].what, plane::message_type::closed);
  EXPECT_EQ(told[0].client, 5);
  EXPECT_EQ(told[0].time_ns, 7);
  EXPECT_EQ(told[0].address, "127.0.0.1");
  EXPECT_EQ(told[0].port, 4000);
  EXPECT_EQ(told[0].text, "Kicked");
  EXPECT_EQ(told[1].what, plane::message_type::resync);
  EXPECT_EQ(told[1].client, 0);
  EXPECT_EQ(events_.lost(), 9);
}

TEST_F(link_test, an_answer_in_packets_is_one_answer_and_never_endless) {
  plane::message_builder first(plane::message_type::refused, 1, plane::flag_more);
  first.add(plane::field_tag::blob, std::string_view("never ended "));
  say(first);
  for (int i = 0; i < 50; ++i) {
    plane::message_builder part(plane::message_type::refused, 2, i < 49 ? plane::flag_more : 0);
    part.add(plane::field_tag::blob, std::string(20'000, 'x'));
    say(part);
  }
  ASSERT_EQ(answers_.size(), 1);
  EXPECT_EQ(answers_[0], "2 refused " + std::string(plane::answer_bytes_max, 'x'));
}

TEST_F(link_test, only_the_latest_events_are_kept) {
  for (std::uint64_t i = 1; i <= event_list::kept_max + 7; ++i) {
    plane::message_builder event(plane::message_type::opened);
    event.add(plane::field_tag::number, i);
    say(event);
  }
  const auto kept = events_.kept();
  ASSERT_EQ(kept.size(), event_list::kept_max);
  EXPECT_EQ(kept.front().client, 8);
  EXPECT_EQ(kept.back().number, event_list::kept_max + 7);
}

TEST_F(link_test, what_a_newer_wirebird_says_is_answered) {
  say(plane::message_builder(static_cast<plane::message_type>(999), 4));
  std::array<char, 64> packet;
  const ssize_t size = recv(wirebird_, packet.data(), packet.size(), 0);
  ASSERT_GT(size, 0);
  const auto answer =
      plane::message_view::parse(std::span(packet).first(static_cast<std::size_t>(size)));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->is(plane::message_type::unsupported));
  EXPECT_EQ(answer->number(plane::field_tag::number), 999);
  EXPECT_EQ(answer->id(), 4U);
}

}  // namespace
}  // namespace wirebird::control
