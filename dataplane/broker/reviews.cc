#include "dataplane/broker/reviews.hh"

#include "dataplane/broker/core.hh"
#include "dataplane/broker/limits.hh"
#include "dataplane/broker/session.hh"

namespace wirebird::broker {

void reviews::add(subscription_review& one) noexcept {
  one.cursor = 0;
  one.unlink();
  waiting_.push_back(one);
}

void reviews::go_on(instant now) {
  for (std::size_t left = reviewed_slots_per_turn;
       left > 0 && !waiting_.empty() && !core_.others.is_backed_up();) {
    subscription_review& next = waiting_.front();
    if (!next.owner.review_some(left, now)) continue;
    next.unlink();
    next.owner.on_reviewed(now);
  }
}

}  // namespace wirebird::broker
