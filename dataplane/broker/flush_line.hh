#pragma once

#include "dataplane/base/intrusive_list.hh"
#include "dataplane/base/time.hh"
#include "dataplane/broker/options.hh"

#include <cstddef>

namespace wirebird::broker {

class session;
struct touched_tag;

/// Sessions with output that their transport has not been told of, and whose turn it is.
///
/// Prompt output (replies, messages for few) is flushed in the same iteration, as far as the
/// iteration's budget goes, then first in the next one. Bulk output (messages for many) waits while
/// more of it is being made, until a piece worth a system call has gathered or bulk_wait_max has
/// passed. A session is flushed as a whole: one prompt byte takes the bulk in front of it along.
/// One worker.
class flush_line {
 public:
  explicit flush_line(const options& rules) noexcept : rules_(rules) {}

  /// The session has prompt output.
  void add(session&) noexcept;
  /// The session has output of a wide fan-out.
  void add_bulk(session&, instant now) noexcept;
  /// Flushes what is due. `more_follows`: wide fan-outs had to stop and will go on.
  void run(instant now, bool more_follows);

  [[nodiscard]] bool has_work() const noexcept { return !prompt_.empty() || !bulk_.empty(); }
  /// The last run's budget did not reach all that was due.
  [[nodiscard]] bool is_behind() const noexcept { return is_behind_; }

 private:
  void flush_front(intrusive_list<session, touched_tag>&, std::size_t& left, instant now);

  const options& rules_;
  intrusive_list<session, touched_tag> prompt_;
  intrusive_list<session, touched_tag> bulk_;  ///< who waits longest first
  bool is_behind_ = false;
};

}  // namespace wirebird::broker
