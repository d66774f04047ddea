#pragma once

#include "dataplane/base/address.hh"
#include "dataplane/base/time.hh"
#include "dataplane/broker/close_reason.hh"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wirebird::broker {

/// The clients of the whole process, shared by its workers: one sequence of ids, one number of
/// those who are there. Called from any worker's thread, so an implementation is an atomic counter.
/// Ids are never reused.
class id_source {
 public:
  [[nodiscard]] virtual std::uint64_t next_client_id() noexcept = 0;

  /// One more client is there. returns: how many were before, of all workers.
  std::size_t on_opened() noexcept { return open_.fetch_add(1, std::memory_order_relaxed); }
  /// A client's end is decided. requires: on_opened() was called for it.
  void on_closed() noexcept { open_.fetch_sub(1, std::memory_order_relaxed); }
  /// One client less if there are more than `limit`: of several workers that ask at the same time
  /// as many are told so as there are too many. returns: whether the caller is to close one, whose
  /// end is counted already.
  bool close_one_above(std::size_t limit) noexcept {
    std::size_t open = open_.load(std::memory_order_relaxed);
    while (open > limit)
      if (open_.compare_exchange_weak(open, open - 1, std::memory_order_relaxed)) return true;
    return false;
  }
  /// Clients of all workers.
  [[nodiscard]] std::size_t open() const noexcept { return open_.load(std::memory_order_relaxed); }

 protected:
  ~id_source() = default;

 private:
  std::atomic<std::size_t> open_{0};
};

/// A client as the log names it. Views are good during the call only.
struct client_identity {
  std::uint64_t id = 0;
  endpoint remote;
  std::string_view name;     ///< what CONNECT said; empty before
  std::string_view lang;     ///< likewise
  std::string_view version;  ///< likewise
};

/// Why a client was too slow: which limit, and what waited for it.
struct slow_consumer {
  std::uint64_t limit_bytes = 0;         ///< max_pending, or 0: it was the deadline
  duration deadline = duration::zero();  ///< of writing
  std::size_t chunks = 0;                ///< pieces of memory that the bytes lay in
  std::size_t bytes = 0;                 ///< that waited
};

/// What somebody may want to read about later: never per message. Called on the worker's thread,
/// must not wait; a full channel drops and counts.
class event_sink {
 public:
  virtual void on_client_created(const client_identity&) noexcept = 0;
  /// Once per client that was created, when its end is decided; last bytes may still be leaving.
  virtual void on_client_closed(const client_identity&, close_reason) noexcept = 0;
  /// The client broke the protocol or reported an error, and its connection closes. `text`: the
  /// error as the client is told, what it told us, or what it is not told.
  virtual void on_client_error(const client_identity&, std::string_view text) noexcept = 0;
  /// An operation was refused with -ERR `text` and the connection stays open.
  virtual void on_refusal(const client_identity&, std::string_view text) noexcept = 0;
  /// The client is closed because it does not take what waits for it.
  virtual void on_slow_consumer(const client_identity&, const slow_consumer&) noexcept = 0;
  /// While options say trace: one operation of the client or for it, as the log shows it.
  virtual void on_trace(const client_identity&, std::string_view) noexcept {}

 protected:
  ~event_sink() = default;
};

}  // namespace wirebird::broker
