#include "dataplane/worker/worker.hh"

#include "dataplane/worker/limits.hh"

namespace wirebird::worker {

static_assert(workers_max == crossing::mesh::workers_max);

port_path::port_path(const net::link_options& link_options, const tcp::options& tcp_options,
                     packet_queue& queue_, arena& memory, timer_wheel& timers, random& choices,
                     const siphash_key& secret)
    : queue(queue_),
      link(link_options, queue, timers, choices),
      tcp(tcp_options, queue.frames(), memory, link, timers, secret, choices,
          queue.capabilities()) {
  link.report_path_errors_to(tcp);
}

worker::worker(const worker_options& options, const broker::options& rules,
               const protocol::server_info& identity, broker::id_source& ids,
               broker::event_sink& events)
    : between(options.between),
      number(options.number),
      memory(options.arena_bytes),
      timers(options.start),
      choices(options.seed),
      secret(options.secret),
      broker(rules, identity, memory, timers, choices, secret, ids, events,
             between != nullptr ? between->station_of(number) : crossing::station{}),
      refusals(events) {
  if (options.expects_balancers) balanced.emplace(broker, timers, memory, refusals);
}

stream::acceptor& worker::clients() noexcept {
  if (balanced) return *balanced;
  return broker;
}

}  // namespace wirebird::worker
