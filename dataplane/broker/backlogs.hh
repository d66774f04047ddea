#pragma once

#include "dataplane/base/arena.hh"
#include "dataplane/base/intrusive_list.hh"
#include "dataplane/base/time.hh"

#include <cstddef>

namespace wirebird::broker {

class session;
struct waiting_tag;

/// Clients with output that was flushed and not acknowledged, and who of them is closed when all
/// output together has reached its share of the arena: of those whose output has not moved
/// for eviction_wait_min, or of all when there is none such, those that pin at least half of what
/// the worst of them pins, one after the other until 1/8 of the share is free. So thousands of
/// clients that stop reading at the same time cost those that read nothing but their own
/// deliveries. One worker.
class backlogs {
 public:
  /// `share`: what output may take of the arena, in bytes.
  backlogs(arena& memory, std::size_t share) noexcept : memory_(memory), share_(share) {}

  /// The client has such output; it leaves the list itself when it has none.
  void add(session&) noexcept;
  /// Closes as above, once per iteration at most. returns: whether anybody was closed.
  [[nodiscard]] bool make_room(instant now);

 private:
  arena& memory_;
  std::size_t share_;
  intrusive_list<session, waiting_tag> waiting_;
  instant in_vain_at_{};  ///< the last iteration that found nobody to close
};

}  // namespace wirebird::broker
