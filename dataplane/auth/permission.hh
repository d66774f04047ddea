#pragma once

#include "dataplane/auth/rules.hh"

#include <cstdint>
#include <string_view>

/// The one predicate about permissions, for every path on which a subject comes in or goes out.
/// Cost: one pass over the rules, nothing is allocated. Any thread.
namespace wirebird::auth {

/// Whether a message may be published to this literal subject. Replies that only
/// `allow_responses` permits are the caller's to know.
[[nodiscard]] bool may_publish(const permissions&, std::string_view subject) noexcept;

enum class subscribe_verdict : std::uint8_t {
  refused,
  allowed,
  filtered,  ///< allowed, but single messages are not: ask may_deliver() for each
};

/// Whether everything that the subject matches may be received: a rule of `allow` must include it
/// whole, so `foo.*` does not permit `foo.>`. Refused as well when a rule of `deny` includes it
/// whole. `queue`: empty for a plain subscription, which needs a rule without a queue group; a
/// queue subscription must be of a group named where rules that name groups speak of its subject.
[[nodiscard]] subscribe_verdict may_subscribe(const permissions&, std::string_view subject,
                                              std::string_view queue) noexcept;

/// Whether a message on this literal subject may go to a subscription that was allowed.
[[nodiscard]] bool may_deliver(const permissions&, std::string_view subject,
                               std::string_view queue) noexcept;

}  // namespace wirebird::auth
