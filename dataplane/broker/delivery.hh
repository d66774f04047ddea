#pragma once

#include "dataplane/base/time.hh"
#include "dataplane/broker/stored_message.hh"
#include "dataplane/broker/subscription.hh"
#include "protocol/ops.hh"
#include "protocol/writer.hh"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wirebird::stream {
class send_queue;
}

namespace wirebird::broker {

class session;
struct core;

/// A complete published message on its way: in the received bytes, or stored.
struct outgoing {
  protocol::publish_op op;
  std::string_view payload;  ///< of a message that is not stored
  stored_handle stored;
  session* origin = nullptr;          ///< null: the publisher is gone, or another worker's
  std::uint64_t publisher = 0;        ///< client id of another worker's publisher; 0: it is ours...
  std::uint8_t publisher_worker = 0;  ///< ...and whose it is
  instant received{};                 ///< whole, from the publisher

  /// Makes it independent of the received bytes. returns: false when the arena is dry.
  [[nodiscard]] bool store(core&);
};

/// Payloads of this size and above are shared: subscribers' queues refer to one copy in the arena
/// instead of copying. Below, a copy is cheaper than two entries and a reference count; see the
/// room's README for the measurement.
inline constexpr std::uint32_t shared_payload_bytes_min = 4096;

/// Writes one message to one subscriber after another, as final bytes. Lives for one burst of a
/// fan-out. Per subscriber: the line and, for a small payload, one copy of it.
class delivery {
 public:
  /// `subscribers`: how many at most; a large payload for a single one is not shared. `is_bulk`:
  /// the output need not be flushed at once (flush_line.hh).
  delivery(core&, outgoing&, std::size_t subscribers, bool is_bulk, instant now);

  /// What one delivery of such a message takes from the budget of an iteration.
  [[nodiscard]] static std::size_t steps_each(const protocol::publish_op&) noexcept;

  /// returns: whether the subscriber has taken the message. Not: retired, closed, the publisher
  /// itself with echo:false, or no memory. Retires the subscription when its maximum is reached.
  [[nodiscard]] bool to(subscription&);

 private:
  [[nodiscard]] const protocol::message_line& line_for(const session& target,
                                                       std::uint32_t& skipped) const noexcept;
  [[nodiscard]] bool find_room_and_write(session& target, const protocol::message_line&,
                                         std::string_view sid, std::uint32_t skipped);
  [[nodiscard]] bool write(stream::send_queue&, const protocol::message_line&, std::string_view sid,
                           std::uint32_t skipped);
  [[nodiscard]] bool write_shared(stream::send_queue&, const protocol::message_line&,
                                  std::string_view sid, std::uint32_t skipped);

  core& core_;
  outgoing& message_;
  instant now_;
  std::string_view payload_;  ///< contiguous; of a stored message in pieces: nothing
  bool is_bulk_;
  bool shares_;                                 ///< the payload is appended by reference
  std::array<char, 12> body_size_;              ///< decimal, for subscribers without headers
  protocol::message_line plain_;                ///< without headers
  std::optional<protocol::message_line> full_;  ///< with headers, when the message has some
};

}  // namespace wirebird::broker
