#pragma once

#include "dataplane/base/packet_queue.hh"
#include "dataplane/base/path_error.hh"
#include "dataplane/base/random.hh"
#include "dataplane/tcp/connection.hh"
#include "dataplane/tcp/isn.hh"
#include "dataplane/tcp/listener.hh"
#include "dataplane/tcp/rate_limit.hh"
#include "dataplane/tcp/syn_cookies.hh"

#include <vector>

namespace wirebird::tcp {

/// TCP for one worker: segments in, streams out. Owns its connections; refers to everything it is
/// given, which must outlive it. It reads no clock: `now` never moves back. A stack that ends with
/// connections open drops them without a word to handlers or peers.
///
/// Per segment: one lookup; no heap memory but at the start of a connection, and where a backlog
/// makes a queue grow. Refuses by counted rules: see counters.
class stack final : public path_error_sink {
 public:
  /// `secret`: for sequence numbers and tables; unknown outside. `dice`: ephemeral ports.
  stack(const options&, frame_pool&, arena&, datagram_sink&, timer_wheel&,
        const siphash_key& secret, random& dice, const port_capabilities&);
  ~stack();
  stack(const stack&) = delete;
  stack& operator=(const stack&) = delete;

  /// Accepts connections to `local`; an unspecified address means every address. returns: false
  /// when somebody listens there already.
  [[nodiscard]] bool listen(const endpoint& local, stream::acceptor&);
  /// No new connections on this port; half-open ones are forgotten, others live on.
  void stop_listening(std::uint16_t port);
  /// The same for all ports.
  void stop_listening();
  /// Active open. Port 0 in `local`: an ephemeral one. `user` may write to output() at once; its
  /// first on_progress() says that the connection is established, on_ended() that it failed.
  /// returns: the connection, or null when the 4-tuple or all ports are taken or the stack is full.
  [[nodiscard]] stream::connection* connect(endpoint local, const endpoint& remote,
                                            stream::handler& user, instant now);

  /// One segment. Calls no handler.
  void on_datagram(datagram&&, instant now);
  /// An ICMP error about a segment of ours. Calls no handler.
  void on_path_error(const path_error&, instant now) override;
  /// Tells acceptors and handlers what has happened. What they bring about themselves is told the
  /// next time.
  void deliver(instant now);
  /// Sends what connections owe: ACKs, repetitions, data that found no room before.
  void flush(instant now);
  /// Something is left for deliver() or flush() without any new input.
  [[nodiscard]] bool has_work() const noexcept {
    return !env_.ready.empty() || !env_.output.empty();
  }

  [[nodiscard]] const counters& counts() const noexcept { return counts_; }
  /// Control blocks, half-open ones included.
  [[nodiscard]] std::size_t connections() const noexcept { return used_ + syns_.size(); }
  [[nodiscard]] std::size_t half_open_connections() const noexcept { return syns_.size(); }
  [[nodiscard]] std::size_t time_waits() const noexcept { return time_waits_.size(); }

 private:
  [[nodiscard]] const listener* listener_for(const endpoint& local) const noexcept;
  void to_nobody(const four_tuple&, const segment&, frame&& packet, instant now);
  void on_syn(const four_tuple&, const segment&, sequence iss, instant now);
  void to_half_open(half_open&, const segment&, frame&&, instant now);
  void answer_with_cookie(const four_tuple&, const segment& syn, instant now);
  void open_by_cookie(const four_tuple&, const listener&, const segment&, frame&&, instant now);
  void to_time_wait(time_wait_entry&, const segment&, frame&& packet, instant now);
  void add(connection&) noexcept;
  [[nodiscard]] bool choose_port(four_tuple&) noexcept;

  options options_;
  counters counts_;
  emitter out_;
  demux flows_;
  time_wait_table time_waits_;
  syn_queue syns_;
  isn_source isns_;
  syn_cookies cookies_;
  random& dice_;
  environment env_;
  std::vector<listener> listeners_;
  intrusive_list<connection, all_tag> all_;
  std::size_t used_ = 0;
};

}  // namespace wirebird::tcp
