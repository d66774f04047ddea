#pragma once

#include "dataplane/base/arena.hh"
#include "dataplane/base/intrusive_list.hh"
#include "dataplane/base/random.hh"
#include "dataplane/base/siphash.hh"
#include "dataplane/base/timer_wheel.hh"
#include "dataplane/broker/backlogs.hh"
#include "dataplane/broker/counters.hh"
#include "dataplane/broker/crossings.hh"
#include "dataplane/broker/events.hh"
#include "dataplane/broker/fanout.hh"
#include "dataplane/broker/flush_line.hh"
#include "dataplane/broker/handed_over.hh"
#include "dataplane/broker/hash_index.hh"
#include "dataplane/broker/limits.hh"
#include "dataplane/broker/logins.hh"
#include "dataplane/broker/memory_rules.hh"
#include "dataplane/broker/options.hh"
#include "dataplane/broker/reviews.hh"
#include "dataplane/broker/session_summary.hh"
#include "dataplane/broker/standstill.hh"
#include "dataplane/broker/stored_message.hh"
#include "dataplane/broker/subscriptions.hh"
#include "dataplane/broker/throttle.hh"
#include "protocol/limits.hh"
#include "protocol/server_info.hh"

#include <cstddef>
#include <cstdint>
#include <string>

namespace wirebird::broker {

class session;
struct ending_tag;

/// What the sessions of one broker share; owned by the broker, on its thread.
struct core {
  core(const options&, const protocol::server_info&, arena&, timer_wheel&, random&,
       const siphash_key&, id_source&, event_sink&, const crossing::station&);

  /// Another snapshot counts from now on. Between iterations.
  void apply(const options&, const protocol::server_info&) noexcept;
  /// INFO as it is for one client now.
  [[nodiscard]] std::string info_line(std::uint64_t client, const endpoint& remote) const;

  /// returns: the client with this id while it is in the broker's table, or null.
  [[nodiscard]] session* find_session(std::uint64_t id) const noexcept;
  [[nodiscard]] static std::uint64_t hash_of_id(std::uint64_t id) noexcept;

  options rules;
  const protocol::server_info* identity;
  std::uint16_t info_number = 1;           ///< of what INFO says to everybody; may wrap
  protocol::limits limits;                 ///< as enforced
  protocol::limits limits_before_connect;  ///< of clients that have not said CONNECT
  arena& memory;
  timer_wheel& timers;
  random& choices;
  siphash_key secret;
  id_source& ids;
  event_sink& events;
  closed_sink* closed = nullptr;  ///< null: nobody keeps them
  bool is_shut_down = false;      ///< nobody here publishes any more

  counters counts;
  subscriptions interest;
  stored_message_pool messages;
  memory_rules memory_queue;
  crossings others;
  fanout fanouts;

  standstill pause;
  flush_line flushes;
  handed_over given;  ///< messages of this iteration
  throttle throttled;
  backlogs waiting;
  class logins logins;
  class reviews reviews;
  intrusive_list<session, ending_tag> ending;  ///< their subscriptions must go
  std::size_t retirable = retired_per_turn;    ///< subscriptions that may still go this iteration
  hash_index<session> by_id;
  std::size_t open = 0;       ///< sessions whose end is not decided
  std::size_t connected = 0;  ///< sessions whose connection has not ended
};

}  // namespace wirebird::broker
