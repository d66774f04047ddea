#include "dataplane/proxy/header.hh"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <string>

namespace wirebird::proxy {

namespace {

constexpr std::string_view line_start = "PROXY ";
constexpr std::string_view signature{"\r\n\r\n\0\r\nQUIT\n", 12};

constexpr std::uint8_t command_local = 0x20;
constexpr std::uint8_t command_proxy = 0x21;
constexpr std::uint8_t unspecified = 0x00;
constexpr std::uint8_t tcp_over_v4 = 0x11;
constexpr std::uint8_t tcp_over_v6 = 0x21;
constexpr std::size_t v4_bytes = 12;
constexpr std::size_t v6_bytes = 36;

std::uint8_t byte_of(char letter) noexcept {
  return static_cast<std::uint8_t>(letter);
}

std::uint16_t number_at(const char* at) noexcept {
  return static_cast<std::uint16_t>(byte_of(at[0]) << 8 | byte_of(at[1]));
}

/// Decimal without a sign or leading zeros.
std::optional<std::uint16_t> port_of(std::string_view text) noexcept {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool leads = text.size() > 1 && text.front() == '0';
  if (error != std::errc{} || end != text.data() + text.size() || leads) return std::nullopt;
  return port;
}

/// Cuts the next word off; exactly one blank lies between two.
std::string_view cut_word(std::string_view& line) noexcept {
  const std::size_t size = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, size);
  line.remove_prefix(std::min(size + 1, line.size()));
  return word;
}

}  // namespace

header_reader::outcome header_reader::fail(std::string_view fault) noexcept {
  fault_ = fault;
  return outcome::wrong;
}

header_reader::outcome header_reader::read(std::string_view& input) noexcept {
  while (!input.empty()) {
    if (expected_ != 0 && size_ == std::min(expected_, bytes_.size())) {
      const std::size_t step = std::min(expected_ - size_ - skipped_, input.size());
      skipped_ += step;
      input.remove_prefix(step);
      return size() == expected_ ? read_binary() : outcome::need_more;
    }
    bytes_[size_++] = input.front();
    input.remove_prefix(1);
    const bool is_line = bytes_[0] == line_start.front();
    const outcome found = is_line ? take_line_byte() : take_binary_byte();
    if (found != outcome::need_more) return found;
  }
  return outcome::need_more;
}

header_reader::outcome header_reader::take_line_byte() noexcept {
  const std::string_view so_far(bytes_.data(), size_);
  if (!so_far.starts_with(line_start.substr(0, size_))) return fail("no PROXY header");
  if (so_far.back() != '\n')
    return size_ < line_bytes_max ? outcome::need_more : fail("PROXY line too long");
  if (!so_far.ends_with("\r\n")) return fail("PROXY line without a carriage return");
  return read_line(so_far.substr(line_start.size(), size_ - line_start.size() - 2));
}

header_reader::outcome header_reader::read_line(std::string_view line) noexcept {
  const std::string_view family = cut_word(line);
  if (family == "UNKNOWN") {  // what follows says nothing
    local_ = true;
    return outcome::complete;
  }
  if (family != "TCP4" && family != "TCP6") return fail("PROXY line of an unknown family");
  const auto source = parse_ip(std::string(cut_word(line)));
  const auto destination = parse_ip(std::string(cut_word(line)));
  const auto source_port = port_of(cut_word(line));
  const auto destination_port = port_of(cut_word(line));
  if (!source || !destination || !source_port || !destination_port || !line.empty())
    return fail("malformed PROXY line");
  if (family == "TCP4" && !(source->is_v4() && destination->is_v4()))
    return fail("PROXY line whose addresses are of another family");
  source_ = {*source, *source_port};
  return outcome::complete;
}

header_reader::outcome header_reader::take_binary_byte() noexcept {
  if (size_ <= signature.size()) {
    const std::string_view so_far(bytes_.data(), size_);
    return so_far == signature.substr(0, size_) ? outcome::need_more : fail("no PROXY header");
  }
  if (size_ < head_bytes) return outcome::need_more;
  if (size_ == head_bytes) {
    const std::uint8_t command = byte_of(bytes_[12]);
    if (command != command_local && command != command_proxy)
      return fail("PROXY header of an unknown version or command");
    const std::uint16_t length = number_at(&bytes_[14]);
    if (length > additions_bytes_max) return fail("PROXY header too long");
    expected_ = head_bytes + length;
  }
  return size_ == expected_ ? read_binary() : outcome::need_more;
}

header_reader::outcome header_reader::read_binary() noexcept {
  const std::uint8_t family = byte_of(bytes_[13]);
  local_ = byte_of(bytes_[12]) == command_local || family == unspecified;
  if (local_) return outcome::complete;
  const std::size_t length = expected_ - head_bytes;
  const char* const at = &bytes_[head_bytes];
  if (family == tcp_over_v4) {
    if (length < v4_bytes) return fail("PROXY header without its addresses");
    const auto address = static_cast<std::uint32_t>(number_at(at) << 16 | number_at(at + 2));
    source_ = {ip_address::from_v4(address), number_at(at + 8)};
    return outcome::complete;
  }
  if (family != tcp_over_v6) return fail("PROXY header of a family other than TCP");
  if (length < v6_bytes) return fail("PROXY header without its addresses");
  ip_address address;
  std::memcpy(address.octets.data(), at, address.octets.size());
  source_ = {address, number_at(at + 32)};
  return outcome::complete;
}

}  // namespace wirebird::proxy
