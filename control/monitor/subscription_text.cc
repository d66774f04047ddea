#include "control/monitor/subscription_text.hh"

#include <algorithm>
#include <cctype>
#include <string>

namespace wirebird::control {

subscription_detail read_subs(const query& asked) {
  std::string word(asked.text("subs"));
  std::ranges::transform(word, word.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  if (word == "detail") return subscription_detail::all;
  return asked.boolean("subs") ? subscription_detail::subjects : subscription_detail::none;
}

void add_subscription(json_text& out, const listed_subscription& one, std::string_view account) {
  out.begin_object();
  out.add_unless_empty("account", account);
  out.add("subject", one.subject);
  out.add_unless_empty("qgroup", one.queue);
  out.add("sid", one.sid);
  out.add("msgs", one.msgs);
  out.add_unless_zero("max", one.max);
  out.add("cid", one.cid);
  out.end_object();
}

void add_subscriptions(json_text& out, std::span<const listed_subscription> list,
                       subscription_detail detail) {
  if (list.empty() || detail == subscription_detail::none) return;
  const bool all = detail == subscription_detail::all;
  out.begin_array(all ? "subscriptions_list_detail" : "subscriptions_list");
  for (const listed_subscription& one : list) {
    if (all)
      add_subscription(out, one, "");
    else
      out.element(one.subject);
  }
  out.end_array();
}

}  // namespace wirebird::control
