#pragma once

#include "dataplane/base/counter.hh"

namespace wirebird::sockets {

/// What one kernel transport has done and refused. Raised by its worker, read by any thread.
struct counters {
  counter accepted;             ///< connections given to an acceptor
  counter refused_full;         ///< RST at once: connections_max are open
  counter refused_by_acceptor;  ///< RST at once: the acceptor wanted none
  counter accept_rests;         ///< accepting stopped for a while: no descriptor or memory left
  counter handed_over;          ///< accepted for another worker
  counter accept_errors;        ///< a connection died before it was accepted
  counter register_errors;      ///< RST at once: the kernel would not watch the connection
  counter bytes_in;             ///< read and handed on
  counter bytes_out;            ///< taken by the kernel
  counter receives;             ///< system calls that brought bytes
  counter sends;                ///< system calls that took bytes
  counter sends_blocked;        ///< the kernel's buffer was full
  counter read_droughts;        ///< a turn that read nothing because the arena was dry
  counter rests_packed;         ///< unread rests moved to blocks of their own size
  counter rests_kept;           ///< unread rests that pin more than they need: arena dry
  counter discarded_bytes;      ///< input thrown away after close()
  counter lingers_cut;          ///< closed connections that gave way to a new one
  counter ended_closed_by_us;   ///< ends by reason, as on_ended() told them
  counter ended_aborted_by_us;  ///<
  counter ended_peer_closed;    ///<
  counter ended_peer_reset;     ///<
  counter ended_timed_out;      ///<
  counter ended_unreachable;    ///<
  counter ended_out_of_memory;  ///<

  /// Calls `visit(name, counter)` for each.
  template <typename Visitor>
  void for_each(Visitor&& visit) const {
    visit("accepted", accepted);
    visit("handed_over", handed_over);
    visit("refused_full", refused_full);
    visit("refused_by_acceptor", refused_by_acceptor);
    visit("accept_rests", accept_rests);
    visit("accept_errors", accept_errors);
    visit("register_errors", register_errors);
    visit("bytes_in", bytes_in);
    visit("bytes_out", bytes_out);
    visit("receives", receives);
    visit("sends", sends);
    visit("sends_blocked", sends_blocked);
    visit("read_droughts", read_droughts);
    visit("rests_packed", rests_packed);
    visit("rests_kept", rests_kept);
    visit("discarded_bytes", discarded_bytes);
    visit("lingers_cut", lingers_cut);
    visit("ended_closed_by_us", ended_closed_by_us);
    visit("ended_aborted_by_us", ended_aborted_by_us);
    visit("ended_peer_closed", ended_peer_closed);
    visit("ended_peer_reset", ended_peer_reset);
    visit("ended_timed_out", ended_timed_out);
    visit("ended_unreachable", ended_unreachable);
    visit("ended_out_of_memory", ended_out_of_memory);
  }
};

}  // namespace wirebird::sockets
