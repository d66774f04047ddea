// What a client says next waits for other workers: see the barrier in README.md.
#include "dataplane/broker/session.hh"

namespace wirebird::broker {

void session::on_caught_up(instant now) {
  if (unsubscribes_) {
    finish_unsubscribe(now);
    resume(for_barrier, now);
    return;
  }
  if (!core_.others.is_known(told_)) {  // its message was refused and has gone on to others
    core_.others.wait_until_known(*this);
    return;
  }
  if (!asks_) pong(now);
  asks_ = false;
  resume(for_barrier, now);
}

void session::wait_for_answer() {
  if (!is_open()) return;
  asks_ = true;
  core_.counts.barrier_waits.add();
  pause(for_barrier);
  core_.others.wait_until_known(*this);
}

bool session::on_barrier(instant now) {
  if (!core_.others.is_known(told_)) return false;
  // What they have to say to that is on their lanes by now.
  if (core_.others.is_caught_up())
    on_caught_up(now);
  else
    core_.others.wait_until_caught_up(*this);
  return true;
}

}  // namespace wirebird::broker
