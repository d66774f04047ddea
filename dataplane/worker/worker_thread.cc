#include "dataplane/worker/worker_thread.hh"

#include "dataplane/broker/limits.hh"
#include "dataplane/worker/clock.hh"
#include "dataplane/worker/poll_loop.hh"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <pthread.h>
#include <sched.h>

namespace wirebird::worker {

worker_thread::worker_thread(worker& self, bool may_sleep) noexcept
    : self_(self), idle_(may_sleep), waker_(self) {
  if (self.between != nullptr) self.between->bell_of(self.number).belongs_to(waker_);
}

worker_thread::~worker_thread() {
  stop();
}

void worker_thread::start() {
  thread_ = std::thread([this] { run(); });
}

int worker_thread::pin_to(unsigned cpu) {
  if (cpu >= CPU_SETSIZE) return EINVAL;
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(cpu, &only);
  return pthread_setaffinity_np(thread_.native_handle(), sizeof only, &only);
}

bool worker_thread::tell(const order& next) {
  if (!orders_.give(next)) return false;
  waker_.wake();
  return true;
}

void worker_thread::ask_to_stop() {
  if (!thread_.joinable() || stopping_.exchange(true, std::memory_order_acq_rel)) return;
  waker_.wake();
  woken_.store(true, std::memory_order_release);
}

void worker_thread::stop() {
  if (!thread_.joinable()) return;
  ask_to_stop();
  thread_.join();
}

void worker_thread::run() {
  frames_at_start_ = available_frames();
  while (!stopping_.load(std::memory_order_acquire)) iterate_once();
  drain();
  // Who has asked wakes this thread by a transport, which must not end meanwhile.
  while (!woken_.load(std::memory_order_acquire)) iterate_once();
  if (self_.between != nullptr) leave_others();
  take_stock();
}

void worker_thread::iterate_once() {
  const instant now = ended_at_ ? *std::exchange(ended_at_, std::nullopt) : read_clock();
  orders_.obey(self_, now);
  bool busy = iterate(self_, now);
  busy = list_for_control(now) || busy;
  if (busy || !self_.broker.given().empty()) {
    // The end of this one is the start of the next: one reading for both.
    ended_at_ = read_clock();
    self_.load.on_busy(now, *ended_at_, self_.broker.given());
  }
  rest(now, busy);
}

/// returns: whether there is more to do.
bool worker_thread::list_for_control(instant now) {
  if (!self_.plane || !self_.plane->is_due(now)) return false;
  const instant begin = read_clock();
  const bool has_more = self_.plane->step(self_, now);
  self_.load.on_listing(read_clock() - begin);
  return has_more;
}

/// As this thread sees it: a pool may keep some at hand for each thread.
std::size_t worker_thread::available_frames() const noexcept {
  return self_.port ? self_.port->queue.frames().available() : 0;
}

void worker_thread::rest(instant now, bool busy) {
  if (busy) {
    idle_.worked(now);
    return;
  }
  const duration time = idle_.rest(now, next_deadline(self_));
  if (time == duration::zero()) return;
  ended_at_.reset();
  if (held_.is_asked_for())
    held_.take(self_, frames_at_start_ - std::min(frames_at_start_, available_frames()));
  if (self_.between == nullptr) {
    sleep(time);
    return;
  }
  crossing::bell& bell = self_.between->bell_of(self_.number);
  bell.going_to_sleep();
  if (!self_.broker.has_news()) sleep(time);
  bell.awake();
}

void worker_thread::sleep(duration time) {
  if (self_.port)
    self_.port->queue.wait(self_.http ? self_.http->rest_limit(time) : time);
  else
    self_.sockets->wait(time);
}

bool worker_thread::is_drained() const noexcept {
  return self_.broker.sessions() == 0 && (!self_.balanced || self_.balanced->connections() == 0) &&
         (!self_.port || !self_.port->link.has_queued());
}

void worker_thread::drain() {
  const instant now = read_clock();
  const instant latest = now + drain_time + standstill_max;
  instant deadline = now + drain_time;
  if (self_.sockets) self_.sockets->stop_listening();
  if (self_.port) self_.port->tcp.stop_listening();
  self_.broker.shutdown(now);
  if (self_.balanced) self_.balanced->shutdown(now);
  if (self_.http) self_.http->shutdown(now);
  instant seen = now;
  do {
    iterate_once();
    const instant before = std::exchange(seen, read_clock());
    // Peers had no time while this thread had none.
    if (seen - before > broker::worker_pause_max)
      deadline = std::min(deadline + (seen - before), latest);
  } while (!is_drained() && seen < deadline);
}

/// Nobody publishes any more when all have drained; nobody has anything of another one when all
/// lanes are empty. Each takes in what comes until then, so each gets there.
void worker_thread::leave_others() {
  crossing::mesh& between = *self_.between;
  between.arrive(0);
  while (!between.all_arrived(0) || !self_.broker.is_settled() || self_.broker.has_work())
    iterate_once();
  between.arrive(1);
  while (!between.all_arrived(1)) iterate_once();
}

/// Frames of one worker may be with others. When all have ended their transports none gives any
/// more, and each looks at least once after that.
void worker_thread::return_frames(packet_queue& queue) {
  self_.between->arrive(2);
  bool all_ended = false;
  bool all_back = false;
  while (!all_ended || !all_back) {
    all_ended = self_.between->all_arrived(2);
    all_back = queue.give_back();
  }
}

/// Ends the transports and looks at what is still out: nothing may be.
void worker_thread::take_stock() {
  left_.sessions = self_.broker.sessions();
  packet_queue* queue = self_.port ? &self_.port->queue : nullptr;
  self_.sockets.reset();
  self_.port.reset();
  self_.http.reset();
  if (queue != nullptr) {
    if (self_.between != nullptr) return_frames(*queue);
    queue->wait(duration::zero());  // no sleep: drivers give back what they have sent
    left_.frames = frames_at_start_ - std::min(frames_at_start_, queue->frames().available());
  }
  left_.chunks = self_.memory.blocks_in_use();
  left_.timers = self_.timers.armed();
}

}  // namespace wirebird::worker
