#pragma once

#include "dataplane/base/counter.hh"

namespace wirebird::tcp {

/// What one stack did and dropped. Written by its worker, read by anyone.
struct counters {
  counter segments_in;              ///< segments handed in
  counter segments_out;             ///< segments handed to the sink
  counter bytes_in;                 ///< payload accepted in order
  counter bytes_out;                ///< payload sent, repeats included
  counter checksum_wrong;           ///< dropped: checksum
  counter checksum_partial;         ///< of these, those left to the sender's card: never on a wire
  counter malformed;                ///< dropped: header too short, or to and from the same endpoint
  counter options_cut;              ///< option that does not fit its header; the rest ignored
  counter no_connection;            ///< segments for no connection and no listener
  counter resets_in;                ///< connections ended by a RST
  counter resets_out;               ///< RSTs sent
  counter resets_withheld;          ///< RSTs not sent: more than options::resets_per_second
  counter syns_in;                  ///< SYNs for a listener
  counter syns_refused;             ///< dropped: connections_max reached
  counter cookies_sent;             ///< SYN-ACKs with a cookie: half_open_max reached
  counter cookies_accepted;         ///< connections made from a cookie
  counter cookies_wrong;            ///< ACKs that carry none of ours, while cookies were out
  counter half_open_expired;        ///< handshakes that the peer never finished
  counter syn_acks_repeated;        ///< SYN-ACKs sent again
  counter accepted;                 ///< passive opens that reached ESTABLISHED
  counter refused_by_acceptor;      ///< accepted connections that nobody wanted
  counter connected;                ///< active opens that reached ESTABLISHED
  counter ended_closed_by_us;       ///< on_ended, per reason
  counter ended_aborted_by_us;      ///< on_ended, per reason
  counter ended_peer_closed;        ///< on_ended, per reason
  counter ended_peer_reset;         ///< on_ended, per reason
  counter ended_timed_out;          ///< on_ended, per reason
  counter ended_peer_dead;          ///< on_ended, per reason
  counter ended_unreachable;        ///< on_ended, per reason
  counter challenge_acks;           ///< RFC 5961, and ACKs for segments outside the window
  counter challenge_acks_withheld;  ///< not sent: limits::challenge_acks_per_second
  counter out_of_window;            ///< dropped: no part inside the receive window
  counter paws_dropped;             ///< dropped: timestamp older than TS.Recent
  counter stamps_missing;           ///< dropped: timestamps were agreed on and are missing
  counter bad_ack;                  ///< dropped: ACK of unsent data, or far in the past
  counter out_of_order;             ///< segments that came before their turn
  counter reassembly_dropped;       ///< out-of-order payload dropped: reassembly limits
  counter receive_dropped;          ///< in-order payload dropped: no memory to keep it in
  counter copied_in;                ///< payload bytes copied so as not to pin frames
  counter after_close;              ///< payload that came after close(): answered with RST
  counter timeouts;                 ///< retransmission timeouts
  counter retransmitted;            ///< data segments sent again
  counter fast_retransmits;         ///< losses repaired without a timeout
  counter duplicate_acks;           ///< received
  counter window_probes;            ///< sent into a closed window
  counter window_updates;           ///< ACKs sent only to open the peer's window
  counter delayed_acks;             ///< ACKs sent by the delayed-ACK timer
  counter keepalives;               ///< probes sent to silent peers
  counter path_errors_ignored;      ///< ICMP errors: no such connection, or not about it (RFC 5927)
  counter path_errors_soft;         ///< ICMP errors that change nothing
  counter path_mtu_lowered;         ///< segments made smaller: an ICMP error said so
  counter path_mtu_black_holes;     ///< segments made smaller: full ones kept timing out
  counter input_lost;               ///< closed with input unread or arriving: told with a RST
  counter no_frame;                 ///< sends put off: frame pool dry
  counter no_room;                  ///< sends put off: sink full
  counter answers_lost;             ///< RST or SYN-ACK not sent: no frame or no room
  counter time_wait_forgotten;      ///< oldest TIME_WAIT entry dropped for a new one
  counter time_wait_reused;         ///< new connection out of TIME_WAIT (RFC 6191)

  /// Calls `visit(name, value)` for each.
  template <typename Visitor>
  void for_each(Visitor&& visit) const {
    visit("segments_in", segments_in.value());
    visit("segments_out", segments_out.value());
    visit("bytes_in", bytes_in.value());
    visit("bytes_out", bytes_out.value());
    visit("checksum_wrong", checksum_wrong.value());
    visit("checksum_partial", checksum_partial.value());
    visit("malformed", malformed.value());
    visit("options_cut", options_cut.value());
    visit("no_connection", no_connection.value());
    visit("resets_in", resets_in.value());
    visit("resets_out", resets_out.value());
    visit("resets_withheld", resets_withheld.value());
    visit("syns_in", syns_in.value());
    visit("syns_refused", syns_refused.value());
    visit("cookies_sent", cookies_sent.value());
    visit("cookies_accepted", cookies_accepted.value());
    visit("cookies_wrong", cookies_wrong.value());
    visit("half_open_expired", half_open_expired.value());
    visit("syn_acks_repeated", syn_acks_repeated.value());
    visit("accepted", accepted.value());
    visit("refused_by_acceptor", refused_by_acceptor.value());
    visit("connected", connected.value());
    visit("ended_closed_by_us", ended_closed_by_us.value());
    visit("ended_aborted_by_us", ended_aborted_by_us.value());
    visit("ended_peer_closed", ended_peer_closed.value());
    visit("ended_peer_reset", ended_peer_reset.value());
    visit("ended_timed_out", ended_timed_out.value());
    visit("ended_peer_dead", ended_peer_dead.value());
    visit("ended_unreachable", ended_unreachable.value());
    visit("challenge_acks", challenge_acks.value());
    visit("challenge_acks_withheld", challenge_acks_withheld.value());
    visit("out_of_window", out_of_window.value());
    visit("paws_dropped", paws_dropped.value());
    visit("stamps_missing", stamps_missing.value());
    visit("bad_ack", bad_ack.value());
    visit("out_of_order", out_of_order.value());
    visit("reassembly_dropped", reassembly_dropped.value());
    visit("receive_dropped", receive_dropped.value());
    visit("copied_in", copied_in.value());
    visit("after_close", after_close.value());
    visit("timeouts", timeouts.value());
    visit("retransmitted", retransmitted.value());
    visit("fast_retransmits", fast_retransmits.value());
    visit("duplicate_acks", duplicate_acks.value());
    visit("window_probes", window_probes.value());
    visit("window_updates", window_updates.value());
    visit("delayed_acks", delayed_acks.value());
    visit("keepalives", keepalives.value());
    visit("path_errors_ignored", path_errors_ignored.value());
    visit("path_errors_soft", path_errors_soft.value());
    visit("path_mtu_lowered", path_mtu_lowered.value());
    visit("path_mtu_black_holes", path_mtu_black_holes.value());
    visit("input_lost", input_lost.value());
    visit("no_frame", no_frame.value());
    visit("no_room", no_room.value());
    visit("answers_lost", answers_lost.value());
    visit("time_wait_forgotten", time_wait_forgotten.value());
    visit("time_wait_reused", time_wait_reused.value());
  }
};

}  // namespace wirebird::tcp
