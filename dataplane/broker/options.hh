#pragma once

#include "dataplane/base/time.hh"
#include "protocol/limits.hh"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace wirebird::broker {

/// Who must log in, as far as a worker needs to know: who may is a login_desk's to say.
struct login_rules {
  bool required = false;
  bool without_connect = false;  ///< who sends no CONNECT is judged too (`no_auth_user`)
  bool challenges = false;       ///< INFO has a nonce
  /// From the greeting until the verdict.
  duration timeout = std::chrono::seconds(2);
};

/// What a broker is told to allow and when to act: one immutable, numbered snapshot that all
/// workers share and that outlives their brokers. Defaults are nats-server's.
struct options {
  std::uint64_t generation = 1;  ///< of the configuration that this snapshot was made from
  /// Enforced up to control_line_bytes_max and messages_per_arena_min.
  protocol::limits limits;
  std::uint64_t max_pending = 64 * 1024 * 1024;  ///< unacknowledged bytes of one client
  std::uint32_t max_connections = 64 * 1024;     ///< of all workers; 0: no limit
  std::uint32_t max_subscriptions = 0;           ///< of one client; 0: no limit
  std::uint32_t max_sub_tokens = 0;              ///< in the subject of a SUB; 0: no limit
  duration ping_interval = std::chrono::minutes(2);
  unsigned ping_max = 2;               ///< unanswered PINGs that a client may have
  bool headers = true;                 ///< HPUB and HMSG are offered
  bool trace = false;                  ///< events hear of every operation
  std::uint32_t traced_bytes_max = 0;  ///< of a payload then; 0: all, up to trace_bytes_max
  login_rules login;

  /// How long output may wait for a client that acknowledges none of it.
  duration write_deadline = std::chrono::seconds(10);

  /// Steps of one iteration before wide fan-outs wait for the next: one for each delivery and for
  /// each 512 B of payload copied, about 50 ns. The other sessions of the worker wait so long.
  std::uint32_t fanout_budget = 8 * 1024;
  /// Output handed to transports in one iteration, each connection counted with 16 KiB more; the
  /// rest follows in the next. About half a millisecond.
  std::size_t flush_budget_bytes = 1536 * 1024;
};

/// A control line and a sid from another one fill one arena block at most when they meet in a
/// MSG line. Larger limits than this act as this.
inline constexpr std::uint32_t control_line_bytes_max = 31 * 1024;

/// The arena holds at least so many messages of max_payload; a larger max_payload acts as, and INFO
/// says, what fits.
inline constexpr std::uint32_t messages_per_arena_min = 4;

}  // namespace wirebird::broker
