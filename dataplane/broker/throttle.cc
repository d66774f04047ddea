#include "dataplane/broker/throttle.hh"

#include "dataplane/broker/session.hh"

namespace wirebird::broker {

void throttle::add(session& publisher, instant until) noexcept {
  stopped_.push_back(publisher);
  // One timer for all: who came later is let go a little early.
  if (!is_armed()) timers_.arm(*this, until);
}

void throttle::forget(session& closed) noexcept {
  static_cast<list_hook<throttled_tag>&>(closed).unlink();
  if (stopped_.empty()) disarm();
}

void throttle::release(instant now) {
  disarm();
  intrusive_list<session, throttled_tag> all;
  all.splice_back(stopped_);
  while (!all.empty()) all.pop_front().resume_after_throttle(now);
}

}  // namespace wirebird::broker
