#pragma once

#include "dataplane/base/intrusive_list.hh"
#include "dataplane/base/time.hh"

#include <cstddef>

namespace wirebird::broker {

class session;
struct core;
struct review_tag;

/// Where a walk over one client's subscriptions is: are they still permitted? The client reads
/// nothing meanwhile, and whatever takes one of them out sends the walk back to its start.
struct subscription_review : list_hook<review_tag> {
  explicit subscription_review(session& who) noexcept : owner(who) {}
  session& owner;
  std::size_t cursor = 0;
};

/// Clients whose permissions have changed and whose subscriptions have not all been looked at
/// since. One worker.
class reviews {
 public:
  explicit reviews(core& shared) noexcept : core_(shared) {}

  /// Begins, or begins anew. requires: the session reads nothing until on_reviewed().
  void add(subscription_review&) noexcept;
  /// Looks at some, oldest client first; waits while changes of interest wait for other workers.
  void go_on(instant now);
  [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }

 private:
  core& core_;
  intrusive_list<subscription_review, review_tag> waiting_;
};

}  // namespace wirebird::broker
