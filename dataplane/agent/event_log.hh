#pragma once

#include "dataplane/agent/event_feed.hh"
#include "dataplane/agent/log.hh"
#include "dataplane/base/bytes.hh"
#include "dataplane/base/counter.hh"
#include "dataplane/broker/events.hh"
#include "dataplane/crossing/byte_ring.hh"
#include "dataplane/worker/limits.hh"

#include <atomic>
#include <cstdint>
#include <string_view>

namespace wirebird::agent {

/// From a worker's events to lines of the log, and to wirebird-control: the worker's side copies
/// what is short of an event into a ring and never waits; the main thread turns it into text. A
/// full ring drops events and counts them. One per worker.
class event_log final : public broker::event_sink {
 public:
  /// Both outlive it.
  event_log(log& sink, event_feed& feed);
  ~event_log();
  event_log(const event_log&) = delete;
  event_log& operator=(const event_log&) = delete;

  // The worker's side.
  void on_client_created(const broker::client_identity&) noexcept override;
  void on_client_closed(const broker::client_identity&, broker::close_reason) noexcept override;
  void on_client_error(const broker::client_identity&, std::string_view text) noexcept override;
  void on_refusal(const broker::client_identity&, std::string_view text) noexcept override;
  void on_slow_consumer(const broker::client_identity&,
                        const broker::slow_consumer&) noexcept override;

  void on_trace(const broker::client_identity&, std::string_view text) noexcept override;

  // The main thread's side.
  /// Readable when events wait; for poll().
  [[nodiscard]] int descriptor() const noexcept { return bell_; }
  /// `now`: when they happened, as far as anybody knows.
  void write_all(instant now);
  /// Whether events that only debugging shows are passed on from now on.
  void show_debug(bool wanted) noexcept { debug_.store(wanted, std::memory_order_relaxed); }

 private:
  enum class kind : std::uint8_t { created, closed, error, refusal, slow_consumer, trace };

  /// What a record begins with; name, lang, version and text follow.
  struct head {
    std::uint64_t client = 0;
    broker::slow_consumer slow{};
    endpoint remote{};
    kind what{};
    broker::close_reason reason{};
    std::uint8_t name_bytes = 0;
    std::uint8_t lang_bytes = 0;
    std::uint8_t version_bytes = 0;
    std::uint32_t text_bytes = 0;
  };

  void push(head, const broker::client_identity&, std::string_view text = {}) noexcept;
  void write(byte_view record, instant now);
  /// Whether anybody wants to know who comes and goes.
  [[nodiscard]] bool tells_clients() const noexcept {
    return debug_.load(std::memory_order_relaxed) || feed_.is_watched();
  }

  log& log_;
  event_feed& feed_;
  std::atomic<bool> debug_;  // an event that nobody reads costs a comparison
  crossing::byte_ring events_;
  counter dropped_;
  std::uint64_t dropped_told_ = 0;
  int bell_;
};

}  // namespace wirebird::agent
