#pragma once

#include "dataplane/agent/log.hh"
#include "dataplane/base/counter.hh"
#include "dataplane/base/spsc_ring.hh"
#include "dataplane/broker/events.hh"
#include "dataplane/worker/limits.hh"

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

namespace wirebird::agent {

/// From a worker's events to lines of the log: the worker's side copies what is short of an event
/// into a ring and never waits; the main thread turns it into text. A full ring drops events and
/// counts them. One per worker.
class event_log final : public broker::event_sink {
 public:
  explicit event_log(log& sink);
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

  // The main thread's side.
  /// Readable when events wait; for poll().
  [[nodiscard]] int descriptor() const noexcept { return bell_; }
  void write_all();

 private:
  enum class kind : std::uint8_t { created, closed, error, refusal, slow_consumer };

  /// A text of bounded length: what is longer is cut.
  template <std::size_t Capacity>
  struct short_text {
    std::uint8_t size = 0;
    std::array<char, Capacity> characters{};

    void assign(std::string_view text) noexcept {
      size = static_cast<std::uint8_t>(text.copy(characters.data(), Capacity));
    }
    [[nodiscard]] std::string_view view() const noexcept { return {characters.data(), size}; }
  };

  struct record {
    kind what{};
    broker::close_reason reason{};
    std::uint64_t client = 0;
    broker::slow_consumer slow;
    endpoint remote;
    short_text<39> name;
    short_text<15> lang;
    short_text<15> version;
    short_text<119> text;
  };

  using ring = spsc_ring<record, worker::events_queued_max>;

  [[nodiscard]] static record record_of(kind, const broker::client_identity&) noexcept;
  void push(const record&) noexcept;
  void write(const record&);

  log& log_;
  const bool debug_;  // decided once: an event that nobody reads costs a comparison
  std::unique_ptr<ring> events_;
  counter dropped_;
  std::uint64_t dropped_told_ = 0;
  int bell_;
};

}  // namespace wirebird::agent
