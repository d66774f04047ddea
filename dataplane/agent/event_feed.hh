#pragma once

#include "dataplane/base/address.hh"
#include "dataplane/base/time.hh"
#include "protocol/plane_messages.hh"

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace wirebird::agent {

/// Events on their way to a wirebird-control that watches. What the link does not take waits here,
/// also for a control that has yet to start. Beyond a bound no event is kept until all have left:
/// they are counted, and one message in their place says how many. Nobody ever waits for this.
/// Main thread, unless stated otherwise.
class event_feed {
 public:
  /// A control watches from now on.
  void watch() noexcept;
  /// Whether any ever did. Any thread.
  [[nodiscard]] bool is_watched() const noexcept {
    return is_watched_.load(std::memory_order_relaxed);
  }

  // What happened; nothing while nobody watches.
  void on_opened(std::uint64_t client, const endpoint& remote, instant now);
  void on_closed(std::uint64_t client, const endpoint& remote, std::string_view why, instant now);
  void on_slow_consumer(std::uint64_t client, const endpoint& remote, std::string_view why,
                        instant now);
  void on_configured(std::string_view changes, instant now);
  /// So many did not even get here.
  void on_lost(std::uint64_t events);

  [[nodiscard]] bool has_waiting() const noexcept {
    return begins_anew_ || !waiting_.empty() || lost_ > 0;
  }
  /// Gives to `send(packet)` what waits, oldest first, until it returns false: nothing of that
  /// packet has left then.
  template <std::predicate<std::string_view> Send>
  void flush(Send&& send, instant now) {
    if (begins_anew_ && !send(std::string_view(resync(0, now)))) return;
    begins_anew_ = false;
    while (!waiting_.empty()) {
      if (!send(std::string_view(waiting_.front()))) return;
      waiting_bytes_ -= waiting_.front().size();
      waiting_.pop_front();
    }
    if (lost_ > 0 && send(std::string_view(resync(lost_, now)))) lost_ = 0;
  }

  [[nodiscard]] std::size_t waiting_bytes() const noexcept { return waiting_bytes_; }
  static constexpr std::size_t waiting_bytes_max = 1024 * 1024;

 private:
  [[nodiscard]] static std::string resync(std::uint64_t lost, instant now);
  void about_client(protocol::plane::message_type, std::uint64_t client, const endpoint& remote,
                    std::string_view why, instant now);
  void push(const protocol::plane::message_builder&);

  std::atomic<bool> is_watched_{false};
  bool begins_anew_ = false;  ///< for a control that was not the one before
  std::deque<std::string> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t lost_ = 0;  ///< and not told
};

}  // namespace wirebird::agent
