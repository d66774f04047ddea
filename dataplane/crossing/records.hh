#pragma once

#include "dataplane/base/buffer.hh"
#include "dataplane/base/bytes.hh"
#include "dataplane/base/time.hh"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// What workers tell each other, as it stands in a lane. Views of what was read point into the
/// record.
namespace wirebird::crossing {

enum class record_kind : std::uint8_t {
  interest,  ///< the sender's clients want, or no longer want, a subject
  message,   ///< a message for clients of the receiver
  nobody,    ///< whoever was to have a message is gone: nobody has had it
  stop,      ///< a publisher is to stop reading for a moment, or all go on
};

/// Interest of all clients of one worker in one subject, plainly or in one queue group.
struct interest {
  std::string_view subject;
  std::string_view queue;     ///< empty: plain subscriptions
  std::uint32_t members = 0;  ///< subscriptions it stands for now; 0: none any more
  bool choosy = false;        ///< all of the plain ones, or any of a group, may refuse a message
};

/// Queue names one after another, each behind its length.
void append_name(std::string& names, std::string_view name);
/// requires: names that append_name() made, not empty. Takes the first one off.
[[nodiscard]] std::string_view take_name(std::string_view& names) noexcept;

/// A published message on its way to another worker. Subject, reply and sizes as the publisher
/// wrote them.
struct message {
  std::string_view subject;
  std::string_view reply;  ///< empty: none
  std::string_view header_size_text;
  std::string_view total_size_text;
  std::uint32_t header_size = 0;
  std::uint32_t total_size = 0;  ///< bytes of headers and payload
  bool has_headers = false;
  bool to_plain = false;  ///< for the receiver's plain subscriptions
  std::uint8_t origin_worker = 0;
  std::uint64_t tried = 0;     ///< workers that had nobody of the group to take it, a bit each
  std::uint64_t origin = 0;    ///< client id of the publisher, on its worker
  std::uint64_t question = 0;  ///< `nobody` is to be told, with it, if nobody has it; 0: is not
  instant received{};          ///< whole, by its publisher's worker
  std::string_view groups;     ///< names of the groups of which the receiver serves one member

  std::string_view payload;  ///< headers and payload, unless they are referred to:
  /// Memory of the sender that stays as it is until the record is popped; with a closing CR LF.
  std::span<const slice> pieces{};
};

struct nobody {
  std::uint64_t origin = 0;    ///< client id at the receiver
  std::uint64_t question = 0;  ///< of the message
  std::string_view reply;      ///< of the message
};

/// A subscriber at the sender lags behind what this publisher sends.
struct stop {
  std::uint64_t publisher = 0;    ///< client id at the receiver
  std::uint64_t nanoseconds = 0;  ///< at most; 0: whoever was stopped before goes on now
};

[[nodiscard]] std::size_t size_of(const interest&) noexcept;
[[nodiscard]] std::size_t size_of(const message&) noexcept;
[[nodiscard]] std::size_t size_of(const nobody&) noexcept;
[[nodiscard]] std::size_t size_of(const stop&) noexcept;
/// requires: into.size() is size_of().
void write(mutable_bytes into, const interest&) noexcept;
void write(mutable_bytes into, const message&) noexcept;
void write(mutable_bytes into, const nobody&) noexcept;
void write(mutable_bytes into, const stop&) noexcept;

/// requires: a record that write() made; for the others below, of this kind.
[[nodiscard]] record_kind kind_of(byte_view record) noexcept;
[[nodiscard]] interest read_interest(byte_view record) noexcept;
[[nodiscard]] message read_message(byte_view record) noexcept;
[[nodiscard]] nobody read_nobody(byte_view record) noexcept;
[[nodiscard]] stop read_stop(byte_view record) noexcept;

}  // namespace wirebird::crossing
