#pragma once

#include "control/monitor/json_text.hh"
#include "control/monitor/query.hh"
#include "control/plane/snapshot.hh"

#include <span>
#include <string_view>

namespace wirebird::control {

/// How much of each subscription a page shows.
enum class subscription_detail { none, subjects, all };

/// What `subs` asks for: a boolean, or the word `detail` in any letter case. throws: bad_query.
[[nodiscard]] subscription_detail read_subs(const query&);

/// The member `subscriptions_list` or `subscriptions_list_detail`, unless there is nothing in it.
void add_subscriptions(json_text&, std::span<const listed_subscription>, subscription_detail);

/// One subscription as an element of a list. `account`: empty where it is left out.
void add_subscription(json_text&, const listed_subscription&, std::string_view account);

}  // namespace wirebird::control
