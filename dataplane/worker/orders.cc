#include "dataplane/worker/orders.hh"

#include "dataplane/worker/worker.hh"

namespace wirebird::worker {

void orders::obey(worker& self, instant now) {
  if (reviewing_ && !self.broker.is_reviewing()) {
    reviewing_ = false;
    done_.fetch_add(1, std::memory_order_release);
  }
  for (order next; !reviewing_ && waiting_.pop(next);) {
    if (next.next != nullptr)
      self.broker.apply(next.next->rules, next.next->identity, next.tells_clients, now);
    if (next.next != nullptr && next.next->heirs != nullptr) {
      self.broker.review(*next.next->heirs);
      reviewing_ = true;
    }
    if (next.leaves) {
      leaving_ = true;
      if (self.sockets) self.sockets->stop_listening(self.clients());
      if (self.port) self.port->tcp.stop_listening(next.port);
      self.broker.leave(next.grace, next.length, now);
      clients_left_.store(self.broker.open_sessions(), std::memory_order_relaxed);
    }
    if (!reviewing_) done_.fetch_add(1, std::memory_order_release);
  }
  if (leaving_) clients_left_.store(self.broker.open_sessions(), std::memory_order_relaxed);
}

}  // namespace wirebird::worker
