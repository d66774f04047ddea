// What another configuration changes for a client that is there.
#include "dataplane/broker/quoted.hh"
#include "dataplane/broker/session.hh"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace wirebird::broker {

void session::review(const auth::succession& heirs, instant now) {
  if (!is_open()) return;
  if (!core_.rules.login.required) {
    forget_login(now);
    return;
  }
  if (is_before_login()) return;  // by the new rules, asked again where it was by others
  const bool is_somebody = access_ != nullptr && access_->user != nullptr;
  const auto* const heir = is_somebody ? heirs.heir_of(*access_->user) : nullptr;
  if (heir != nullptr && heir->who == nullptr) {
    close(close_reason::client_closed, now);  // without a word, as nats-server
    return;
  }
  if (heir != nullptr && has_proved_itself()) {
    become(heir->who, heir->same_rights);
    return;
  }
  const bool has_done_nothing = connect_ == nullptr && access_ == nullptr && inbound_ == nullptr &&
                                parser_.at_boundary() && !has_subscriptions();
  if (has_done_nothing)
    expect_login(now);
  else
    ask_for_login(false, now);
}

/// Not by `no_auth_user`, which another configuration may give to somebody else.
bool session::has_proved_itself() const noexcept {
  if (access_->user->key) return true;
  return connect_ != nullptr &&
         !(connect_->user.empty() && connect_->pass.empty() && connect_->auth_token.empty());
}

void session::forget_login(instant now) {
  if (access_ == nullptr) return;
  const pending_login* const login = access_->login.get();
  const bool said_connect = login != nullptr && login->attempt != 0 && login->said_connect;
  access_.reset();
  if (said_connect) enter(now);
  resume(for_verdict, now);
  resume(for_review, now);
}

void session::become(std::shared_ptr<const auth::user> who, bool same_rights) {
  session_access& access = *access_;
  access.user = std::move(who);
  access.may = access.user->may ? &*access.user->may : nullptr;
  if (same_rights) return;
  if (access.may == nullptr || !access.may->responses)
    access.replies.reset();
  else if (access.replies != nullptr)
    access.replies->change(*access.may->responses);
  else
    access.replies = std::make_unique<reply_permits>(*access.may->responses, core_.secret);
  if (!has_subscriptions()) return;
  core_.reviews.add(access.review);
  pause(for_review);
}

/// Looks at no more than `slots`, which become less. returns: whether all have been seen.
bool session::review_some(std::size_t& slots, instant now) {
  if (!is_open()) return true;
  const std::size_t start = access_->review.cursor;
  const std::uint32_t layout = by_sid_.layout();
  std::vector<subscription*> refused;
  const std::size_t end = by_sid_.visit_some(start, slots, [&](const subscription& one) {
    const std::string_view queue = one.group == nullptr ? std::string_view() : one.group->text();
    const auto verdict = may_subscribe(one.subject->text(), queue);
    subscription& own = *find(one.sid(), core_.interest.hash()(one.sid()));
    core_.interest.set_filtered(own, verdict == auth::subscribe_verdict::filtered);
    if (verdict == auth::subscribe_verdict::refused) refused.push_back(&own);
  });
  slots -= std::min(slots, end == 0 ? std::max<std::size_t>(by_sid_.size(), 8) : end - start);
  for (subscription* const each : refused) {
    take_away(*each, now);
    if (!is_open()) return true;  // it does not take what it is told
  }
  // What moved into the gaps comes from behind them: the same slots once more.
  const bool moved = !refused.empty();
  access_->review.cursor = !moved ? end : layout == by_sid_.layout() ? start : 0;
  return !moved && end == 0;
}

void session::take_away(subscription& refused, instant now) {
  const std::string what = quoted(refused.subject->text()) + " (sid " + quoted(refused.sid()) + ")";
  retire(refused);
  told_ = core_.others.changes();
  refuse_operation(core_.counts.subscriptions_revoked,
                   "Permissions Violation for Subscription to " + what,
                   "Removed sub " + what + " for " + user_text() + " - not authorized", now);
}

void session::on_reviewed(instant now) {
  resume(for_review, now);
}

}  // namespace wirebird::broker
