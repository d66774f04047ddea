#pragma once

#include "dataplane/base/spsc_ring.hh"
#include "dataplane/base/time.hh"
#include "dataplane/broker/session_summary.hh"
#include "protocol/plane_memory.hh"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

namespace wirebird::worker {

struct worker;

/// Where one worker writes in the plane memory: its share of each section (see plane_memory.hh).
struct plane_share {
  std::uint8_t* record = nullptr;    ///< its worker_record
  std::uint8_t* counters = nullptr;  ///< its array of numbers
  std::size_t counter_count = 0;
  std::uint8_t* rows = nullptr;  ///< its first row of connections
  std::size_t row_count = 0;
  std::uint8_t* closed = nullptr;   ///< its first row of closed connections
  std::size_t closed_count = 0;     ///< at least 1
  std::uint8_t* list = nullptr;     ///< its list_record of subscriptions
  std::size_t list_bytes = 0;       ///< room behind the record's sequence
  std::uint8_t* latency = nullptr;  ///< its histograms
  std::uint8_t* loops = nullptr;
  std::uint8_t* listing_steps = nullptr;
};

/// The worker's end of the plane link: tells wirebird-control what there is to know, by writing
/// into shared memory, and never waits for anybody.
///
/// Connections and counters are copied only when somebody asks (`ask()`), a few rows per iteration,
/// so they cost nothing while nobody looks. A client that ends leaves a row behind at once.
class plane_port final : public broker::closed_sink, private broker::subscription_sink {
 public:
  /// At start, on the main thread. Of a memory that outlives the worker.
  explicit plane_port(const plane_share& share) noexcept : share_(share) {}

  /// Any thread: the memory is to be brought up to date; refresh_done becomes `number`, or a later
  /// one, when it is. Numbers grow. Wakes nobody.
  /// `wanted`: bits of plane_messages.hh.
  void ask(std::uint64_t number, std::uint64_t wanted) noexcept {
    wanted_.store(wanted, std::memory_order_relaxed);
    asked_.store(number, std::memory_order_release);
  }

  /// Main thread: this client is to be closed, if it is ours. Wakes nobody. returns: false when too
  /// many wait.
  [[nodiscard]] bool kick(std::uint64_t client) noexcept { return kicks_.push(client); }
  /// The worker: the next one to close; 0: none.
  [[nodiscard]] std::uint64_t next_kick() noexcept {
    std::uint64_t client = 0;
    return kicks_.pop(client) ? client : 0;
  }

  /// Whether there is something to write. Every iteration; costs a comparison or two.
  [[nodiscard]] bool is_due(instant now) const noexcept {
    return at_work_on_ != 0 || asked_.load(std::memory_order_acquire) != done_ ||
           now - heartbeat_at_ >= heartbeat_interval;
  }
  /// One bounded step. returns: whether more is to be copied.
  [[nodiscard]] bool step(const worker&, instant now) noexcept;

  // broker::closed_sink
  void on_closed(const broker::session_summary&, broker::close_reason,
                 instant now) noexcept override;

  /// Rows copied per iteration, so that a step takes less than 20 us: with what the transport
  /// knows, which costs a system call on kernel sockets, each takes 1 us and more when there are
  /// thousands.
  static constexpr std::size_t rows_per_step = 40;
  static constexpr std::size_t rows_with_paths_per_step = 5;
  /// Slots of subscription lists looked at per iteration, likewise.
  static constexpr std::size_t slots_per_step = 40;
  /// Slots of the match cache, likewise: those lie side by side.
  static constexpr std::size_t cache_slots_per_step = 512;
  static constexpr duration heartbeat_interval = std::chrono::milliseconds(100);

 private:
  void begin(const worker&, std::uint64_t number) noexcept;
  void store(std::size_t offset, std::uint64_t value) noexcept;
  void beat(const worker&, instant now) noexcept;
  void copy_rows(const worker&) noexcept;
  void list_subscriptions(const worker&) noexcept;
  void count_cache(const worker&) noexcept;
  void finish(const worker&, instant now) noexcept;
  void on_subscription(const broker::subscription_summary&) noexcept override;

  plane_share share_;
  std::atomic<std::uint64_t> asked_{0};
  spsc_ring<std::uint64_t, 64> kicks_;
  std::atomic<std::uint64_t> wanted_{0};  ///< of the last asked for
  std::uint64_t at_work_on_ = 0;          ///< the refresh under way; 0: none
  std::uint64_t done_ = 0;
  std::size_t places_left_ = 0;
  std::size_t rows_written_ = 0;
  std::uint64_t rows_missing_ = 0;
  bool rows_ = false;   ///< the refresh under way wants them
  bool paths_ = false;  ///< and what transports know
  bool lists_ = false;  ///< it wants subscriptions, and they are not complete
  bool cache_ = false;  ///< it wants figures of the match cache, and they are not complete
  broker::subscription_walk walk_;
  broker::cache_walk cache_walk_;
  std::size_t list_written_ = 0;  ///< bytes
  std::uint64_t list_missing_ = 0;
  std::uint64_t closed_total_ = 0;
  instant heartbeat_at_{};
};

/// The names of a worker's counters, `room.name` a line, in the order in which plane_port writes
/// them. At start, when the worker has its transport.
[[nodiscard]] std::string counter_names(const worker&);

}  // namespace wirebird::worker
