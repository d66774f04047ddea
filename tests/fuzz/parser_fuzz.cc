#include "protocol/parser.hh"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

// Any bytes, in one piece and cut up, have to give the same events. Input: one byte that chooses
// the half of the grammar, two that choose the cuts, then the conversation.
namespace {

using namespace wirebird::protocol;

constexpr limits small_limits{.max_control_line = 24, .max_payload = 99};

/// Events as text, payload pieces joined.
class recorder {
 public:
  explicit recorder(role reads) : parser_(reads, small_limits) {}

  void feed(std::string_view bytes) {
    const auto memory = std::make_unique<char[]>(bytes.size());
    bytes.copy(memory.get(), bytes.size());
    std::string_view input(memory.get(), bytes.size());
    while (true) {
      const event what = parser_.next(input);
      if (!parser_.line_buffer_in_use()) line_buffer_.reset();
      if (what == event::need_more) {
        if (!input.empty()) std::abort();
        return;
      }
      if (what == event::need_line_buffer) {
        if (line_buffer_) std::abort();
        line_buffer_ = std::make_unique<char[]>(small_limits.max_control_line);
        parser_.lend_line_buffer({line_buffer_.get(), small_limits.max_control_line});
        continue;
      }
      if (what != event::error || !failed_) note(what);
      if (what == event::error) {
        failed_ = true;
        return;
      }
    }
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void note(event what) {
    if (what == event::payload) {
      text_ += parser_.payload();
      if (parser_.payload_complete()) text_ += '\n';
      return;
    }
    put(std::to_string(static_cast<int>(what)));
    if (what == event::connect || what == event::info) put(parser_.json().json);
    if (what == event::publish) put_message(parser_.publish());
    if (what == event::message) {
      put(parser_.message().sid);
      put_message(parser_.message());
    }
    if (what == event::subscribe) {
      put(parser_.subscribe().subject);
      put(parser_.subscribe().queue);
      put(parser_.subscribe().sid);
    }
    if (what == event::unsubscribe) {
      put(parser_.unsubscribe().sid);
      put(std::to_string(parser_.unsubscribe().max));
    }
    if (what == event::err) put(parser_.err().text);
    if (what == event::error) put(std::to_string(static_cast<int>(parser_.error())));
    text_ += '\n';
  }

  template <typename Op>
  void put_message(const Op& op) {
    if (op.header_size > op.total_size || op.total_size > small_limits.max_payload) std::abort();
    put(op.subject);
    put(op.reply);
    put(op.header_size_text);
    put(op.total_size_text);
  }

  void put(std::string_view text) { (text_ += text) += '|'; }

  parser parser_;
  std::unique_ptr<char[]> line_buffer_;
  std::string text_;
  bool failed_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const role reads = data[0] % 2 == 0 ? role::reads_client : role::reads_server;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 3, size - 3);

  recorder whole(reads);
  whole.feed(bytes);

  // The two bytes are the lengths of the pieces, in turn; two zeros mean one byte at a time.
  recorder cut(reads);
  std::string_view rest = bytes;
  for (std::size_t turn = 0; !rest.empty(); ++turn) {
    const std::size_t length = data[1] == 0 && data[2] == 0 ? 1 : data[1 + turn % 2];
    cut.feed(rest.substr(0, length));
    rest.remove_prefix(std::min(rest.size(), length));
  }
  if (whole.text() != cut.text()) std::abort();
  return 0;
}
