#include "dataplane/broker/flush_line.hh"

#include "dataplane/broker/limits.hh"
#include "dataplane/broker/session.hh"

#include <algorithm>

namespace wirebird::broker {

void flush_line::add(session& touched) noexcept {
  auto& hook = static_cast<list_hook<touched_tag>&>(touched);
  if (hook.is_linked()) {
    if (!touched.waits_as_bulk) return;
    hook.unlink();
  }
  touched.waits_as_bulk = false;
  prompt_.push_back(touched);
}

void flush_line::add_bulk(session& touched, instant now) noexcept {
  auto& hook = static_cast<list_hook<touched_tag>&>(touched);
  if (!hook.is_linked()) {
    touched.waits_as_bulk = true;
    touched.bulk_since = now;
    bulk_.push_back(touched);
  } else if (touched.waits_as_bulk && touched.unflushed_bytes() >= bulk_bytes_max) {
    add(touched);
  }
}

void flush_line::flush_front(intrusive_list<session, touched_tag>& line, std::size_t& left,
                             instant now) {
  session& next = line.pop_front();
  left -= std::min(left, flush_cost_bytes + next.unflushed_bytes());
  next.flush(now);
}

void flush_line::run(instant now, bool more_follows) {
  std::size_t left = rules_.flush_budget_bytes;
  while (!prompt_.empty() && left > 0) flush_front(prompt_, left, now);
  const auto is_due = [&] {
    return !more_follows || now - bulk_.front().bulk_since >= bulk_wait_max;
  };
  while (!bulk_.empty() && left > 0 && is_due()) flush_front(bulk_, left, now);
  is_behind_ = !prompt_.empty() || (!bulk_.empty() && is_due());
}

}  // namespace wirebird::broker
