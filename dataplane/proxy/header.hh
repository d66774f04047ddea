#pragma once

#include "dataplane/base/address.hh"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wirebird::proxy {

/// The header of the PROXY protocol (HAProxy's proxy-protocol.txt, versions 1 and 2), by which a
/// load balancer says who connected to it: read from pieces of any size, never a byte further than
/// the header goes. The first byte that cannot be part of one is an error at once. Holds what it
/// needs of the header, and skips the additions of version 2 without keeping them.
class header_reader {
 public:
  enum class outcome : std::uint8_t { need_more, complete, wrong };

  /// Takes bytes of the header from the front of `input`. requires: the last outcome was need_more.
  [[nodiscard]] outcome read(std::string_view& input) noexcept;

  /// requires: complete. Whether it names nobody (LOCAL, UNKNOWN): the connection's own addresses
  /// hold.
  [[nodiscard]] bool is_local() const noexcept { return local_; }
  /// requires: complete, and not local.
  [[nodiscard]] const endpoint& source() const noexcept { return source_; }
  /// requires: wrong. Why, in a few words for the log.
  [[nodiscard]] std::string_view fault() const noexcept { return fault_; }
  /// Bytes of the header that have come.
  [[nodiscard]] std::size_t size() const noexcept { return size_ + skipped_; }

  /// Of version 1, CR LF included; the longest that the protocol allows.
  static constexpr std::size_t line_bytes_max = 107;
  /// Of version 2, behind its first 16 bytes: addresses and additions.
  static constexpr std::size_t additions_bytes_max = 4096;

 private:
  static constexpr std::size_t head_bytes = 16;  ///< of version 2, up to the length

  [[nodiscard]] outcome fail(std::string_view fault) noexcept;
  [[nodiscard]] outcome take_line_byte() noexcept;
  [[nodiscard]] outcome take_binary_byte() noexcept;
  [[nodiscard]] outcome read_line(std::string_view line) noexcept;
  [[nodiscard]] outcome read_binary() noexcept;

  std::array<char, line_bytes_max> bytes_;
  std::size_t size_ = 0;      ///< of bytes_
  std::size_t skipped_ = 0;   ///< behind them
  std::size_t expected_ = 0;  ///< of version 2, once its length is known
  endpoint source_;
  bool local_ = false;
  std::string_view fault_;
};

}  // namespace wirebird::proxy
