#pragma once

#include "dataplane/base/path_error.hh"
#include "dataplane/base/timer_wheel.hh"
#include "dataplane/stream/connection.hh"
#include "dataplane/tcp/environment.hh"
#include "dataplane/tcp/handshake.hh"
#include "dataplane/tcp/newreno.hh"
#include "dataplane/tcp/rate_limit.hh"
#include "dataplane/tcp/receive_buffer.hh"
#include "dataplane/tcp/recovery.hh"
#include "dataplane/tcp/rtt.hh"
#include "dataplane/tcp/state.hh"
#include "dataplane/tcp/timers.hh"

#include <optional>

namespace wirebird::tcp {

/// One TCP connection (RFC 9293 3.3.1): the control block. Owned by its stack, on its worker.
///
/// Three doors towards the network: on_segment() takes one in, emit() sends what may be sent,
/// next_deadline() says when time alone gives it something to do. None of them calls a handler;
/// that is deliver()'s alone. The code lies in five files: connection.cc (what the user does and
/// is told), segment_arrives.cc (RFC 9293 3.10.7), transmit.cc (emit), connection_timers.cc and
/// path_mtu.cc.
///
///        una          send_at        nxt             una + wnd
///   -----|---------------|------------|-----------------|----->  sequence numbers
///     acknowledged    in flight    to be repeated     to be sent while the window lasts
///                                  (after a timeout; else send_at == nxt)
class connection final : public stream::connection,
                         public flow,
                         public list_hook<ready_tag>,
                         public list_hook<output_tag>,
                         public list_hook<all_tag> {
 public:
  /// `start`: syn_received (passive open: the SYN-ACK was sent at `syn_sent_at` and acknowledged
  /// by the segment that comes next) or syn_sent. `user`: who is asked at establishment; null when
  /// a handler is set already.
  connection(environment&, const handshake&, state start, stream::acceptor* user, instant now,
             std::optional<instant> syn_sent_at);
  ~connection() = default;

  // Doors.
  void on_segment(const segment&, frame&& packet, instant now);
  /// returns: false when sink or frame pool stopped it; it is then to be called again.
  [[nodiscard]] bool emit(instant now);
  [[nodiscard]] instant next_deadline() const noexcept { return timers_.next_deadline(); }
  /// An ICMP error that quotes a segment of ours.
  void on_path_error(const path_error&, instant now);

  /// Tells the handler what has happened. returns: true when on_ended() was the last of it: the
  /// object is to end.
  [[nodiscard]] bool deliver(instant now);

  // stream::connection
  void flush(instant now) override;
  void pause_reading() noexcept override { paused_ = true; }
  void resume_reading() noexcept override;
  void close(instant now) override;
  void abort(instant now) override;
  [[nodiscard]] endpoint remote() const noexcept override { return tuple.remote; }
  [[nodiscard]] endpoint local() const noexcept override { return tuple.local; }
  [[nodiscard]] stream::path_facts facts() const noexcept override;

  [[nodiscard]] state current_state() const noexcept { return state_; }

 private:
  struct send_variables {
    sequence iss;
    sequence una;               ///< SND.UNA
    sequence nxt;               ///< SND.NXT: one past the last number ever sent
    sequence send_at;           ///< next to send; behind nxt after a timeout
    std::uint32_t wnd = 0;      ///< SND.WND, bytes
    std::uint32_t wnd_max = 0;  ///< the largest window the peer ever offered
    sequence wl1;               ///< SND.WL1
    sequence wl2;               ///< SND.WL2
    std::uint32_t mss = 0;      ///< payload of a full segment, our options taken off
    std::uint8_t shift = 0;
  };
  struct receive_variables {
    sequence nxt;                 ///< RCV.NXT
    sequence edge;                ///< one past what the peer may send: never moves back
    sequence acked;               ///< the last ACK number sent (Last.ACK.sent)
    std::optional<sequence> fin;  ///< where the peer's stream ends, once known
    std::uint8_t shift = 0;
  };
  struct alarm final : timer {
    explicit alarm(connection& whose) noexcept : owner(whose) {}
    void on_timer(instant now) override { owner.on_alarm(now); }
    connection& owner;
  };

  // connection.cc
  void set_state(state next) noexcept;
  void end(stream::end_reason reason) noexcept;
  void enter_time_wait(instant now);
  void become_ready() noexcept;
  void owe_output() noexcept;
  void reset(instant now);
  void offer_bytes(instant now);
  void let_user_go(instant now);
  void discard_input() noexcept;
  /// Input was thrown away unread, and our last bytes have arrived: a RST says so, the end.
  void end_with_loss(instant now);
  void count_end(stream::end_reason reason) noexcept;
  [[nodiscard]] bool is_over() const noexcept {
    return state_ == state::closed || state_ == state::time_wait;
  }

  // segment_arrives.cc
  void arrives_in_syn_sent(const segment&, instant now);
  [[nodiscard]] bool check_stamps(const segment&, instant now);
  [[nodiscard]] bool check_sequence(const segment&, instant now);
  [[nodiscard]] bool check_reset(const segment&, instant now);
  [[nodiscard]] bool check_syn(const segment&, instant now);
  [[nodiscard]] bool check_ack(const segment&, instant now);
  [[nodiscard]] bool establish(const segment&, instant now);
  void note_stamp(const segment&, instant now) noexcept;
  void acknowledged(const segment&, instant now);
  void update_window(const segment&) noexcept;
  void take_window(const segment&) noexcept;
  /// returns: true when that was the connection's end.
  [[nodiscard]] bool fin_was_acknowledged(instant now);
  void measure(const segment&, instant now);
  [[nodiscard]] bool take_text(const segment&, frame&& packet, instant now);
  [[nodiscard]] bool take_text_after_close(sequence first, sequence stop, instant now);
  void keep_text(sequence seq, slice bytes, instant now);
  void check_fin(instant now);
  void challenge(instant now);
  [[nodiscard]] bool takes_text() const noexcept {
    return state_ == state::established || state_ == state::fin_wait_1 ||
           state_ == state::fin_wait_2;
  }

  // transmit.cc
  [[nodiscard]] bool emit_syn(instant now);
  [[nodiscard]] bool emit_first_again(instant now);
  [[nodiscard]] bool emit_data(instant now);
  [[nodiscard]] bool emit_acks(instant now);
  [[nodiscard]] bool emit_segment(sequence at, std::uint32_t size, bool fin, instant now);
  [[nodiscard]] bool emit_ack(instant now);
  [[nodiscard]] bool emit_keepalive(instant now);
  void note_sent(sequence at, sequence end, instant now) noexcept;
  [[nodiscard]] std::uint32_t sendable() const noexcept;
  [[nodiscard]] std::uint32_t window_left() const noexcept;
  [[nodiscard]] sequence data_end() const noexcept;
  [[nodiscard]] bool owes_fin() const noexcept;
  [[nodiscard]] segment header(sequence at, std::uint8_t flags, instant now) noexcept;
  [[nodiscard]] std::uint16_t advertise() noexcept;
  [[nodiscard]] sequence possible_edge() const noexcept;
  void consider_window_update() noexcept;
  void owe_ack_now() noexcept;

  // connection_timers.cc
  void on_alarm(instant now);
  void retransmission_timeout(instant now);
  void probe_timeout(instant now);
  void keepalive_timeout(instant now);
  /// Brings the exclusive timer in line with what is in flight, and the wheel with the timer.
  void settle_timers(instant now) noexcept;
  [[nodiscard]] bool peer_is_silent(instant now) noexcept;

  // path_mtu.cc
  void shrink_to(std::uint32_t mtu, counter& reason, instant now);
  /// Full segments keep timing out: perhaps it is their size, and no router tells (RFC 2923 2.1).
  void suspect_black_hole(instant now);
  void forget_path_mtu() noexcept;
  [[nodiscard]] std::uint32_t packet_bytes() const noexcept;

  environment& env_;
  state state_;
  stream::acceptor* acceptor_;

  send_variables snd_;
  receive_variables rcv_;
  handshake agreed_;
  newreno congestion_;
  recovery recovery_;
  rtt_estimator rtt_;
  receive_buffer received_;
  timers timers_;
  alarm alarm_{*this};
  rate_limit challenges_;

  std::optional<sequence> fin_;    ///< our FIN, once sent: output() ends there
  std::optional<sequence> timed_;  ///< the byte whose ACK is a round-trip sample
  instant timed_at_{};
  instant stamped_at_{};             ///< when ts_recent was last heard of
  instant last_sent_at_{};           ///< when data was last sent, for the restart after idleness
  instant silent_since_ = never;     ///< first unanswered retransmission or probe
  instant heard_at_{};               ///< last segment that belongs here, for keepalive
  instant path_mtu_until_ = never;   ///< when a lowered snd_.mss is no longer believed
  std::uint64_t retransmitted_ = 0;  ///< segments
  unsigned probes_ = 0;              ///< into a window that is still closed
  unsigned keepalives_ = 0;          ///< unanswered
  unsigned timeouts_ = 0;            ///< of the retransmission timer since the last new ACK

  unsigned duplicate_acks_owed_ = 0;
  bool ack_owed_ = false;
  bool first_again_ = false;  ///< repeat the first unacknowledged segment at once
  bool probe_owed_ = false;
  bool keepalive_owed_ = false;
  bool input_lost_ = false;         ///< close() left input unread, or more came after it
  bool limited_by_window_ = false;  ///< cwnd was what stopped the last emit()
  bool established_ = false;        ///< was ESTABLISHED at some time
  bool paused_ = false;
  bool offering_ = false;       ///< on_bytes() is running: its bytes must stay
  bool closing_ = false;        ///< close() or abort() was called
  bool fresh_ = false;          ///< unread bytes to offer
  bool progress_ = false;       ///< acknowledgements to tell of
  bool end_of_stream_ = false;  ///< the peer's FIN is in
  bool end_of_stream_told_ = false;
  std::optional<stream::end_reason> ended_;
};

}  // namespace wirebird::tcp
