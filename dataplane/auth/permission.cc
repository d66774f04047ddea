#include "dataplane/auth/permission.hh"

#include "dataplane/auth/subject_sets.hh"
#include "protocol/subject.hh"

#include <algorithm>

namespace wirebird::auth {

namespace {

/// Whether a `deny` is about subscriptions of this queue group, or about all.
bool concerns(const subject_rule& denied, std::string_view queue) noexcept {
  return denied.queue.empty() || (!queue.empty() && protocol::matches(denied.queue, queue));
}

bool is_allowed(const permission& rules, std::string_view subject,
                std::string_view queue) noexcept {
  bool plainly = false;
  bool names_groups = false;
  for (const subject_rule& one : rules.allow) {
    if (!includes(one.subject, subject)) continue;
    if (one.queue.empty()) {
      plainly = true;
    } else if (!queue.empty()) {
      if (protocol::matches(one.queue, queue)) return true;
      names_groups = true;
    }
  }
  return rules.allow.empty() || (plainly && !names_groups);
}

}  // namespace

bool may_publish(const permissions& of, std::string_view subject) noexcept {
  const permission& rules = of.publish;
  const auto matches = [subject](const subject_rule& one) {
    return one.queue.empty() && protocol::matches(one.subject, subject);
  };
  const bool open = rules.allow.empty() && !of.responses;
  return (open || std::ranges::any_of(rules.allow, matches)) &&
         std::ranges::none_of(rules.deny, matches);
}

subscribe_verdict may_subscribe(const permissions& of, std::string_view subject,
                                std::string_view queue) noexcept {
  const permission& rules = of.subscribe;
  if (!is_allowed(rules, subject, queue)) return subscribe_verdict::refused;
  bool touched = false;
  for (const subject_rule& one : rules.deny) {
    if (!concerns(one, queue)) continue;
    if (includes(one.subject, subject)) return subscribe_verdict::refused;
    touched = touched || overlap(one.subject, subject);
  }
  return touched ? subscribe_verdict::filtered : subscribe_verdict::allowed;
}

bool may_deliver(const permissions& of, std::string_view subject, std::string_view queue) noexcept {
  return std::ranges::none_of(of.subscribe.deny, [&](const subject_rule& one) {
    return concerns(one, queue) && protocol::matches(one.subject, subject);
  });
}

}  // namespace wirebird::auth
