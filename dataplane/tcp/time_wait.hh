#pragma once

#include "dataplane/base/intrusive_list.hh"
#include "dataplane/base/timer_wheel.hh"
#include "dataplane/tcp/counters.hh"
#include "dataplane/tcp/demux.hh"
#include "dataplane/tcp/emitter.hh"
#include "dataplane/tcp/seq.hh"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace wirebird::tcp {

struct time_wait_tag;

/// What is left of a connection in TIME_WAIT: enough to answer a repeated FIN and to tell a new
/// connection from old segments.
struct time_wait_entry final : flow, list_hook<time_wait_tag> {
  time_wait_entry() noexcept : flow(kind::time_wait) {}

  sequence snd_nxt;
  sequence rcv_nxt;
  std::uint32_t ts_recent = 0;
  std::uint32_t ts_offset = 0;
  std::uint16_t window = 0;  ///< as last advertised, on the wire
  bool stamps = false;
  instant expires{};
};

/// All of a stack's connections in TIME_WAIT (RFC 9293 3.3.2): fixed memory, the oldest entry
/// gives way when it is full. One timer for all: every entry waits equally long, so the list is in
/// order of expiry. One worker.
class time_wait_table final : timer {
 public:
  time_wait_table(std::size_t entries_max, duration lasts, demux& flows, timer_wheel& wheel,
                  counters& counts);

  /// Takes over the 4-tuple of `old`, which leaves the demux; `facts`: its sequence numbers and
  /// timestamps.
  void enter(flow& old, const time_wait_entry& facts, instant now);

  enum class verdict : std::uint8_t { done, reuse };
  /// A segment for this entry. returns: reuse when it is a SYN that may open a new connection (RFC
  /// 6191, RFC 9293 3.10.7.4); the caller forgets the entry then.
  [[nodiscard]] verdict on_segment(time_wait_entry&, const segment&, emitter&, instant now);
  void forget(time_wait_entry&) noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return used_; }

 private:
  [[nodiscard]] static bool is_newer(const time_wait_entry&, const segment& syn) noexcept;
  void on_timer(instant now) override;
  void start(time_wait_entry&, instant now);

  std::unique_ptr<time_wait_entry[]> entries_;
  intrusive_list<time_wait_entry, time_wait_tag> free_;
  intrusive_list<time_wait_entry, time_wait_tag> waiting_;
  duration lasts_;
  demux& flows_;
  timer_wheel& wheel_;
  counters& counts_;
  std::size_t used_ = 0;
};

}  // namespace wirebird::tcp
