#pragma once

#include "protocol/plane_messages.hh"

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace wirebird::control {

/// Something that happened in wirebird, as the plane link told it.
struct plane_event {
  protocol::plane::message_type what{};
  std::uint64_t number = 0;  ///< in the order in which they came here, from 1
  std::int64_t time_ns = 0;  ///< of the monotonic clock
  std::uint64_t client = 0;  ///< 0: about none
  std::uint64_t lost = 0;    ///< of a resync: events that are missing, as far as is known
  std::uint64_t port = 0;    ///< of the client's end
  std::string address{};     ///< likewise
  std::string text{};        ///< why, or what

  /// requires: is_event(message.type()). What is missing is zero or empty.
  [[nodiscard]] static plane_event read(const protocol::plane::message_view& message);
};

/// The latest events that this control was told. On the loop.
class event_list {
 public:
  void add(plane_event);
  /// The latest, oldest first.
  [[nodiscard]] std::vector<plane_event> kept() const { return {kept_.begin(), kept_.end()}; }
  /// Ever added.
  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }
  /// Those that never came, as far as is known.
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }

  /// At most event_text_bytes_max each.
  static constexpr std::size_t kept_max = 1024;

 private:
  std::deque<plane_event> kept_;
  std::uint64_t total_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace wirebird::control
