#pragma once

#include "dataplane/base/intrusive_list.hh"
#include "dataplane/base/timer_wheel.hh"
#include "dataplane/stream/connection.hh"
#include "dataplane/tcp/counters.hh"
#include "dataplane/tcp/demux.hh"
#include "dataplane/tcp/emitter.hh"
#include "dataplane/tcp/handshake.hh"
#include "dataplane/tcp/isn.hh"
#include "dataplane/tcp/limits.hh"
#include "dataplane/tcp/rate_limit.hh"

#include <array>
#include <cstddef>
#include <memory>

namespace wirebird::tcp {

struct half_open_tag;

/// A port that accepts connections. An unspecified address means every address.
struct listener {
  endpoint local;
  stream::acceptor* user = nullptr;
};

/// A connection in SYN_RECEIVED: all that is kept until the peer has shown that it is there.
struct half_open final : flow, list_hook<half_open_tag> {
  half_open() noexcept : flow(kind::half_open) {}

  handshake agreed;
  stream::acceptor* user = nullptr;  ///< null: the entry is free
  instant deadline{};                ///< when the next SYN-ACK is due, or the entry given up
  instant answered_at{};             ///< when the last SYN-ACK left
  unsigned tries = 0;                ///< SYN-ACKs that our timer sent
  bool repeated = false;  ///< more than one SYN-ACK left, so which one was answered is unknown
  rate_limit challenges;  ///< RFC 5961 7
};

/// The half-open connections of a stack (RFC 4987): fixed memory. When it is full the stack answers
/// with cookies, so a flood keeps nobody out. Entries are grouped by the number of SYN-ACKs sent:
/// each group waits equally long, so one timer and lists in order of deadline serve all. One
/// worker.
class syn_queue final : timer {
 public:
  syn_queue(std::size_t entries_max, std::uint32_t window, demux& flows, emitter& out,
            timer_wheel& wheel, counters& counts);

  /// A SYN for a listener and no flow. `iss`: our sequence number. requires: !is_full().
  void open(const four_tuple&, const segment& syn, stream::acceptor& user, sequence iss,
            std::uint32_t ts_offset, instant now);

  enum class verdict : std::uint8_t { done, established };
  /// returns: established when the handshake is complete; the caller makes a connection of it.
  [[nodiscard]] verdict on_segment(half_open&, const segment&, instant now);
  /// Forgets an entry whose 4-tuple is still its own.
  void drop(half_open&) noexcept;
  /// Forgets an entry whose 4-tuple another flow took over.
  void release(half_open&) noexcept;
  /// Forgets all entries of a local port.
  void drop_port(std::uint16_t port) noexcept;
  /// Forgets all entries.
  void clear() noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return used_; }
  [[nodiscard]] bool is_full() const noexcept { return free_.empty(); }

 private:
  using list = intrusive_list<half_open, half_open_tag>;

  void on_timer(instant now) override;
  void answer(half_open&, instant now);
  void challenge(half_open&, instant now);
  void wait(half_open&, instant now);

  std::unique_ptr<half_open[]> entries_;
  list free_;
  std::array<list, limits::syn_ack_tries> waiting_;  ///< by tries - 1
  std::uint32_t window_;
  demux& flows_;
  emitter& out_;
  timer_wheel& wheel_;
  counters& counts_;
  std::size_t entries_max_;
  std::size_t used_ = 0;
};

}  // namespace wirebird::tcp
