#pragma once

#include "dataplane/base/counter.hh"

namespace wirebird::broker {

/// What one broker has done and refused. Raised by its worker, read by any thread.
struct counters {
  counter in_msgs;    ///< publishes parsed to their end, refused ones too
  counter in_bytes;   ///< headers and payload of those
  counter out_msgs;   ///< messages written for subscribers
  counter out_bytes;  ///< headers and payload of those; stripped headers not counted

  counter connections;            ///< clients accepted
  counter connections_exceeded;   ///< refused: max_connections
  counter connections_no_memory;  ///< refused: no room for the greeting
  counter subscriptions_added;
  counter subscriptions_removed;

  counter unknown_operations;        ///< closed: wrong byte
  counter malformed_arguments;       ///< closed silently: wrong arguments
  counter control_line_too_long;     ///< closed
  counter payload_too_large;         ///< closed
  counter client_errors;             ///< closed: the client sent -ERR
  counter bad_json;                  ///< closed silently: CONNECT or INFO that cannot be read
  counter headers_not_agreed;        ///< closed silently: HPUB without headers in CONNECT
  counter bad_connects;              ///< closed: client protocol, no_responders without headers
  counter authorization_violations;  ///< closed
  counter login_timeouts;            ///< closed: not logged in, or not judged, in time
  counter logins_asked;              ///< questions for the login desk
  counter logins_waited;             ///< of those, had to wait for room there
  counter logins_late;               ///< verdicts dropped: the client had gone, or asked again
  counter stale_connections;         ///< closed: PINGs unanswered
  counter infos_sent;                ///< INFO to clients that had one already

  counter invalid_subjects;          ///< SUB refused
  counter invalid_publish_subjects;  ///< told a pedantic publisher; the message went on
  counter publishes_refused;         ///< reserved subject or reply, or not permitted
  counter subscriptions_refused;     ///< reserved queue name, or not permitted
  counter subscriptions_revoked;     ///< taken away by another configuration
  counter deliveries_refused;        ///< messages that a subscriber may not have
  counter replies_forgotten;         ///< replies no longer permitted: too many were open
  counter subscriptions_exceeded;    ///< SUB refused: max_subscriptions

  counter slow_consumers;          ///< closed: pending bytes above max_pending
  counter slow_write_deadlines;    ///< closed: nothing acknowledged for write_deadline
  counter slow_without_memory;     ///< closed likewise: arena dry, and this one had a backlog
  counter slow_evicted;            ///< closed likewise: all output together was at its limit
  counter throttles;               ///< times that a lagging subscriber earned its publishers a stop
  counter publishers_throttled;    ///< times that a publisher stopped reading for one
  counter deliveries_no_memory;    ///< messages lost by a subscriber that kept up: arena dry
  counter memory_waits;            ///< times that reading stopped because the arena was dry
  counter unfinished_in_shortage;  ///< closed: half a message held the memory that others needed

  counter crossings_sent;             ///< messages handed to another worker, once per worker
  counter crossings_received;         ///< messages taken from other workers
  counter crossings_no_memory;        ///< messages lost to another worker's clients: arena dry
  counter lanes_full;                 ///< times that something waited for room to another worker
  counter sessions_paused_for_lanes;  ///< of those, clients that stopped reading after SUB or UNSUB
  counter barrier_waits;              ///< PINGs answered only when other workers knew the last SUB
  counter notices_lost;  ///< 503s and stops for another worker's clients: no room on the lane
  counter questions_forgotten;  ///< 503s left out: too many requests to several workers were open
  counter members_vanished;     ///< queue members gone when another worker's message came for them
  counter messages_without_member;  ///< of those, lost: the next one was gone too, or no room

  counter match_cache_hits;
  counter match_cache_misses;
  counter fanouts_split;  ///< fan-outs that took more than one iteration
  counter no_responders;  ///< 503 sent

  /// Calls `visit(name, counter)` for each.
  template <typename Visitor>
  void for_each(Visitor&& visit) const {
    visit("in_msgs", in_msgs);
    visit("in_bytes", in_bytes);
    visit("out_msgs", out_msgs);
    visit("out_bytes", out_bytes);
    visit("connections", connections);
    visit("connections_exceeded", connections_exceeded);
    visit("connections_no_memory", connections_no_memory);
    visit("subscriptions_added", subscriptions_added);
    visit("subscriptions_removed", subscriptions_removed);
    visit("unknown_operations", unknown_operations);
    visit("malformed_arguments", malformed_arguments);
    visit("control_line_too_long", control_line_too_long);
    visit("payload_too_large", payload_too_large);
    visit("client_errors", client_errors);
    visit("bad_json", bad_json);
    visit("headers_not_agreed", headers_not_agreed);
    visit("bad_connects", bad_connects);
    visit("authorization_violations", authorization_violations);
    visit("login_timeouts", login_timeouts);
    visit("logins_asked", logins_asked);
    visit("logins_waited", logins_waited);
    visit("logins_late", logins_late);
    visit("stale_connections", stale_connections);
    visit("infos_sent", infos_sent);
    visit("invalid_subjects", invalid_subjects);
    visit("invalid_publish_subjects", invalid_publish_subjects);
    visit("publishes_refused", publishes_refused);
    visit("subscriptions_refused", subscriptions_refused);
    visit("subscriptions_revoked", subscriptions_revoked);
    visit("deliveries_refused", deliveries_refused);
    visit("replies_forgotten", replies_forgotten);
    visit("subscriptions_exceeded", subscriptions_exceeded);
    visit("slow_consumers", slow_consumers);
    visit("slow_write_deadlines", slow_write_deadlines);
    visit("slow_without_memory", slow_without_memory);
    visit("slow_evicted", slow_evicted);
    visit("throttles", throttles);
    visit("publishers_throttled", publishers_throttled);
    visit("deliveries_no_memory", deliveries_no_memory);
    visit("memory_waits", memory_waits);
    visit("unfinished_in_shortage", unfinished_in_shortage);
    visit("crossings_sent", crossings_sent);
    visit("crossings_received", crossings_received);
    visit("crossings_no_memory", crossings_no_memory);
    visit("lanes_full", lanes_full);
    visit("sessions_paused_for_lanes", sessions_paused_for_lanes);
    visit("barrier_waits", barrier_waits);
    visit("notices_lost", notices_lost);
    visit("questions_forgotten", questions_forgotten);
    visit("members_vanished", members_vanished);
    visit("messages_without_member", messages_without_member);
    visit("match_cache_hits", match_cache_hits);
    visit("match_cache_misses", match_cache_misses);
    visit("fanouts_split", fanouts_split);
    visit("no_responders", no_responders);
  }
};

}  // namespace wirebird::broker
