#include "dataplane/agent/crew.hh"

#include "dataplane/agent/identity.hh"
#include "dataplane/worker/clock.hh"
#include "dataplane/worker/limits.hh"

#include <algorithm>
#include <chrono>
#include <cstring>

namespace wirebird::agent {

namespace {

/// Workers obey within their longest sleep; this long says that one hangs.
constexpr duration obedience_time_max = std::chrono::seconds(2);

worker::worker_options options_of(crossing::mesh* between, unsigned number, bool balanced) {
  return {worker::arena_bytes,
          new_secret(),
          new_secret()[0],
          worker::read_clock(),
          between,
          number,
          balanced};
}

}  // namespace

crew::member::member(log& sink, event_feed& feed, const worker::worker_options& own,
                     const worker::snapshot& first, broker::id_source& ids, bool may_sleep)
    : events(sink, feed),
      self(own, first.rules, first.identity, ids, events),
      thread(self, may_sleep) {}

std::string crew::make(std::size_t count, const worker::snapshot& first,
                       const config::options& options) {
  const bool may_sleep = options.idle == config::idle_strategy::adaptive;
  if (count > worker::workers_max)
    return std::to_string(count) + " workers asked for, at most " +
           std::to_string(worker::workers_max) + " are supported";
  if (count > 1) between_ = std::make_unique<crossing::mesh>(count);
  for (unsigned number = 0; number < count; ++number)
    workers_.push_back(std::make_unique<member>(
        log_, feed_, options_of(between_.get(), number, options.proxy_protocol), first, ids_,
        may_sleep));
  return "";
}

std::vector<worker::worker*> crew::all() const {
  std::vector<worker::worker*> all;
  for (const auto& each : workers_) all.push_back(&each->self);
  return all;
}

void crew::start() {
  for (const auto& each : workers_) each->thread.start();
}

void crew::pin(const std::vector<hardware_thread>& to) {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    const int error = workers_[i]->thread.pin_to(to[i].number);
    if (error == 0) continue;
    log_.warning("cannot pin worker " + std::to_string(i) + " to CPU " +
                 std::to_string(to[i].number) + ": " + std::strerror(error));
  }
}

bool crew::tell(const worker::order& order) {
  bool told = true;
  for (const auto& each : workers_) told = each->thread.tell(order) && told;
  const instant deadline = worker::read_clock() + obedience_time_max;
  while (told && !have_obeyed() && worker::read_clock() < deadline) poll(nullptr, 0, 1);
  if (told && have_obeyed()) return true;
  log_.error("a worker does not do what it is told");
  return false;
}

bool crew::have_obeyed() const {
  return std::ranges::all_of(workers_,
                             [](const auto& each) { return each->thread.told().are_done(); });
}

std::size_t crew::clients_left() const {
  std::size_t sum = 0;
  for (const auto& each : workers_) sum += each->thread.told().clients_left();
  return sum;
}

void crew::write_events() {
  const instant now = worker::read_clock();
  for (const auto& each : workers_) each->events.write_all(now);
}

void crew::show_debug(bool wanted) {
  for (const auto& each : workers_) each->events.show_debug(wanted);
}

void crew::watch(std::vector<pollfd>& into) const {
  for (const auto& each : workers_) into.push_back({each->events.descriptor(), POLLIN, 0});
}

figures crew::held() {
  figures sums;
  for (const auto& each : workers_) {
    const auto values = each->thread.held().read();
    for (std::size_t i = 0; i < values.size(); ++i) sums.add(worker::stock::names[i], values[i]);
    each->thread.held().ask();
  }
  return sums;
}

void crew::stop() {
  for (const auto& each : workers_) each->thread.ask_to_stop();
  for (const auto& each : workers_) each->thread.stop();
}

figures crew::counters() const {
  figures sums;
  for (const auto& each : workers_)
    each->self.broker.counts().for_each(
        [&](std::string_view name, const counter& count) { sums.add(name, count.value()); });
  return sums;
}

figures crew::leftovers() const {
  figures sums;
  for (const auto& each : workers_) {
    const worker::leftovers& own = each->thread.left();
    sums.add("frames", own.frames);
    sums.add("chunks", own.chunks);
    sums.add("timers", own.timers);
    sums.add("sessions", own.sessions);
  }
  return sums;
}

}  // namespace wirebird::agent
