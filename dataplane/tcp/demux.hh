#pragma once

#include "dataplane/base/siphash.hh"
#include "dataplane/tcp/flow.hh"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wirebird::tcp {

/// 4-tuple to flow: open addressing with linear probing over a keyed hash, so a peer cannot choose
/// ports that collide. All memory is taken at construction; at most half of the slots are ever
/// used. Owns nothing; a flow is erased by its owner before it ends. One worker.
class demux {
 public:
  demux(std::size_t flows_max, const siphash_key& key);

  /// returns: the flow with this 4-tuple, or null. Constant time.
  [[nodiscard]] flow* find(const four_tuple&) const noexcept;
  /// requires: no flow with this tuple is in. returns: false when flows_max are in.
  [[nodiscard]] bool insert(flow&) noexcept;
  /// Puts `next` where `old` was; `next` takes over the tuple. requires: `old` is in.
  void replace(flow& old, flow& next) noexcept;
  /// requires: it is in.
  void erase(flow&) noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return used_; }

 private:
  struct slot {
    flow* who = nullptr;
    std::uint32_t hash = 0;
  };

  [[nodiscard]] std::uint32_t hash_of(const four_tuple&) const noexcept;
  [[nodiscard]] std::size_t slot_of(const flow&) const noexcept;

  siphash_key key_;
  std::vector<slot> slots_;
  std::size_t mask_;
  std::size_t flows_max_;
  std::size_t used_ = 0;
};

/// The bytes that stand for a 4-tuple in keyed hashes. returns: how many were written: 12 between
/// IPv4 addresses, else 36.
std::size_t tuple_bytes(const four_tuple&, std::uint8_t (&out)[36]) noexcept;

}  // namespace wirebird::tcp
