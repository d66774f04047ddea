#include "dataplane/tcp/demux.hh"

#include "dataplane/base/check.hh"

#include <bit>
#include <cstring>

namespace wirebird::tcp {

std::size_t tuple_bytes(const four_tuple& tuple, std::uint8_t (&out)[36]) noexcept {
  const bool v4 = tuple.local.address.is_v4() && tuple.remote.address.is_v4();
  const std::size_t skip = v4 ? 12 : 0;
  const std::size_t count = 16 - skip;
  std::memcpy(out, tuple.local.address.octets.data() + skip, count);
  std::memcpy(out + count, tuple.remote.address.octets.data() + skip, count);
  store_be16(out + 2 * count, tuple.local.port);
  store_be16(out + 2 * count + 2, tuple.remote.port);
  return 2 * count + 4;
}

demux::demux(std::size_t flows_max, const siphash_key& key)
    : key_(key),
      slots_(std::bit_ceil(flows_max * 2 + 2)),
      mask_(slots_.size() - 1),
      flows_max_(flows_max) {}

std::uint32_t demux::hash_of(const four_tuple& tuple) const noexcept {
  std::uint8_t bytes[36];
  const std::size_t count = tuple_bytes(tuple, bytes);
  return static_cast<std::uint32_t>(siphash(key_, {bytes, count}));
}

flow* demux::find(const four_tuple& tuple) const noexcept {
  const std::uint32_t hash = hash_of(tuple);
  for (std::size_t at = hash & mask_; slots_[at].who != nullptr; at = (at + 1) & mask_) {
    if (slots_[at].hash == hash && slots_[at].who->tuple == tuple) return slots_[at].who;
  }
  return nullptr;
}

bool demux::insert(flow& who) noexcept {
  if (used_ == flows_max_) return false;
  who.hash = hash_of(who.tuple);
  std::size_t at = who.hash & mask_;
  while (slots_[at].who != nullptr) at = (at + 1) & mask_;
  slots_[at] = {&who, who.hash};
  ++used_;
  return true;
}

std::size_t demux::slot_of(const flow& who) const noexcept {
  std::size_t at = who.hash & mask_;
  while (slots_[at].who != &who) {
    check(slots_[at].who != nullptr, "a flow that is not in the demux");
    at = (at + 1) & mask_;
  }
  return at;
}

void demux::replace(flow& old, flow& next) noexcept {
  next.tuple = old.tuple;
  next.hash = old.hash;
  slots_[slot_of(old)].who = &next;
}

void demux::erase(flow& who) noexcept {
  std::size_t hole = slot_of(who);
  // Whatever follows without a gap moves up into the hole unless that would put it in front of the
  // slot its hash names; so no tombstones are needed.
  for (std::size_t at = (hole + 1) & mask_; slots_[at].who != nullptr; at = (at + 1) & mask_) {
    const std::size_t home = slots_[at].hash & mask_;
    if (((at - home) & mask_) < ((at - hole) & mask_)) continue;
    slots_[hole] = slots_[at];
    hole = at;
  }
  slots_[hole] = {};
  --used_;
}

}  // namespace wirebird::tcp
