#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Messages between wirebird and wirebird-control on a unix seqpacket socket, one per packet,
/// version 1:
///
///     type u16 | flags u16 | id u32 | fields: tag u16, reserved u16, length u32, bytes...
///
/// A receiver skips fields that it does not know and answers a type that it does not know with
/// `unsupported`. An answer that does not fit one packet comes in several with the same id, all but
/// the last flagged `more`. Integers in the machine's order. Both sides check everything.
namespace wirebird::protocol::plane {

inline constexpr std::size_t message_bytes_max = 32 * 1024;
inline constexpr std::uint32_t link_version = 1;

enum class message_type : std::uint16_t {
  hello = 1,        ///< wirebird's first; descriptors: the memory, the listening HTTP socket
  ready = 2,        ///< control's answer: pages are served from now on
  heartbeat = 3,    ///< control, several times a second
  refresh = 4,      ///< control: bring the memory up to date; `number`: told back by each worker;
                    ///< `wanted`: what besides rows and counters
  keep_state = 5,   ///< control: `blob` is handed to whoever comes after it, in hello
  unsupported = 6,  ///< either: `number` is the type that was not understood
  close_connection = 7,  ///< control: the client with this id, `number`; answered by `taken`
  taken = 8,             ///< wirebird: the command with this message's id is on its way; `blob`: of
                         ///< a capture, the file's path
  capture = 9,   ///< control: frames to a file; `address` and `port` of either end, `number`
                 ///< of frames and `seconds` at most; answered by `taken` or `refused`
  refused = 10,  ///< wirebird: the command with this message's id is not; `blob`: why
  watch = 11,    ///< control: events are wanted from now on
  // Events, told to a control that watches. Each has `time`, nanoseconds of the monotonic clock,
  // and those about a client its id as `number`, and `address` and `port` of its end.
  resync = 12,  ///< what happened before is not told: `number` events as far as is known; who
                ///< followed them reads the memory anew
  opened = 13,  ///< a client is there
  closed = 14,  ///< it has gone; `blob`: why
  slow_consumer = 15,  ///< it is closed because it does not take what waits; `blob`: which limit
  configured = 16,     ///< all workers go by another configuration; `blob`: what has changed, lines
  lame_duck = 17,      ///< control: let the clients go and end; answered by `taken` or `refused`
  reload = 18,         ///< control: read the configuration anew; answered likewise, when it is done
};

[[nodiscard]] constexpr bool is_event(std::uint16_t type) noexcept {
  return type >= static_cast<std::uint16_t>(message_type::resync) &&
         type <= static_cast<std::uint16_t>(message_type::configured);
}

enum class field_tag : std::uint16_t {
  version = 1,
  number = 2,
  blob = 3,
  wanted = 4,
  address = 5,
  port = 6,
  seconds = 7,
  time = 8
};
/// Bits of `wanted`: the list of subscriptions; what the transport knows of each connection's path;
/// rows of connections are not needed; figures of the match cache.
inline constexpr std::uint64_t wanted_subscriptions = 1;
inline constexpr std::uint64_t wanted_paths = 2;
inline constexpr std::uint64_t wanted_no_rows = 4;
inline constexpr std::uint64_t wanted_cache = 8;

inline constexpr std::uint16_t flag_more = 1;
/// What keep_state may carry.
inline constexpr std::size_t state_bytes_max = 16 * 1024;
/// The text of an answer in all its packets, of an event in its one; longer ones are cut.
inline constexpr std::size_t answer_bytes_max = 128 * 1024;
inline constexpr std::size_t event_text_bytes_max = 4 * 1024;

/// Builds one message.
class message_builder {
 public:
  explicit message_builder(message_type type, std::uint32_t id = 0, std::uint16_t flags = 0);
  void add(field_tag, std::uint64_t value);
  /// requires: the message stays within message_bytes_max.
  void add(field_tag, std::string_view bytes);
  [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

 private:
  std::string bytes_;
};

/// A received message; views into the packet.
class message_view {
 public:
  /// returns: nothing for a packet that is malformed: too short, too long, a field that ends
  /// outside it.
  [[nodiscard]] static std::optional<message_view> parse(std::span<const char> packet) noexcept;

  [[nodiscard]] std::uint16_t type() const noexcept { return type_; }
  [[nodiscard]] bool is(message_type wanted) const noexcept {
    return type_ == static_cast<std::uint16_t>(wanted);
  }
  [[nodiscard]] std::uint16_t flags() const noexcept { return flags_; }
  [[nodiscard]] std::uint32_t id() const noexcept { return id_; }
  /// The first field with this tag.
  [[nodiscard]] std::optional<std::string_view> bytes(field_tag) const noexcept;
  /// The same as a number. returns: nothing as well when it does not have 8 bytes.
  [[nodiscard]] std::optional<std::uint64_t> number(field_tag) const noexcept;

 private:
  std::uint16_t type_ = 0;
  std::uint16_t flags_ = 0;
  std::uint32_t id_ = 0;
  std::string_view fields_;
};

}  // namespace wirebird::protocol::plane
