#include "dataplane/stream/filter.hh"

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::stream {
namespace {

/// A transport's connection that writes down what is asked of it.
class fake_wire final : public connection {
 public:
  explicit fake_wire(arena& memory) : connection(memory) {}
  void flush(instant) override { calls.emplace_back("flush"); }
  void pause_reading() noexcept override { calls.emplace_back("pause"); }
  void resume_reading() noexcept override { calls.emplace_back("resume"); }
  void close(instant) override { calls.emplace_back("close"); }
  void abort(instant) override { calls.emplace_back("abort"); }
  [[nodiscard]] endpoint remote() const noexcept override {
    return {ip_address::from_v4(0x0a000001), 1};
  }
  [[nodiscard]] endpoint local() const noexcept override {
    return {ip_address::from_v4(0x0a000002), 2};
  }
  handler& top() { return user(); }
  std::vector<std::string> calls;
};

class fake_session final : public handler {
 public:
  void on_bytes(slice_queue& unread, instant) override {
    received += as_text(unread.front().bytes());
    unread.consume(takes);
    heard.emplace_back("bytes");
  }
  void on_end_of_stream(instant) override { heard.emplace_back("end of stream"); }
  void on_progress(instant) override { heard.emplace_back("progress"); }
  void on_ended(end_reason why, instant) override {
    reason = why;
    heard.emplace_back("ended");
  }
  std::size_t takes = 0;
  std::string received;
  end_reason reason{};
  std::vector<std::string> heard;
};

class stream_filter : public testing::Test {
 protected:
  arena memory{1024 * 1024};
  fake_wire wire{memory};
  fake_session session;
  filter between{wire, session, memory};
};

TEST_F(stream_filter, what_the_wire_tells_reaches_the_session) {
  buffer* block = memory.take(5);
  std::memcpy(block->bytes, "hello", 5);
  slice_queue unread;
  unread.push_back(slice(*block, block->bytes, 5));
  session.takes = 3;
  wire.top().on_bytes(unread, {});
  EXPECT_EQ(session.received, "hello");
  EXPECT_EQ(unread.size(), 2U) << "what the session leaves stays with the transport";
  wire.top().on_progress({});
  wire.top().on_end_of_stream({});
  wire.top().on_ended(end_reason::peer_reset, {});
  EXPECT_EQ(session.heard,
            (std::vector<std::string>{"bytes", "progress", "end of stream", "ended"}));
  EXPECT_EQ(session.reason, end_reason::peer_reset);
}

TEST_F(stream_filter, what_the_session_asks_reaches_the_wire) {
  connection& seen = between;
  seen.pause_reading();
  seen.resume_reading();
  seen.flush({});
  seen.close({});
  seen.abort({});
  EXPECT_EQ(wire.calls, (std::vector<std::string>{"pause", "resume", "flush", "close", "abort"}));
  EXPECT_EQ(seen.remote(), wire.remote());
  EXPECT_EQ(seen.local(), wire.local());
}

TEST_F(stream_filter, output_is_the_wires_own_queue) {
  connection& seen = between;
  ASSERT_TRUE(seen.output().append_copy(as_bytes("INFO")));
  EXPECT_EQ(&seen.output(), &wire.output());
  EXPECT_EQ(wire.output().size(), 4U);
}

/// A filter that changes bytes, as TLS will: flips case both ways, with a queue of its own.
class case_filter final : public filter {
 public:
  case_filter(connection& wire, handler& above, arena& memory)
      : filter(wire, above, memory), memory_(memory) {}

  void on_bytes(slice_queue& unread, instant now) override {
    while (!unread.empty()) {
      const byte_view run = unread.front().bytes();
      buffer* block = memory_.take(static_cast<std::uint32_t>(run.size()));
      ASSERT_NE(block, nullptr);
      for (std::size_t i = 0; i < run.size(); ++i)
        block->bytes[i] = static_cast<std::uint8_t>(run[i] ^ 0x20);
      plain_.push_back(slice(*block, block->bytes, static_cast<std::uint32_t>(run.size())));
      unread.consume(run.size());
    }
    filter::on_bytes(plain_, now);
  }
  send_queue& output() noexcept override { return own_; }
  void flush(instant now) override {
    std::string text(own_.size(), '\0');
    own_.read(own_.begin_position(), {reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    for (char& c : text) c = static_cast<char>(c ^ 0x20);
    ASSERT_TRUE(below().output().append_copy(as_bytes(text)));
    own_.clear();
    below().flush(now);
  }

 private:
  arena& memory_;
  send_queue own_{memory_};
  slice_queue plain_;
};

TEST_F(stream_filter, filter_may_change_bytes_both_ways) {
  case_filter changing(wire, session, memory);
  connection& seen = changing;
  ASSERT_TRUE(seen.output().append_copy(as_bytes("pong")));
  seen.flush({});
  std::string sent(wire.output().size(), '\0');
  wire.output().read(0, {reinterpret_cast<std::uint8_t*>(sent.data()), sent.size()});
  EXPECT_EQ(sent, "PONG");

  buffer* block = memory.take(4);
  std::memcpy(block->bytes, "PING", 4);
  slice_queue unread;
  unread.push_back(slice(*block, block->bytes, 4));
  session.takes = 4;
  wire.top().on_bytes(unread, {});
  EXPECT_EQ(session.received, "ping");
  EXPECT_TRUE(unread.empty());
}

TEST(end_reason, every_reason_has_a_name_of_its_own) {
  std::vector<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(end_reason::out_of_memory); ++i) {
    const std::string_view name = to_string(static_cast<end_reason>(i));
    EXPECT_FALSE(name.empty());
    for (const std::string_view other : names) EXPECT_NE(name, other);
    names.push_back(name);
  }
}

}  // namespace
}  // namespace wirebird::stream
