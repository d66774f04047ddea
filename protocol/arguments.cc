#include "protocol/arguments.hh"

#include <array>
#include <cstddef>

namespace wirebird::protocol {
namespace {

/// The most any operation has: HMSG subject sid reply header_size total_size.
constexpr std::size_t arguments_max = 5;

using argument_list = std::array<std::string_view, arguments_max>;

/// returns: how many arguments there are; 0 (which no operation takes) also when there are more
/// than `arguments_max` or a CR stands among them.
std::size_t split(std::string_view line, argument_list& arguments) noexcept {
  const char* at = line.data();
  const char* const end = at + line.size();
  std::size_t count = 0;
  while (true) {
    while (at != end && is_blank(*at)) ++at;
    if (at == end) return count;
    const char* const begin = at;
    while (at != end && !is_blank(*at) && *at != '\r') ++at;
    if (count == arguments_max || (at != end && *at == '\r')) return 0;
    arguments[count++] = {begin, static_cast<std::size_t>(at - begin)};
  }
}

/// The one or two sizes at the end of PUB, HPUB, MSG and HMSG. `last` points at the final argument.
template <typename Op>
bool read_sizes(const std::string_view* last, bool has_headers, Op& op) noexcept {
  const auto total = read_size(*last);
  if (!total) return false;
  op.total_size_text = *last;
  op.total_size = *total;
  op.has_headers = has_headers;
  op.header_size_text = {};
  op.header_size = 0;
  if (!has_headers) return true;
  const auto header = read_size(last[-1]);
  if (!header || *header > *total) return false;
  op.header_size_text = last[-1];
  op.header_size = *header;
  return true;
}

}  // namespace

std::optional<std::uint32_t> read_size(std::string_view digits) noexcept {
  if (digits.empty() || digits.size() > 9) return std::nullopt;
  std::uint32_t value = 0;
  for (const char byte : digits) {
    if (byte < '0' || byte > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint32_t>(byte - '0');
  }
  return value;
}

bool read_arguments(std::string_view line, bool has_headers, publish_op& op) noexcept {
  argument_list arguments;
  const std::size_t count = split(line, arguments);
  const std::size_t least = has_headers ? 3 : 2;
  if (count != least && count != least + 1) return false;
  op.subject = arguments[0];
  op.reply = count > least ? arguments[1] : std::string_view{};
  return read_sizes(&arguments[count - 1], has_headers, op);
}

bool read_arguments(std::string_view line, bool has_headers, message_op& op) noexcept {
  argument_list arguments;
  const std::size_t count = split(line, arguments);
  const std::size_t least = has_headers ? 4 : 3;
  if (count != least && count != least + 1) return false;
  op.subject = arguments[0];
  op.sid = arguments[1];
  op.reply = count > least ? arguments[2] : std::string_view{};
  return read_sizes(&arguments[count - 1], has_headers, op);
}

bool read_arguments(std::string_view line, subscribe_op& op) noexcept {
  argument_list arguments;
  const std::size_t count = split(line, arguments);
  if (count != 2 && count != 3) return false;
  op.subject = arguments[0];
  op.queue = count == 3 ? arguments[1] : std::string_view{};
  op.sid = arguments[count - 1];
  return true;
}

bool read_arguments(std::string_view line, unsubscribe_op& op) noexcept {
  argument_list arguments;
  const std::size_t count = split(line, arguments);
  if (count != 1 && count != 2) return false;
  op.sid = arguments[0];
  op.max = count == 2 ? read_size(arguments[1]).value_or(0) : 0;
  return true;
}

void read_arguments(std::string_view line, err_op& op) noexcept {
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  if (line.size() >= 2 && line.front() == '\'' && line.back() == '\'')
    line = line.substr(1, line.size() - 2);
  op.text = line;
}

}  // namespace wirebird::protocol
