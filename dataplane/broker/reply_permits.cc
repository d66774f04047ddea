#include "dataplane/broker/reply_permits.hh"

#include "dataplane/base/bytes.hh"

#include <algorithm>
#include <limits>
#include <utility>

namespace wirebird::broker {

reply_permits::reply_permits(const auth::response_permission& rules, const siphash_key& secret)
    : rules_(rules), secret_(secret), entries_(entries_min) {}

std::uint64_t reply_permits::hash_of(std::string_view reply) const noexcept {
  return siphash(secret_, as_bytes(reply));
}

reply_permits::entry* reply_permits::places_of(std::uint64_t hash) noexcept {
  return &entries_[hash % (entries_.size() / ways) * ways];
}

reply_permits::entry* reply_permits::find(std::uint64_t hash) noexcept {
  entry* const places = places_of(hash);
  entry* const end = places + ways;
  entry* const found = std::find_if(
      places, end, [hash](const entry& one) { return one.left != 0 && one.hash == hash; });
  return found == end ? nullptr : found;
}

reply_permits::entry& reply_permits::worst_of(std::uint64_t hash, instant now) noexcept {
  entry* const places = places_of(hash);
  // All live equally long, so what expires first is the oldest.
  const auto end_of = [now](const entry& one) {
    return one.left == 0 || one.expires <= now ? instant::min() : one.expires;
  };
  return *std::min_element(places, places + ways, [&](const entry& one, const entry& other) {
    return end_of(one) < end_of(other);
  });
}

void reply_permits::grow() {
  const std::vector<entry> old = std::exchange(entries_, std::vector<entry>(entries_.size() * 2));
  for (const entry& one : old) {
    if (one.left == 0) continue;
    worst_of(one.hash, instant::min()) = one;  // twice the places: one of the eight is free
  }
}

bool reply_permits::grant(std::string_view reply, instant now) {
  const std::uint64_t hash = hash_of(reply);
  entry* place = find(hash);
  const auto is_full = [&] {
    const entry& worst = worst_of(hash, now);
    return worst.left != 0 && worst.expires > now;
  };
  while (place == nullptr && is_full() && entries_.size() < entries_max) grow();
  const bool forgets = place == nullptr && is_full();
  if (place == nullptr) place = &worst_of(hash, now);
  constexpr auto no_limit = std::numeric_limits<std::int64_t>::max();
  const bool ever = rules_.expires < duration::zero() || rules_.expires >= never - now;
  *place = {hash, ever ? never : now + rules_.expires, rules_.max < 0 ? no_limit : rules_.max};
  return !forgets;
}

bool reply_permits::use(std::string_view reply, instant now) {
  entry* const known = find(hash_of(reply));
  if (known == nullptr) return false;
  if (known->expires <= now) {
    known->left = 0;
    return false;
  }
  --known->left;
  return true;
}

}  // namespace wirebird::broker
