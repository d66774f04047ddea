#include "dataplane/agent/control_side.hh"

#include "dataplane/agent/listen_address.hh"
#include "dataplane/config/host_port.hh"
#include "dataplane/relay/limits.hh"
#include "dataplane/worker/clock.hh"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include <unistd.h>

namespace wirebird::agent {

namespace {

/// Go's words, which tools and people look for.
std::string cannot_listen(const std::string& where, const char* cause) {
  return "Can't start monitoring: can't listen to the monitor port: listen tcp " + where +
         ": bind: " + cause;
}

std::uint64_t wall_clock_ns() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count());
}

}  // namespace

control_side::~control_side() {
  process_.reset();
  if (!operators_socket_.empty()) unlink(operators_socket_.c_str());
}

std::string control_side::listen(const config::options& options, worker::worker& worker) {
  host_ = options.monitor.host.empty() ? options.host : options.monitor.host;
  const std::uint16_t wanted = *options.monitor.http_port;
  const std::string where = config::join_host_port(host_, wanted);
  const auto address = listen_address(host_);
  if (!address) return cannot_listen(where, "no such host");
  if (worker.port) {
    const ip_address ours = options.interface->address;
    if (*address != ip_address{} && *address != ours)
      return cannot_listen(where, "cannot assign requested address");
    if (wanted == 0 || !worker.port->tcp.listen({ours, wanted}, worker.http->acceptor()))
      return cannot_listen(where, "address already in use");
    port_ = wanted;
  } else {
    const auto listening = worker.sockets->listen({*address, wanted}, worker.http->acceptor(),
                                                  sockets::precedence::second);
    if (listening.error != 0)
      return cannot_listen(where, listening.error == EADDRINUSE ? "address already in use"
                                                                : std::strerror(listening.error));
    port_ = listening.port;
  }
  return "";
}

std::string control_side::open(const config::options& options,
                               const protocol::server_info& identity, const broker::options& rules,
                               std::vector<worker::worker*> workers, operator_orders orders) {
  if (!options.monitor.http_port) return "";
  workers_ = std::move(workers);
  operators_socket_ = options.control.socket;
  std::vector<worker::capture_queue*> queues;
  for (worker::worker* const each : workers_)
    if (each->looked_into) queues.push_back(&*each->looked_into);
  captures_.emplace(log_, options.control.capture_dir);
  captures_->look_into(std::move(queues));
  control_process::settings wanted{
      .program = find_control_program(), .door = options.control.link, .address = &address_};
  wanted.on_refresh = [this](std::uint64_t number, std::uint64_t bits) { refresh(number, bits); };
  wanted.on_close_connection = [this](std::uint64_t client) { return kick(client); };
  wanted.on_capture = [this](const capture_order& order) {
    return captures_->begin(order, worker::read_clock());
  };
  wanted.on_lame_duck = std::move(orders.lame_duck);
  wanted.on_reload = std::move(orders.reload);
  process_.emplace(log_, events_, std::move(wanted));
  if (std::string why_not = process_->open(); !why_not.empty()) return why_not;
  // A card deals flows out as it likes, so on a port of our own each worker serves its own.
  for (worker::worker* const each : workers_) {
    if (each != workers_.front() && !each->port) continue;
    each->http.emplace(address_, each->sockets ? &*each->sockets : nullptr, each->memory,
                       each->timers);
    if (each->http->error() != 0)
      return std::string("cannot reach wirebird-control: ") + std::strerror(each->http->error());
    if (std::string why_not = listen(options, *each); !why_not.empty()) return why_not;
  }
  log_.info("Starting http monitor on " + config::join_host_port(host_, port_));

  const std::string names = worker::counter_names(*workers_.front());
  memory_.emplace(plane_memory::shape{.workers = workers_.size(), .counter_names = names});
  if (memory_->error() != 0)
    return std::string("cannot make the memory for wirebird-control: ") +
           std::strerror(memory_->error());
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    workers_[i]->plane.emplace(memory_->share(i));
    workers_[i]->broker.keep_closed(*workers_[i]->plane);
  }
  const auto now = static_cast<std::uint64_t>(worker::read_clock().time_since_epoch().count());
  times_ = {.start_ns = now, .start_wall_ns = wall_clock_ns(), .load_ns = now};
  write_settings(options, identity, rules);
  process_->share_memory(memory_->descriptor());
  process_->tick(worker::read_clock());
  return "";
}

void control_side::update(const config::options& options, const protocol::server_info& identity,
                          const broker::options& rules) {
  if (!memory_) return;
  times_.load_ns = static_cast<std::uint64_t>(worker::read_clock().time_since_epoch().count());
  write_settings(options, identity, rules);
}

void control_side::write_settings(const config::options& options,
                                  const protocol::server_info& identity,
                                  const broker::options& rules) {
  memory_->write_settings(
      settings_text(options, identity, rules, {host_, port_}, times_, workers_.size()));
}

pollfd control_side::watched() const noexcept {
  if (!process_) return {-1, 0, 0};
  const int also = process_->has_waiting() ? POLLOUT : 0;
  return {process_->descriptor(), static_cast<short>(POLLIN | also), 0};
}

void control_side::tell() {
  if (process_) process_->send(worker::read_clock());
}

int control_side::patience_ms(int longest) const {
  const instant next = process_ ? std::min(process_->next_tick(), captures_->next_tick()) : never;
  if (next == never) return longest;
  const duration left = next - worker::read_clock();
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  constexpr std::int64_t patience_max_ms = 60'000;
  return static_cast<int>(
      std::clamp<std::int64_t>(milliseconds, 0, longest < 0 ? patience_max_ms : longest));
}

void control_side::serve() {
  if (!process_) return;
  const instant now = worker::read_clock();
  process_->receive(now);
  process_->tick(now);
  captures_->tick(now);
}

bool control_side::kick(std::uint64_t client) {
  bool taken = true;
  for (worker::worker* const each : workers_) {
    taken = each->plane->kick(client) && taken;
    if (each->sockets) each->sockets->wake();
  }
  return taken;
}

void control_side::refresh(std::uint64_t number, std::uint64_t wanted) {
  for (worker::worker* const each : workers_) {
    each->plane->ask(number, wanted);
    if (each->sockets) each->sockets->wake();
  }
}

}  // namespace wirebird::agent
