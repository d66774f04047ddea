#pragma once

#include "dataplane/base/intrusive_list.hh"
#include "dataplane/base/slice_queue.hh"
#include "dataplane/base/timer_wheel.hh"
#include "dataplane/sockets/host.hh"
#include "dataplane/stream/connection.hh"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace wirebird::sockets {

/// One kernel socket behind the stream interface. Owned by its transport, on that worker's thread;
/// under 350 bytes, and no memory for bytes while nothing is unread or unsent.
///
/// What its handler does to it (flush, close, resume_reading, ...) writes to the socket at most and
/// puts it in line for a turn; handlers are called from turns only, so calls never nest.
///
///     open --close()--> closing --all sent--> ended --on_ended()--> lingering --> gone
///       \---abort(), peer reset, close_time_max---^        \------------------------^
class connection final : public stream::connection,
                         public list_hook<due_tag>,
                         public list_hook<aside_tag> {
 public:
  /// Takes over `descriptor`, a connected and non-blocking socket. `slot`: the owner's name for it.
  connection(host& shared, precedence, int descriptor, const endpoint& remote,
             const endpoint& local, std::uint32_t slot) noexcept;
  ~connection();

  // stream::connection
  void flush(instant now) override;
  void pause_reading() noexcept override { paused_ = true; }
  void resume_reading() noexcept override;
  void close(instant now) override;
  void abort(instant now) override;
  [[nodiscard]] endpoint remote() const noexcept override { return remote_; }
  [[nodiscard]] endpoint local() const noexcept override { return local_; }
  [[nodiscard]] stream::path_facts facts() const noexcept override;

  // For the transport.

  /// Takes note of what epoll says, a mask of EPOLLIN and its like.
  void on_ready(std::uint32_t events) noexcept;
  /// What a turn left behind.
  enum class outcome : std::uint8_t {
    stays,
    ended,  ///< report_end() is due
    gone,   ///< nothing is left of it: destroy it
  };
  /// Reads, writes and calls the handler, one time each at most. `moved_bytes` grows by what came
  /// and went.
  [[nodiscard]] outcome take_turn(instant now, std::size_t& moved_bytes);
  /// Tells the handler that it is over. returns: whether the socket lingers; else destroy it.
  [[nodiscard]] bool report_end(instant now);
  /// The socket goes back to the kernel with a RST, at once.
  void reset_socket() noexcept;
  [[nodiscard]] std::uint32_t slot() const noexcept { return slot_; }
  void mark_due() noexcept;

 private:
  enum class phase : std::uint8_t { open, closing, ended, lingering };
  /// Bounds closing and lingering.
  struct deadline final : timer {
    explicit deadline(connection& owner_) noexcept : owner(owner_) {}
    void on_timer(instant) override { owner.on_deadline(); }
    connection& owner;
  };

  void turn_while_open(instant now, std::size_t& moved_bytes);
  [[nodiscard]] bool may_read() const noexcept;
  /// returns: whether new bytes wait to be offered.
  [[nodiscard]] bool receive(instant now, std::size_t& moved_bytes);
  void offer(instant now);
  void on_end_of_file(instant now);
  /// returns: bytes written.
  std::size_t send(instant now);
  /// returns: bytes that the kernel took; 0 stops the sending for now.
  [[nodiscard]] std::size_t send_some(instant now);
  void on_send_error(int error, instant now);
  void discard(std::size_t& moved_bytes);
  void finish_close(instant now);
  void on_deadline();
  void wait_for_memory(instant now);
  /// Ends without further words to the peer.
  void lose(stream::end_reason);
  void end(stream::end_reason);
  void close_socket() noexcept;
  [[nodiscard]] stream::end_reason pending_error() const noexcept;

  host& shared_;
  waiting_line& line_;
  deadline deadline_;
  slice_queue unread_;
  endpoint remote_;
  endpoint local_;
  int descriptor_;
  std::uint32_t slot_;
  std::size_t discarded_ = 0;  ///< bytes since close()
  phase phase_ = phase::open;
  stream::end_reason reason_{};
  std::optional<stream::end_reason> failure_;  ///< writing failed; what was received still counts
  bool paused_ = false;
  bool has_spoken_ = false;    ///< bytes of the peer have come
  bool offer_due_ = false;     ///< resume_reading() asked for the unread rest to be offered
  bool readable_ = false;      ///< the kernel has bytes, the end or an error to tell
  bool end_in_sight_ = false;  ///< behind the bytes there is the end or an error
  bool hung_up_ = false;     ///< the kernel has given the connection up: a reset, or nobody answers
  bool peer_ended_ = false;  ///< end of file was read
  bool writable_ = true;
  bool send_due_ = false;      ///< output waits for a turn
  bool progress_due_ = false;  ///< the handler has not heard yet that its output shrank
};

}  // namespace wirebird::sockets
