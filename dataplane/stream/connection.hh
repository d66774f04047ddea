#pragma once

#include "dataplane/base/address.hh"
#include "dataplane/base/slice_queue.hh"
#include "dataplane/base/time.hh"
#include "dataplane/stream/send_queue.hh"

#include <cstddef>
#include <cstdint>
#include <string_view>

/// The seam between transports (tcp over a port, sockets over the kernel) and what lives on their
/// connections. Everything here happens on one worker's thread. Nobody above can tell which
/// transport it runs on.
namespace wirebird::stream {

/// Why a connection is gone, as its transport knows it.
enum class end_reason : std::uint8_t {
  closed_by_us,   ///< close() ran to its end: all bytes acknowledged or handed to the kernel
  aborted_by_us,  ///< abort()
  peer_closed,    ///< orderly: FIN after FIN
  peer_reset,     ///< RST, or the kernel's ECONNRESET
  timed_out,      ///< retransmissions or window probes went unanswered
  peer_dead,      ///< keepalives went unanswered: nothing was on its way, and nobody is there
  unreachable,    ///< a hard ICMP error, or the kernel's equivalent
  out_of_memory,  ///< the transport could not hold what it must hold
};
[[nodiscard]] std::string_view to_string(end_reason) noexcept;

/// What a transport knows of the path to a peer. Zeros where it does not know.
struct path_facts {
  duration round_trip{};                ///< smoothed
  duration variation{};                 ///< of the round trip
  duration timeout{};                   ///< until a retransmission
  std::uint64_t congestion_window = 0;  ///< bytes
  std::uint64_t peer_window = 0;        ///< bytes that the peer has room for
  std::uint64_t in_flight = 0;          ///< bytes sent and not acknowledged
  std::uint64_t retransmitted = 0;      ///< segments, since the start
  std::uint32_t segment_bytes = 0;      ///< payload of a full segment
};

/// What lives on a connection: the broker's session, or a filter in front of it. The connection
/// calls it; calls never nest (nothing that a handler does to its connection calls back before the
/// handler returns).
class handler {
 public:
  /// Bytes have arrived in order. Takes what it wants from the front; what it leaves stays unread
  /// with the transport (and closes the peer's window) and is offered again together with the next
  /// bytes, or after resume_reading(). Not called while reading is paused.
  virtual void on_bytes(slice_queue& unread, instant now) = 0;
  /// The peer will send no more (FIN, end of file); everything before it has been offered. Output
  /// still flows until close().
  virtual void on_end_of_stream(instant now) = 0;
  /// Output was acknowledged (tcp) or accepted by the kernel (sockets): `output().size()` has
  /// fallen.
  virtual void on_progress(instant now) = 0;
  /// Last call: for the handler the connection object is gone when it returns.
  virtual void on_ended(end_reason reason, instant now) = 0;

 protected:
  ~handler() = default;
};

/// One open connection, owned by its transport. Ends only through on_ended(), which comes exactly
/// once, also after close() and abort(), and never from within a call that the handler makes.
class connection {
 public:
  explicit connection(arena& memory) noexcept : output_(memory) {}
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// Final bytes: write here, then flush() once per iteration.
  [[nodiscard]] virtual send_queue& output() noexcept { return output_; }

  /// Sends what may be sent now; the rest follows as the peer makes room. Once per touched
  /// connection per iteration.
  virtual void flush(instant now) = 0;
  /// No on_bytes() until resume_reading(); arriving bytes wait and the peer's window closes behind
  /// them.
  virtual void pause_reading() noexcept = 0;
  /// Offers the unread rest again, soon but not from within this call.
  virtual void resume_reading() noexcept = 0;
  /// Orderly end: sends what is in output(), then FIN. Unread and later input is thrown away.
  /// Idempotent.
  virtual void close(instant now) = 0;
  /// Ends at once: output is thrown away, the peer gets a RST.
  virtual void abort(instant now) = 0;

  [[nodiscard]] virtual endpoint remote() const noexcept = 0;
  [[nodiscard]] virtual endpoint local() const noexcept = 0;
  /// For monitoring; may cost a system call.
  [[nodiscard]] virtual path_facts facts() const noexcept { return {}; }

  /// Replaces what lives on the connection, e.g. to put a filter in front. requires: before the
  /// next call to the old one.
  void set_handler(handler& user) noexcept { user_ = &user; }

 protected:
  ~connection() = default;
  [[nodiscard]] handler& user() noexcept { return *user_; }
  [[nodiscard]] bool has_user() const noexcept { return user_ != nullptr; }
  /// For a transport that has more to do after on_ended().
  void clear_handler() noexcept { user_ = nullptr; }

 private:
  handler* user_ = nullptr;
  send_queue output_;
};

/// Whoever listens: the broker, one per listener kind.
class acceptor {
 public:
  /// A connection was established. returns: what lives on it from now on (it may write to output()
  /// and flush() at once), or null to refuse: the transport aborts it.
  [[nodiscard]] virtual handler* on_accepted(connection&, instant now) = 0;

 protected:
  ~acceptor() = default;
};

}  // namespace wirebird::stream
