#include "tests/protocol/transcript.hh"

#include <memory>

#include <gtest/gtest.h>

namespace wirebird::protocol {
namespace {

std::string text_of(const publish_op& op) {
  std::string out = op.has_headers ? "HPUB" : "PUB";
  (out += " ") += op.subject;
  if (!op.reply.empty()) (out += " reply ") += op.reply;
  if (op.has_headers) {
    (out += " headers ") += op.header_size_text;
    out += "=" + std::to_string(op.header_size);
  } else {
    EXPECT_EQ(op.header_size_text, "");
    EXPECT_EQ(op.header_size, 0U);
  }
  (out += " size ") += op.total_size_text;
  return out + "=" + std::to_string(op.total_size);
}

std::string text_of(const message_op& op) {
  publish_op rest;
  rest.subject = op.subject;
  rest.reply = op.reply;
  rest.header_size_text = op.header_size_text;
  rest.total_size_text = op.total_size_text;
  rest.header_size = op.header_size;
  rest.total_size = op.total_size;
  rest.has_headers = op.has_headers;
  std::string out = op.has_headers ? "HMSG sid " : "MSG sid ";
  out += op.sid;
  return out + " as " + text_of(rest);
}

std::string text_of(const subscribe_op& op) {
  std::string out = "SUB ";
  out += op.subject;
  if (!op.queue.empty()) (out += " queue ") += op.queue;
  return (out += " sid ") += op.sid;
}

class recorder {
 public:
  recorder(role reads, const limits& limits) : limits_(limits), parser_(reads, limits) {}

  /// returns: false after an error.
  bool feed(std::string_view bytes) {
    // A view of nothing behind the bytes would be invisible; one byte too far is seen by ASan.
    const auto memory = std::make_unique<char[]>(bytes.size());
    bytes.copy(memory.get(), bytes.size());
    std::string_view input(memory.get(), bytes.size());
    while (true) {
      const event what = parser_.next(input);
      if (!parser_.line_buffer_in_use()) line_buffer_.reset();
      if (what == event::need_more) {
        EXPECT_TRUE(input.empty());
        return true;
      }
      if (what == event::need_line_buffer)
        lend();
      else
        note(what);
      if (what == event::error) {
        EXPECT_EQ(parser_.next(input), event::error) << "an error is final";
        return false;
      }
    }
  }

  [[nodiscard]] std::string transcript() const {
    return part_.empty() ? text_ : text_ + "part " + part_ + "\n";
  }

 private:
  void lend() {
    EXPECT_FALSE(line_buffer_) << "a second buffer was asked for";
    line_buffer_ = std::make_unique<char[]>(limits_.max_control_line);
    parser_.lend_line_buffer({line_buffer_.get(), limits_.max_control_line});
  }

  void note(event what) {
    if (what == event::payload) return on_payload();
    if (what == event::error && !part_.empty()) text_ += "part " + part_ + "\n";
    if (what == event::error) part_.clear();
    EXPECT_TRUE(part_.empty()) << "an operation inside a payload";
    text_ += text_of(what) + "\n";
  }

  void on_payload() {
    part_ += parser_.payload();
    if (!parser_.payload_complete()) {
      EXPECT_FALSE(parser_.payload().empty()) << "a piece of nothing";
      return;
    }
    EXPECT_TRUE(parser_.at_boundary());
    text_ += "payload " + std::to_string(part_.size()) + " " + part_ + "\n";
    part_.clear();
  }

  [[nodiscard]] std::string text_of(event what) const {
    using protocol::text_of;
    switch (what) {
      case event::connect: return "CONNECT " + std::string(parser_.json().json);
      case event::info: return "INFO " + std::string(parser_.json().json);
      case event::publish: return text_of(parser_.publish());
      case event::message: return text_of(parser_.message());
      case event::subscribe: return text_of(parser_.subscribe());
      case event::unsubscribe:
        return "UNSUB " + std::string(parser_.unsubscribe().sid) + " max " +
               std::to_string(parser_.unsubscribe().max);
      case event::ping: return "PING";
      case event::pong: return "PONG";
      case event::ok: return "+OK";
      case event::err: return "-ERR " + std::string(parser_.err().text);
      case event::error: return "error " + std::to_string(static_cast<int>(parser_.error()));
      case event::need_more:
      case event::need_line_buffer:
      case event::payload: break;
    }
    return "unexpected event";
  }

  const limits& limits_;
  parser parser_;
  std::unique_ptr<char[]> line_buffer_;
  std::string part_;  ///< of the payload in work
  std::string text_;
};

}  // namespace

std::string transcribe(role reads, const limits& limits,
                       const std::vector<std::string_view>& pieces) {
  recorder out(reads, limits);
  for (const std::string_view piece : pieces)
    if (!out.feed(piece)) break;
  return out.transcript();
}

std::vector<std::string_view> in_pieces_of(std::size_t size, std::string_view text) {
  std::vector<std::string_view> pieces;
  for (; !text.empty(); text.remove_prefix(pieces.back().size()))
    pieces.push_back(text.substr(0, size));
  return pieces;
}

std::vector<step> steps(role reads, const limits& limits, std::string_view text) {
  parser under_test(reads, limits);
  std::string_view input = text;
  std::vector<step> out;
  while (true) {
    const event what = under_test.next(input);
    if (what == event::need_more || what == event::need_line_buffer) return out;
    out.push_back({what, text.size() - input.size()});
    if (what == event::error) return out;
  }
}

}  // namespace wirebird::protocol
