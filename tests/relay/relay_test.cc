#include "dataplane/relay/relay.hh"

#include "dataplane/base/arena.hh"
#include "dataplane/relay/limits.hh"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::relay {
namespace {

/// A connection whose peer is the test.
class wire final : public stream::connection {
 public:
  explicit wire(arena& memory) : connection(memory), memory_(memory) {}

  void flush(instant) override { ++flushes; }
  void pause_reading() noexcept override {}
  void resume_reading() noexcept override { resumed = true; }
  void close(instant) override { closed = true; }
  void abort(instant) override { aborted = true; }
  [[nodiscard]] endpoint remote() const noexcept override {
    return {ip_address::from_v4(0x0a000001), 4000};
  }
  [[nodiscard]] endpoint local() const noexcept override {
    return {ip_address::from_v4(0x0a000002), 8222};
  }

  /// The peer says `text`. returns: bytes that were left unread.
  std::size_t say(std::string_view text, instant now) {
    hold(text);
    user().on_bytes(unread_, now);
    return unread_.size();
  }
  /// Bytes of the peer that are not offered yet.
  void hold(std::string_view text) {
    for (; !text.empty(); text.remove_prefix(std::min<std::size_t>(text.size(), 60'000))) {
      const std::string_view piece = text.substr(0, 60'000);
      buffer* const block = memory_.take(static_cast<std::uint32_t>(piece.size()));
      piece.copy(reinterpret_cast<char*>(block->bytes), piece.size());
      unread_.push_back(slice(*block, block->bytes, static_cast<std::uint32_t>(piece.size())));
    }
  }
  void offer_again(instant now) { user().on_bytes(unread_, now); }
  /// What waits for the peer; taken.
  std::string heard(instant now) {
    std::string text(output().size(), '\0');
    output().read(output().begin_position(),
                  {reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    output().clear();
    user().on_progress(now);
    return text;
  }
  void end_of_stream(instant now) { user().on_end_of_stream(now); }
  void end(instant now) { user().on_ended(stream::end_reason::peer_closed, now); }

  std::size_t flushes = 0;
  bool closed = false;
  bool aborted = false;
  bool resumed = false;

 private:
  arena& memory_;
  slice_queue unread_;
};

/// A relay, and control as far as it is up.
class relay_test : public testing::Test, public control_door {
 protected:
  stream::connection* open(stream::handler& user, instant) override {
    if (!up_) return nullptr;
    controls_.push_back(std::make_unique<wire>(memory_));
    controls_.back()->set_handler(user);
    return controls_.back().get();
  }
  wire& accept() {
    clients_.push_back(std::make_unique<wire>(memory_));
    wire& fresh = *clients_.back();
    fresh.set_handler(*relay_.on_accepted(fresh, now_));
    return fresh;
  }
  void pass(duration time) {
    now_ += time;
    timers_.advance(now_);
    relay_.flush(now_);
  }
  void end_all() {
    for (auto* side : {&clients_, &controls_})
      for (const auto& each : *side) each->end(now_);
    relay_.flush(now_);
    EXPECT_EQ(relay_.connections(), 0);
    EXPECT_EQ(timers_.armed(), 0);
  }

  arena memory_{64 << 20};
  instant now_{};
  timer_wheel timers_{now_};
  bool up_ = true;
  std::vector<std::unique_ptr<wire>> clients_;
  std::vector<std::unique_ptr<wire>> controls_;
  relay relay_{*this, timers_};
};

constexpr std::string_view proxy_line = "PROXY TCP4 10.0.0.1 10.0.0.2 4000 8222\r\n";

TEST_F(relay_test, carries_bytes_both_ways_and_says_who_asks) {
  wire& client = accept();
  EXPECT_EQ(client.say("GET / HTTP/1.1\r\n\r\n", now_), 0);
  EXPECT_EQ(controls_[0]->heard(now_), std::string(proxy_line) + "GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(controls_[0]->say("HTTP/1.1 200 OK\r\n\r\n", now_), 0);
  EXPECT_EQ(client.heard(now_), "HTTP/1.1 200 OK\r\n\r\n");
  end_all();
}

TEST_F(relay_test, many_connections_are_flushed_in_turns) {
  constexpr std::size_t count = 3 * flushes_per_iteration + 1;
  for (std::size_t i = 0; i < count; ++i) accept().say("GET", now_);
  const auto flushed = [this] {
    return static_cast<std::size_t>(
        std::ranges::count_if(controls_, [](const auto& each) { return each->flushes == 1; }));
  };
  for (std::size_t turn = 1; turn <= 3; ++turn) {
    relay_.flush(now_);
    EXPECT_EQ(flushed(), turn * flushes_per_iteration);
    EXPECT_TRUE(relay_.has_work());
    clients_[0]->say("more", now_);  // comes behind those that wait
  }
  relay_.flush(now_);
  EXPECT_EQ(flushed(), count - 1);
  EXPECT_EQ(controls_[0]->flushes, 2);
  EXPECT_FALSE(relay_.has_work());
  end_all();
}

TEST_F(relay_test, long_answers_are_flushed_in_turns) {
  constexpr std::size_t count = 6;
  for (std::size_t i = 0; i < count; ++i) {
    accept();
    controls_[i]->say(std::string(flush_bytes_per_iteration / 2, 'x'), now_);
  }
  for (std::size_t turn = 1; turn <= count / 2; ++turn) {
    EXPECT_TRUE(relay_.has_work());
    relay_.flush(now_);
    EXPECT_EQ(std::ranges::count_if(clients_, [](const auto& each) { return each->flushes > 0; }),
              2 * turn);
  }
  EXPECT_FALSE(relay_.has_work());
  end_all();
}

TEST_F(relay_test, control_that_is_down_is_a_503) {
  up_ = false;
  wire& client = accept();
  EXPECT_TRUE(client.closed);
  EXPECT_TRUE(client.heard(now_).starts_with("HTTP/1.1 503 "));
  EXPECT_EQ(relay_.counts().unavailable.value(), 1);
  EXPECT_EQ(client.say("GET / HTTP/1.1\r\n\r\n", now_), 0) << "input is thrown away";
  end_all();
}

TEST_F(relay_test, control_that_goes_before_it_answers_is_a_503) {
  wire& client = accept();
  client.say("GET / HTTP/1.1\r\n\r\n", now_);
  controls_[0]->end(now_);
  EXPECT_TRUE(client.heard(now_).starts_with("HTTP/1.1 503 "));
  EXPECT_TRUE(client.closed);
  controls_.clear();
  end_all();
}

TEST_F(relay_test, control_that_goes_within_an_answer_is_an_end) {
  wire& client = accept();
  controls_[0]->say("HTTP/1.1 200 OK\r\n", now_);
  controls_[0]->end(now_);
  EXPECT_EQ(client.heard(now_), "HTTP/1.1 200 OK\r\n");
  EXPECT_TRUE(client.closed);
  controls_.clear();
  end_all();
}

TEST_F(relay_test, a_side_that_does_not_read_stops_the_other) {
  wire& client = accept();
  const std::string page(1 << 20, 'x');
  std::size_t left = controls_[0]->say(page, now_);
  EXPECT_EQ(left, page.size() - waiting_bytes_max);
  std::size_t heard = 0;
  while (left > 0) {
    heard += client.heard(now_).size();
    ASSERT_TRUE(controls_[0]->resumed);
    controls_[0]->resumed = false;
    controls_[0]->offer_again(now_);
    left = left > waiting_bytes_max ? left - waiting_bytes_max : 0;
  }
  heard += client.heard(now_).size();
  EXPECT_EQ(heard, page.size());
  end_all();
}

TEST_F(relay_test, a_client_that_has_ended_gets_its_answer_and_then_goes) {
  wire& client = accept();
  client.say("GET / HTTP/1.0\r\n\r\n", now_);
  client.end_of_stream(now_);
  pass(std::chrono::milliseconds(900));
  controls_[0]->say("HTTP/1.0 200 OK\r\n", now_);
  pass(std::chrono::milliseconds(2900));
  EXPECT_FALSE(client.closed) << "the answer is still coming, however long control stood still";
  pass(std::chrono::milliseconds(200));
  EXPECT_TRUE(client.closed);
  EXPECT_EQ(client.heard(now_), "HTTP/1.0 200 OK\r\n");
  end_all();
}

TEST_F(relay_test, a_client_that_has_ended_waits_for_a_slow_control) {
  wire& client = accept();
  client.say("GET / HTTP/1.0\r\n\r\n", now_);
  client.end_of_stream(now_);
  pass(std::chrono::seconds(29));
  EXPECT_FALSE(client.closed) << "control owes it an answer";
  controls_[0]->say("HTTP/1.0 200 OK\r\n", now_);
  pass(quiet_after_end + std::chrono::milliseconds(100));
  EXPECT_TRUE(client.closed) << "it has one";
  end_all();
}

TEST_F(relay_test, a_client_that_has_ended_does_not_wait_for_ever) {
  wire& client = accept();
  client.say("GET / HTTP/1.0\r\n\r\n", now_);
  client.end_of_stream(now_);
  pass(patience_after_end + std::chrono::milliseconds(10));
  EXPECT_TRUE(client.closed);
  EXPECT_TRUE(controls_[0]->closed);
  end_all();
}

TEST_F(relay_test, one_too_many_pushes_out_the_quietest) {
  for (std::size_t i = 0; i < connections_max; ++i) static_cast<void>(accept());
  clients_[0]->say("G", now_);
  static_cast<void>(accept());
  EXPECT_FALSE(clients_[0]->aborted);
  EXPECT_TRUE(clients_[1]->aborted);
  EXPECT_TRUE(controls_[1]->aborted);
  EXPECT_EQ(relay_.counts().pushed_out.value(), 1);
  end_all();
}

TEST_F(relay_test, without_memory_bytes_wait_until_there_is_some) {
  wire& client = accept();
  controls_[0]->heard(now_);
  controls_[0]->hold("page");
  std::vector<buffer*> hoard;
  for (std::uint32_t size = arena::block_bytes_max; size >= arena::block_bytes_min; size /= 2)
    while (buffer* const block = memory_.take(size)) hoard.push_back(block);
  controls_[0]->offer_again(now_);
  EXPECT_EQ(relay_.counts().without_memory.value(), 1);
  EXPECT_EQ(client.heard(now_), "");
  for (buffer* const block : hoard) slice(*block, block->bytes, 1);
  pass(retry_time + timer_wheel::tick);
  ASSERT_TRUE(controls_[0]->resumed);
  controls_[0]->offer_again(now_);
  EXPECT_EQ(client.heard(now_), "page");
  end_all();
}

}  // namespace
}  // namespace wirebird::relay
