#pragma once

#include "dataplane/auth/succession.hh"
#include "dataplane/base/arena.hh"
#include "dataplane/base/random.hh"
#include "dataplane/base/siphash.hh"
#include "dataplane/base/timer_wheel.hh"
#include "dataplane/broker/counters.hh"
#include "dataplane/broker/events.hh"
#include "dataplane/broker/handed_over.hh"
#include "dataplane/broker/lame_duck.hh"
#include "dataplane/broker/options.hh"
#include "dataplane/broker/session_summary.hh"
#include "dataplane/crossing/mesh.hh"
#include "dataplane/stream/connection.hh"
#include "protocol/server_info.hh"

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace wirebird::broker {

class login_desk;
class session;
struct core;

/// The clients of one worker: accepts connections, speaks the NATS client protocol on them, and
/// carries messages from publishers to subscribers. Bytes in, final bytes out; knows no transport.
///
/// Lives on one worker's thread. Timers fire from the wheel that was handed in. After every
/// iteration's input and timers comes one flush(). Holds no arena memory for an idle client.
class broker final : public stream::acceptor, private client_closer {
 public:
  /// Everything by reference outlives the broker, but `options`, and `identity` only until the
  /// next apply(): what INFO says besides the client's own fields, `headers` and `max_payload`.
  /// `secret`: for hashes of what peers send. The lanes of the station lead to the brokers of other
  /// workers.
  broker(const options&, const protocol::server_info& identity, arena&, timer_wheel&, random&,
         const siphash_key& secret, id_source&, event_sink&, const crossing::station& = {});
  ~broker();
  broker(const broker&) = delete;
  broker& operator=(const broker&) = delete;

  /// Greets with INFO. returns: the session, or null when there is no memory for the greeting.
  [[nodiscard]] stream::handler* on_accepted(stream::connection&, instant now) override;
  /// Takes in what other workers have sent. Before connections are read. returns: whether there was
  /// anything.
  bool receive(instant now);
  /// Whether another worker has sent something, or made room, since the last iteration.
  [[nodiscard]] bool has_news() noexcept;
  /// Other workers have taken all that was for them and hold no memory of this one.
  [[nodiscard]] bool is_settled() const noexcept;
  /// Goes on with wide fan-outs, then flushes connections with new output, once each, within the
  /// budgets of the options.
  void flush(instant now);
  /// Whether flush() left work for the next iteration.
  [[nodiscard]] bool has_work() const noexcept;
  /// Another snapshot counts from now on, for clients that are there too, except that a write
  /// deadline that runs ends as it began. `tells`: clients that understand it get a new INFO, some
  /// per iteration. Clients beyond a lower max_connections are closed. Between iterations.
  void apply(const options&, const protocol::server_info& identity, bool tells, instant now);
  /// After apply(): everybody who is there is who the succession says, with the permissions of the
  /// new configuration, or logs in anew; subscriptions that are not permitted any more end. Goes on
  /// over several iterations, during which the succession is used. Between iterations.
  void review(const auth::succession&) noexcept;
  /// Not yet through, but for those who wait for their verdict.
  [[nodiscard]] bool is_reviewing() const noexcept;
  /// Lame duck: after `grace`, closes clients one after another so that `length` after that none is
  /// left, at least one a second. Once.
  void leave(duration grace, duration length, instant now);
  /// Closes every session; their last bytes are sent, and they leave sessions() one by one.
  void shutdown(instant now);

  [[nodiscard]] const counters& counts() const noexcept;
  /// Messages that this iteration gave to transports; for whoever measures, after flush().
  [[nodiscard]] handed_over& given() noexcept;
  /// Clients whose connection has not ended.
  [[nodiscard]] std::size_t sessions() const noexcept;
  /// Of those, clients whose end is not decided.
  [[nodiscard]] std::size_t open_sessions() const noexcept;
  /// Where logins are judged; outlives the broker. At start only. Without it nobody gets in where
  /// the options require a login.
  void judge_logins_at(login_desk&) noexcept;
  /// Who hears of every client that ends; outlives the broker. At start only.
  void keep_closed(closed_sink&) noexcept;
  /// Closes the client with this id, if it is one of ours and open; what was written to it is sent.
  void kick(std::uint64_t client, instant now);
  /// One past the highest place of a session. When a session goes, the last one takes its place, so
  /// a walk that goes down may meet one twice but misses none.
  [[nodiscard]] std::size_t places() const noexcept;
  /// returns: the client at that place; nothing when none is open there.
  [[nodiscard]] std::optional<session_summary> summary(std::size_t place) const noexcept;
  /// What the transport knows of that client's path: a system call on kernel sockets.
  /// requires: a summary() in this iteration.
  [[nodiscard]] stream::path_facts facts(std::size_t place) const noexcept;
  /// Begins a walk over all subscriptions, and goes on with it, about `slots` of work at a time.
  /// What stays is met once or, when sessions go or lists grow meanwhile, more often.
  [[nodiscard]] subscription_walk begin_walk() const noexcept { return {places(), 0, 0, 0}; }
  /// returns: whether the walk is at its end.
  [[nodiscard]] bool walk_some(subscription_walk&, std::size_t slots, subscription_sink&) const;
  /// Goes on with a walk over the match cache, `slots` of it at a time. returns: whether it is at
  /// its end.
  [[nodiscard]] bool walk_some(cache_walk&, std::size_t slots) const noexcept;
  /// Subscriptions in the table.
  [[nodiscard]] std::size_t subscriptions() const noexcept;

 private:
  /// Takes closed sessions apart, a bounded number of subscriptions per iteration.
  void clean_up();
  void destroy(session&);
  void tell_some(instant now);
  void review_some(instant now);
  void close_surplus(instant now);
  std::size_t close_some(std::size_t count, instant now) override;

  std::unique_ptr<core> core_;
  std::size_t to_tell_ = 0;  ///< one past the highest place that may not know the last INFO
  const auth::succession* heirs_ = nullptr;
  std::size_t to_review_ = 0;  ///< likewise: who may be there by earlier rules
  std::optional<lame_duck> leaving_;
  std::vector<std::unique_ptr<session>> sessions_;
};

}  // namespace wirebird::broker
