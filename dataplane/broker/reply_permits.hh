#pragma once

#include "dataplane/auth/rules.hh"
#include "dataplane/base/siphash.hh"
#include "dataplane/base/time.hh"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace wirebird::broker {

/// The replies that one client may publish because it got messages that ask for them
/// (`allow_responses`). Remembers a keyed hash of each subject, so an entry is 24 bytes and a wrong
/// yes is a matter of 2^-64. Grows by doubling up to a limit; beyond it the oldest of eight is
/// forgotten. One worker.
class reply_permits {
 public:
  reply_permits(const auth::response_permission&, const siphash_key& secret);

  /// Other rules for what is granted from now on.
  void change(const auth::response_permission& rules) noexcept { rules_ = rules; }

  /// The client got a message with this reply: it may be published anew, as often and as long as
  /// the rules say. returns: false when another reply had to be forgotten for it.
  bool grant(std::string_view reply, instant now);
  /// returns: whether it may be published now, which uses up one time.
  [[nodiscard]] bool use(std::string_view reply, instant now);

  static constexpr std::size_t ways = 8;
  static constexpr std::size_t entries_min = 8 * ways;
  /// 384 KiB for a client that has so many requests open.
  static constexpr std::size_t entries_max = 16 * 1024;

 private:
  struct entry {
    std::uint64_t hash = 0;
    instant expires{};
    std::int64_t left = 0;  ///< times; 0: the place is free
  };

  [[nodiscard]] std::uint64_t hash_of(std::string_view) const noexcept;
  /// returns: the eight places where an entry with this hash may be.
  [[nodiscard]] entry* places_of(std::uint64_t hash) noexcept;
  [[nodiscard]] entry* find(std::uint64_t hash) noexcept;
  [[nodiscard]] entry& worst_of(std::uint64_t hash, instant now) noexcept;
  void grow();

  auth::response_permission rules_;
  siphash_key secret_;
  std::vector<entry> entries_;  ///< a power of two
};

}  // namespace wirebird::broker
