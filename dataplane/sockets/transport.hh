#pragma once

#include "dataplane/base/address.hh"
#include "dataplane/base/arena.hh"
#include "dataplane/base/timer_wheel.hh"
#include "dataplane/sockets/connection.hh"
#include "dataplane/sockets/counters.hh"
#include "dataplane/sockets/host.hh"
#include "dataplane/sockets/listener.hh"
#include "dataplane/sockets/poller.hh"
#include "dataplane/sockets/spread.hh"
#include "dataplane/stream/connection.hh"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace wirebird::sockets {

struct options {
  /// Sockets at the same time, lingering ones included. One more is answered with a RST, so that a
  /// client with a list of servers tries the next one at once; if a socket lingers, that one gives
  /// way instead.
  std::size_t connections_max = 65'536;
};

struct listen_result {
  std::uint16_t port = 0;  ///< where it listens: what port 0 became
  int error = 0;           ///< errno; 0 when it listens
};

/// The kernel's TCP behind the stream interface: one worker's sockets on that worker's thread,
/// non-blocking, readiness from one epoll instance. Only wake() may be called from elsewhere.
///
/// poll() once per iteration calls handlers and acceptors; nothing else does. Costs one system call
/// per poll plus one per read and per flush; nothing grows with the number of idle connections.
/// A transport that ends closes its sockets without a word to their handlers.
class transport {
 public:
  /// All references must outlive the transport. See error().
  transport(const options&, arena&, timer_wheel&);
  ~transport();
  transport(const transport&) = delete;
  transport& operator=(const transport&) = delete;

  /// errno of opening the epoll instance; 0 when the transport is usable.
  [[nodiscard]] int error() const noexcept { return poller_.error(); }

  /// Opens an exclusive listener (see open_listener) whose connections go to `user`. May be called
  /// several times, for several ports. Not from within a handler's call.
  [[nodiscard]] listen_result listen(const endpoint& local, stream::acceptor& user,
                                     precedence = precedence::first);
  /// The same with a listening, non-blocking socket, which it takes over. Workers that share one
  /// each get a duplicate of its descriptor. returns: errno, 0 when it listens.
  [[nodiscard]] int adopt_listener(int descriptor, stream::acceptor& user,
                                   precedence = precedence::first);
  /// From now on connections that any worker accepts are dealt out: this one passes on those that
  /// are not its own, and `user` gets those that are. returns: errno, 0 when they come.
  [[nodiscard]] int share(spread& others, std::size_t self, stream::acceptor& user);
  /// Takes over a connected, non-blocking stream socket of any family; it counts as accepted. May
  /// be called from within a handler's call. returns: the connection, which calls `user`, or null
  /// when there is no room for it.
  [[nodiscard]] stream::connection* adopt_connection(int descriptor, stream::handler& user,
                                                     precedence);
  /// Closes all listeners; connections stay. Not from within a handler's call.
  void stop_listening() noexcept;
  /// Closes the listeners whose connections go to `user`; those that other workers accept for it
  /// still come. Not from within a handler's call.
  void stop_listening(const stream::acceptor& user) noexcept;

  /// Accepts, reads, completes writes and calls handlers, within the bounds of limits.hh. Never
  /// waits.
  void poll(instant now);
  /// Sleeps until a socket is ready, wake() was called since the last wait() or `longest` has
  /// passed; not at all while there is work. The caller then polls, after looking at whatever a
  /// wake() may be about.
  void wait(duration longest) noexcept;
  /// Any thread: ends the present wait(), or the next one.
  void wake() noexcept { poller_.wake(); }
  /// Something is due without new readiness.
  [[nodiscard]] bool has_work() const noexcept {
    return !poller_.events().empty() || host_.is_anybody_due();
  }

  /// Connections whose handlers have not had on_ended().
  [[nodiscard]] std::size_t connections() const noexcept { return connections_; }
  /// Closed connections whose sockets wait for the peer's last words.
  [[nodiscard]] std::size_t lingering() const noexcept { return in_use_ - connections_; }
  [[nodiscard]] const counters& counts() const noexcept { return host_.counts; }

 private:
  /// Place of one connection; the generation tells an event for it from one for its predecessor.
  struct place {
    std::unique_ptr<connection> occupant;
    std::uint32_t generation = 0;
    std::uint32_t next_free = 0;
  };

  void dispatch(const epoll_event&, instant now);
  void accept_from(listener&, instant now);
  [[nodiscard]] int add_listener(listener::kind, precedence, int descriptor, stream::acceptor&);
  [[nodiscard]] bool is_for_another(const listener&, const accepted_socket&) noexcept;
  void admit(listener&, const accepted_socket&, instant now);
  void take_turns(waiting_line&, instant now);
  void end(connection&, instant now);
  void release(connection&) noexcept;
  /// returns: the connection, watched, or null.
  [[nodiscard]] connection* place_connection(precedence, int descriptor, const endpoint& remote);
  [[nodiscard]] bool make_room() noexcept;
  [[nodiscard]] std::uint32_t free_slot();
  [[nodiscard]] std::uint64_t token_of(std::uint32_t slot) const noexcept;

  std::size_t connections_max_;
  spread* others_ = nullptr;
  std::size_t self_ = 0;  ///< among the others
  poller poller_;
  host host_;
  std::vector<place> places_;
  std::uint32_t first_free_;
  std::size_t in_use_ = 0;
  std::size_t connections_ = 0;
  intrusive_list<connection, aside_tag> lingering_;   ///< oldest first
  std::vector<std::unique_ptr<listener>> listeners_;  ///< null: stopped
  bool woken_ = false;                                ///< the bell rang while nobody waited
};

}  // namespace wirebird::sockets
