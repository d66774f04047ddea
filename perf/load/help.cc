#include "perf/load/options.hh"

namespace wirebird::load {

std::string_view help_text() {
  return R"(wirebird-bench - load a server that speaks the NATS protocol, and check every message

usage: wirebird-bench MODE [options]

modes
  throughput   P publishers -> S subscribers, as fast as the server takes it (closed loop)
  fanout       the same with 1 publisher -> 1000 subscribers unless told otherwise
  request      N requesters, each with one request outstanding, R responders in a queue group
  latency      open loop: messages at a fixed rate, however slow the server is. Latency counts from
               the moment a message was due, so a stalled server cannot hide the wait (no
               coordinated omission)
  jitter       no server: how long this machine takes the CPU away from a busy loop. No latency
               figure can be better than this floor

where
  --server HOST:PORT    default 127.0.0.1:4222; nats://HOST:PORT works too
  --subject NAME        default bench

what
  --publishers P        default 1
  --subscribers S       default 1 (fanout: 1000); one connection each
  --requesters N        request: default 1000
  --responders R        request: default 4
  --size BYTES          payload; default 128, at least 8 (latency: 16); k M and KiB MiB are known
  --rate N              latency: messages per second over all publishers; default 100k
  --ahead N             throughput, fanout: how many messages a publisher may be ahead of the
                        slowest subscriber; default: 4 MiB worth, less beyond 64 subscribers.
                        Without this window the fastest sender would fill the server's queues until
                        its slow-consumer rule (64 MB in nats-server) cuts the subscribers off, and
                        the run would measure that rule instead of the message path

how long
  --seconds T           measured time; default 5 (250ms, 1.5s and 1m are known)
  --warm-up T           sent before and not measured; default 1
  --count N             instead of the two above: N messages or requests in all
  --drain T             how long to wait for what is still under way; default 10

how
  --pin CPU             run on this CPU only; give the server another one
  --spin                poll without ever sleeping: takes wake-up time out of the figures, and a
                        whole CPU. Always on in latency mode. Use it with --pin
  --server-pid PID      also report the server's CPU time (from /proc) and, where the kernel permits
                        perf events, its cycles and instructions per delivered message
  --json                one JSON object instead of a table
  --help                this text

Every subscriber checks every message: header, framing, and a sequence number per publisher. A
message lost, duplicated, reordered or garbled, an -ERR or a closed connection is a FAULT.
exit code: 0 all well, 1 a fault, 2 wrong usage or no server.

units: rates are messages per second; bytes are payload bytes unless the key says wire; latencies
are microseconds, upper edges of buckets at most 0.8 % wide; cpu_percent 100 is one whole CPU.

examples
  wirebird-bench throughput --size 16 --seconds 10 --server-pid $(pidof nats-server)
  wirebird-bench throughput --publishers 4 --subscribers 4 --size 1KiB
  wirebird-bench fanout --subscribers 1000
  wirebird-bench request --requesters 100 --responders 1 --size 64
  wirebird-bench latency --rate 50k --size 64 --pin 1
  wirebird-bench jitter --pin 1 --seconds 10
)";
}

}  // namespace wirebird::load
