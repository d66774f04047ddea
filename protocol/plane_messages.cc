#include "protocol/plane_messages.hh"

#include <cstring>

namespace wirebird::protocol::plane {

namespace {

constexpr std::size_t message_head_bytes = 8;
constexpr std::size_t field_head_bytes = 8;

template <typename T>
void append(std::string& to, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  to.append(bytes, sizeof value);
}

template <typename T>
T load(std::string_view from, std::size_t at) noexcept {
  T value;
  std::memcpy(&value, from.data() + at, sizeof value);
  return value;
}

/// Takes the first field off. returns: whether it lies inside. requires: not empty.
bool next_field(std::string_view& rest, std::uint16_t& tag, std::string_view& bytes) noexcept {
  if (rest.size() < field_head_bytes) return false;
  const auto length = load<std::uint32_t>(rest, 4);
  tag = load<std::uint16_t>(rest, 0);
  rest.remove_prefix(field_head_bytes);
  if (length > rest.size()) return false;
  bytes = rest.substr(0, length);
  rest.remove_prefix(length);
  return true;
}

}  // namespace

message_builder::message_builder(message_type type, std::uint32_t id, std::uint16_t flags) {
  append(bytes_, static_cast<std::uint16_t>(type));
  append(bytes_, flags);
  append(bytes_, id);
}

void message_builder::add(field_tag tag, std::uint64_t value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  add(tag, std::string_view(bytes, sizeof value));
}

void message_builder::add(field_tag tag, std::string_view bytes) {
  append(bytes_, static_cast<std::uint16_t>(tag));
  append(bytes_, std::uint16_t{0});
  append(bytes_, static_cast<std::uint32_t>(bytes.size()));
  bytes_.append(bytes);
}

std::optional<message_view> message_view::parse(std::span<const char> packet) noexcept {
  if (packet.size() < message_head_bytes || packet.size() > message_bytes_max) return std::nullopt;
  const std::string_view text(packet.data(), packet.size());
  message_view made;
  made.type_ = load<std::uint16_t>(text, 0);
  made.flags_ = load<std::uint16_t>(text, 2);
  made.id_ = load<std::uint32_t>(text, 4);
  made.fields_ = text.substr(message_head_bytes);
  std::string_view rest = made.fields_;
  while (!rest.empty()) {
    std::uint16_t tag;
    std::string_view bytes;
    if (!next_field(rest, tag, bytes)) return std::nullopt;
  }
  return made;
}

std::optional<std::string_view> message_view::bytes(field_tag wanted) const noexcept {
  std::string_view rest = fields_;
  while (!rest.empty()) {
    std::uint16_t tag;
    std::string_view bytes;
    if (!next_field(rest, tag, bytes)) return std::nullopt;
    if (tag == static_cast<std::uint16_t>(wanted)) return bytes;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> message_view::number(field_tag wanted) const noexcept {
  const auto found = bytes(wanted);
  if (!found || found->size() != sizeof(std::uint64_t)) return std::nullopt;
  return load<std::uint64_t>(*found, 0);
}

}  // namespace wirebird::protocol::plane
