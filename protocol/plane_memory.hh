#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

/// The memory that wirebird writes and wirebird-control reads: version 1.
///
///     memory_header | section_entry x sections | sections, each `count` records `stride` apart
///
/// A reader finds everything through the table of sections and never through the size of a struct
/// of its own: a record that is longer than it knows has a tail that it does not read, one that is
/// shorter lacks fields, which are then zero. New sections and new fields at the end of a record
/// keep the version. All integers in the machine's order: both processes run on one machine.
/// Each section says who writes it; nobody else does, and nobody ever waits.
namespace wirebird::protocol::plane {

inline constexpr std::uint64_t memory_magic = 0x316e'6c70'6472'6277;  // "wbrdpln1"
inline constexpr std::uint32_t memory_version = 1;

struct memory_header {
  std::uint64_t magic;  ///< written last: until then the rest is not ready
  std::uint32_t version;
  std::uint32_t header_bytes;  ///< of this struct: the table of sections follows it
  std::uint32_t sections;
  std::uint32_t section_entry_bytes;
  std::uint64_t total_bytes;
};
static_assert(sizeof(memory_header) == 32);

enum class section_id : std::uint32_t {
  settings = 1,       ///< one text_record, JSON; the agent writes
  counter_names = 2,  ///< one text_record, `room.name` per line; the agent writes, once
  workers = 3,        ///< worker_record per worker, which writes it
  counters = 4,       ///< per worker one array of 64-bit numbers in the order of counter_names
  connections = 5,    ///< row per connection, an equal share for each worker, which writes it
  closed = 6,         ///< ring of rows per worker, an equal share for each, which writes it
  subscriptions = 7,  ///< one list_record per worker, which writes it when asked to
  latency = 8,        ///< per worker one array of counts, as plane_histogram.hh says: messages
  loop_time = 9,      ///< the same: iterations that found something to do
  listing_time = 10,  ///< the same: steps of bringing this memory up to date, one per iteration
};

struct section_entry {
  std::uint32_t id;
  std::uint32_t reserved;
  std::uint64_t offset;  ///< from the start of the memory, a multiple of 64
  std::uint64_t stride;  ///< a multiple of 8
  std::uint64_t count;
};
static_assert(sizeof(section_entry) == 32);

/// Words of this record are stored and loaded one by one.
struct worker_record {
  std::uint64_t heartbeat_ns;     ///< the monotonic clock; a running worker is at most 0.2 s behind
  std::uint64_t refresh_done;     ///< the last refresh that it has finished
  std::uint64_t connection_rows;  ///< rows that are valid since then
  std::uint64_t rows_missing;     ///< connections for which there was no row
  std::uint64_t closed_total;     ///< rows ever written to its ring of closed connections
  std::uint64_t subscriptions;    ///< in its table, as of the last refresh
  std::uint64_t list_refresh;     ///< the refresh that its list of subscriptions is of
  std::uint64_t list_bytes;       ///< of that list
  std::uint64_t list_missing;     ///< subscriptions that did not fit into it
  std::uint64_t clients_plus_one;   ///< connected, as of the last refresh; 0: connection_rows tells
  std::uint64_t busy_ns;            ///< spent in iterations with work, as of the heartbeat
  std::uint64_t busy_loops;         ///< those iterations
  std::uint64_t loop_ns_max;        ///< the longest of them
  std::uint64_t arena_used;         ///< bytes of send queues, payloads and half-received messages
  std::uint64_t arena_limit;        ///< bytes
  std::uint64_t frames_free;        ///< of the worker's queue of a port
  std::uint64_t facts_refresh;      ///< the refresh that what rows say of paths is of
  std::uint64_t listing_ns;         ///< spent on bringing this memory up to date
  std::uint64_t listing_ns_max;     ///< the longest step of that
  std::uint64_t cache_results;      ///< in its match cache, as of the last refresh that asked
  std::uint64_t cache_fan_out;      ///< of all of them: clients, queue groups and other workers
  std::uint64_t cache_fan_out_max;  ///< of one of them
};

/// A list_record is a sequence and then entries one behind the other, each this head, subject,
/// queue and sid, and zeros up to a multiple of 8 bytes. One may be there twice.
struct subscription_head {
  std::uint64_t cid;
  std::uint64_t msgs;  ///< delivered
  std::uint32_t max;   ///< of msgs; 0: none
  std::uint32_t subject_bytes;
  std::uint32_t queue_bytes;
  std::uint32_t sid_bytes;
};
static_assert(sizeof(subscription_head) == 32);

/// Text of bounded length inside a row: what is longer is cut.
template <std::size_t Capacity>
struct row_text {
  static_assert(Capacity < 256);
  std::uint8_t size;
  std::array<char, Capacity> characters;

  void assign(std::string_view text) noexcept {
    size = static_cast<std::uint8_t>(text.copy(characters.data(), Capacity));
  }
  /// Also of a row that somebody damaged: never beyond the record.
  [[nodiscard]] std::string_view view() const noexcept {
    return {characters.data(), size < Capacity ? size : Capacity};
  }
};

/// What the transport knows of the path to a client; zeros where it does not. Times in ns.
struct path_record {
  std::uint64_t round_trip_ns;  ///< smoothed
  std::uint64_t variation_ns;
  std::uint64_t timeout_ns;
  std::uint64_t congestion_window;  ///< bytes, as the next two
  std::uint64_t peer_window;
  std::uint64_t in_flight;
  std::uint64_t retransmitted;  ///< segments
  std::uint64_t segment_bytes;
};

/// One client. Times are nanoseconds of the monotonic clock, 0: never.
struct connection_row {
  std::uint64_t cid;
  std::int64_t start_ns;
  std::int64_t last_activity_ns;
  std::int64_t stop_ns;
  std::int64_t rtt_ns;  ///< 0: not measured
  std::uint64_t pending_bytes;
  std::uint64_t in_msgs;  ///< received from the client
  std::uint64_t out_msgs;
  std::uint64_t in_bytes;  ///< headers and payload
  std::uint64_t out_bytes;
  std::uint32_t subscriptions;
  std::uint16_t port;
  std::uint16_t reserved;
  std::array<std::uint8_t, 16> address;  ///< IPv4 in its mapped form
  row_text<159> name;                    ///< what CONNECT said, and so on
  row_text<31> lang;
  row_text<31> version;
  row_text<63> user;
  row_text<63> account;  ///< empty: the global one
  row_text<47> reason;   ///< why it was closed, in words
  path_record path;      ///< written when asked for, of clients that are connected
};
static_assert(sizeof(connection_row) == 568);
static_assert(std::is_trivially_copyable_v<connection_row>);

/// What precedes a row or a text: odd while the writer is at work.
inline constexpr std::size_t sequence_bytes = 8;
inline constexpr std::size_t row_stride = sequence_bytes + sizeof(connection_row);
static_assert(row_stride == 576);
/// A text_record: sequence, length in bytes as a 64-bit number, text.
inline constexpr std::size_t text_head_bytes = 2 * sequence_bytes;

/// Copies in words that are atomic each: a reader that comes too early sees a mixture, never
/// undefined behaviour, and the sequence tells. requires: size is a multiple of 8, both aligned.
inline void store_words(std::uint8_t* to, const void* from, std::size_t size) noexcept {
  for (std::size_t at = 0; at < size; at += 8) {
    std::uint64_t word;
    std::memcpy(&word, static_cast<const std::uint8_t*>(from) + at, 8);
    std::atomic_ref(*reinterpret_cast<std::uint64_t*>(to + at))
        .store(word, std::memory_order_relaxed);
  }
}
inline void load_words(void* to, const std::uint8_t* from, std::size_t size) noexcept {
  for (std::size_t at = 0; at < size; at += 8) {
    // A reader maps the memory read-only; atomic_ref has no constant form before C++26.
    auto& source = *reinterpret_cast<std::uint64_t*>(const_cast<std::uint8_t*>(from + at));
    const std::uint64_t word = std::atomic_ref(source).load(std::memory_order_relaxed);
    std::memcpy(static_cast<std::uint8_t*>(to) + at, &word, 8);
  }
}

inline void store_word(std::uint8_t* at, std::uint64_t value) noexcept {
  std::atomic_ref(*reinterpret_cast<std::uint64_t*>(at)).store(value, std::memory_order_release);
}
[[nodiscard]] inline std::uint64_t load_word(const std::uint8_t* at) noexcept {
  return std::atomic_ref(*reinterpret_cast<std::uint64_t*>(const_cast<std::uint8_t*>(at)))
      .load(std::memory_order_acquire);
}

/// Writes what follows a sequence lock. requires: one writer; size is a multiple of 8.
inline void write_locked(std::uint8_t* record, const void* from, std::size_t size) noexcept {
  const std::uint64_t before = load_word(record);
  std::atomic_ref(*reinterpret_cast<std::uint64_t*>(record))
      .store(before + 1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  store_words(record + sequence_bytes, from, size);
  store_word(record, before + 2);
}

/// Reads what follows a sequence lock, trying a few times. returns: false when the writer was at
/// work every time, or nothing was ever written.
[[nodiscard]] inline bool read_locked(const std::uint8_t* record, void* to,
                                      std::size_t size) noexcept {
  constexpr int tries_max = 100;
  for (int i = 0; i < tries_max; ++i) {
    const std::uint64_t before = load_word(record);
    if (before == 0) return false;
    if (before % 2 != 0) continue;
    load_words(to, record + sequence_bytes, size);
    std::atomic_thread_fence(std::memory_order_acquire);
    if (load_word(record) == before) return true;
  }
  return false;
}

}  // namespace wirebird::protocol::plane
