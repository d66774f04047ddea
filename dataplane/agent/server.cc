#include "dataplane/agent/server.hh"

#include "dataplane/agent/broker_rules.hh"
#include "dataplane/agent/client_ids.hh"
#include "dataplane/agent/control_side.hh"
#include "dataplane/agent/event_log.hh"
#include "dataplane/agent/figures.hh"
#include "dataplane/agent/files.hh"
#include "dataplane/agent/identity.hh"
#include "dataplane/agent/log.hh"
#include "dataplane/agent/login_helper.hh"
#include "dataplane/agent/machine.hh"
#include "dataplane/agent/placement.hh"
#include "dataplane/agent/posture.hh"
#include "dataplane/agent/signals.hh"
#include "dataplane/agent/transport.hh"
#include "dataplane/config/version.hh"
#include "dataplane/worker/clock.hh"
#include "dataplane/worker/limits.hh"
#include "dataplane/worker/worker.hh"
#include "dataplane/worker/worker_thread.hh"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <poll.h>

namespace wirebird::agent {

namespace {

constexpr int exit_after_sigint = 0;
constexpr int exit_after_sigterm = 1;
constexpr int exit_after_failed_start = 1;
constexpr int quiet_time_ms = 500;
constexpr unsigned login_threads_max = 4;

protocol::server_info identity_of(const config::options& options) {
  protocol::server_info identity;
  identity.server_id = new_server_id();
  identity.server_name = options.server_name.empty() ? identity.server_id : options.server_name;
  identity.version = config::nats_version;
  identity.go = "none";  // no client looks at it, but the key is expected
  identity.host = options.host;
  identity.port = options.port;
  identity.auth_required = options.authorization.required();
  identity.wirebird_version = config::wirebird_version;
  return identity;
}

worker::worker_options options_of_worker(crossing::mesh* between, unsigned number) {
  const siphash_key choices = new_secret();
  return {worker::arena_bytes, new_secret(), choices[0], worker::read_clock(), between, number};
}

void log_start(log& log, const protocol::server_info& identity) {
  log.info("Starting nats-server");
  log.info("  Version:  " + identity.version);
  log.info("  Wirebird: " + identity.wirebird_version);
  log.info("  Git:      [not set]");
  log.info("  Name:     " + identity.server_name);
  log.info("  ID:       " + identity.server_id);
}

placement plan_for(const config::options& options, const machine& here) {
  // One worker that nobody asked to pin runs wherever, also on a machine that cannot be read.
  if (!options.pin_workers && !options.show_topology) return {{{}}, false, {}, {}};
  return plan(here, {options.workers, options.cores, node_of_nic(options.nic)});
}

/// One worker with what is its own on the main thread's side.
struct one_worker {
  one_worker(log& sink, const worker::worker_options& own, const broker::options& rules,
             const protocol::server_info& identity, broker::id_source& ids, bool may_sleep)
      : events(sink), self(own, rules, identity, ids, events), thread(self, may_sleep) {}

  event_log events;
  worker::worker self;
  worker::worker_thread thread;
};

/// Everything between the start and the end of a server, in the order in which it is made.
class server {
 public:
  explicit server(const config::options& options)
      : options_(options),
        log_(options.log),
        identity_(identity_of(options)),
        rules_(rules_of(options)),
        ports_file_(options.ports_file_dir) {}

  int run() {
    if (const std::string why_not = log_.open(); !why_not.empty()) return fail(why_not);
    log_start(log_, identity_);
    for (const std::string& note : options_.notes) log_.warning(note);
    if (!options_.config_file.empty())
      log_.info("Using configuration file: " + options_.config_file);
    if (const std::string why_not = write_pid_file(options_.pid_file); !why_not.empty())
      return fail(why_not);
    const placement placed = plan_for(options_, read_machine());
    if (!placed.error.empty()) return fail(placed.error);
    if (const std::string why_not = open(placed.workers.size()); !why_not.empty())
      return fail(why_not);
    for (const std::string& notice : transport_.notices()) log_.warning(notice);
    if (!transport_.path().empty()) log_.info("Packets come through " + transport_.path());
    identity_.port = transport_.port();
    if (const std::string why_not = control_.open(options_, identity_, rules_, all_workers());
        !why_not.empty())
      return fail(why_not);
    log_.info("Listening for client connections on " + transport_.listens_on());
    for (const std::string& warning : password_warnings(options_)) log_.warning(warning);
    log_.info(posture(options_, transport_.listens_on()));
    if (logins_) logins_->start();
    for (const auto& each : workers_) each->thread.start();
    if (placed.pinned) pin(placed.workers);
    log_.info("Server is ready");
    if (const std::string why_not = ports_file_.write(transport_.host(), transport_.port());
        !why_not.empty())
      log_.error(why_not);
    const int exit_code = wait_for_the_end();
    log_.info("Initiating Shutdown...");
    if (logins_) logins_->stop();
    for (const auto& each : workers_) each->thread.ask_to_stop();
    for (const auto& each : workers_) each->thread.stop();
    write_events();
    log_the_end();
    log_.info("Server Exiting..");
    return exit_code;
  }

 private:
  int fail(const std::string& why) {
    log_.fatal(why);
    return exit_after_failed_start;
  }

  void reopen_log() {
    const std::string why_not = log_.open();
    if (!why_not.empty())
      log_.error(why_not);
    else if (log_.has_file())
      log_.info("File log re-opened");
    else
      log_.info("File log re-open ignored, not a file logger");
  }

  /// returns: why not, or an empty text.
  std::string open(std::size_t count) {
    if (count > worker::workers_max)
      return std::to_string(count) + " workers asked for, at most " +
             std::to_string(worker::workers_max) + " are supported";
    if (count > 1) between_ = std::make_unique<crossing::mesh>(count);
    std::vector<worker::worker*> all;
    for (unsigned number = 0; number < count; ++number) {
      workers_.push_back(std::make_unique<one_worker>(
          log_, options_of_worker(between_.get(), number), rules_, identity_, ids_,
          options_.idle == config::idle_strategy::adaptive));
      all.push_back(&workers_.back()->self);
    }
    if (options_.authorization.required()) open_login_helper();
    return transport_.open(options_, all);
  }

  /// It gets the cores that no worker has.
  void open_login_helper() {
    const auto taken = static_cast<unsigned>(workers_.size());
    const unsigned cores = std::max(std::thread::hardware_concurrency(), taken + 1);
    logins_.emplace(std::min(cores - taken, login_threads_max));
    logins_->judge_by(std::make_shared<const auth::authenticator>(
        std::make_shared<const auth::rules>(options_.authorization), options_.generation));
    for (const auto& each : workers_) {
      worker::worker& self = each->self;
      self.broker.judge_logins_at(logins_->open_window([&self] {
        if (self.sockets) self.sockets->wake();
        if (self.port) self.port->queue.wake();
      }));
    }
  }

  [[nodiscard]] std::vector<worker::worker*> all_workers() const {
    std::vector<worker::worker*> all;
    for (const auto& each : workers_) all.push_back(&each->self);
    return all;
  }

  void pin(const std::vector<hardware_thread>& to) {
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      const int error = workers_[i]->thread.pin_to(to[i].number);
      if (error == 0) continue;
      log_.warning("cannot pin worker " + std::to_string(i) + " to CPU " +
                   std::to_string(to[i].number) + ": " + std::strerror(error));
    }
  }

  void write_events() {
    for (const auto& each : workers_) each->events.write_all();
  }

  int wait_for_the_end() {
    for (;;) {
      std::vector<pollfd> waited{{control_.descriptor(), POLLIN, 0},
                                 {signals_.descriptor(), POLLIN, 0}};
      for (const auto& each : workers_) waited.push_back({each->events.descriptor(), POLLIN, 0});
      const bool returns = options_.log.debug || transport_.may_have_news();
      int ready =
          poll(waited.data(), waited.size(), control_.patience_ms(returns ? quiet_time_ms : -1));
      control_.serve();
      if (ready > 0 && waited.front().revents != 0) --ready;
      if (ready != 0)
        quiet_turns_ = 0;
      else if (options_.log.debug)
        log_stock();
      if (const std::string news = transport_.news(all_workers()); !news.empty())
        log_.warning(news);
      write_events();
      while (const auto signal = signals_.next()) {
        if (*signal == SIGINT) return exit_after_sigint;
        if (*signal == SIGTERM) return exit_after_sigterm;
        if (*signal == SIGUSR1) reopen_log();
      }
    }
  }

  /// For whoever debugs: from the second quiet turn in a row on, what the workers hold, if that is
  /// news.
  void log_stock() {
    if (quiet_turns_++ == 0) {
      stock_told_.clear();
    } else if (std::string text = stock_of_all(); text != stock_told_) {
      log_.debug(text);
      stock_told_ = std::move(text);
    }
    for (const auto& each : workers_) each->thread.held().ask();
  }

  [[nodiscard]] std::string stock_of_all() {
    figures held;
    for (const auto& each : workers_) {
      const auto values = each->thread.held().read();
      for (std::size_t i = 0; i < values.size(); ++i) held.add(worker::stock::names[i], values[i]);
    }
    return held.text("Stock", true);
  }

  void log_the_end() {
    figures counters;
    figures left;
    for (const auto& each : workers_) {
      each->self.broker.counts().for_each(
          [&](std::string_view name, const counter& count) { counters.add(name, count.value()); });
      const worker::leftovers& own = each->thread.left();
      left.add("frames", own.frames);
      left.add("chunks", own.chunks);
      left.add("timers", own.timers);
      left.add("sessions", own.sessions);
    }
    log_.debug(counters.text("Counters", false));
    if (const std::string losses = transport_.losses(); !losses.empty()) log_.debug(losses);
    log_.debug(left.text("Leftovers", true));
  }

  const config::options& options_;
  log log_;
  signals signals_;  // before any thread
  protocol::server_info identity_;
  broker::options rules_;
  ports_file ports_file_;
  client_ids ids_;
  control_side control_{log_};
  transport transport_;  // the port outlives the workers that use it
  std::unique_ptr<crossing::mesh> between_;
  std::vector<std::unique_ptr<one_worker>> workers_;
  std::optional<login_helper> logins_;  // ends before the workers that it wakes
  std::string stock_told_;
  unsigned quiet_turns_ = 0;  // of the agent, since it last had something to do
};

}  // namespace

int show_topology(const config::options& options) {
  const machine here = read_machine();
  const placement placed = plan_for(options, here);
  std::fputs(describe(here, placed).c_str(), stdout);
  return placed.error.empty() ? 0 : exit_after_failed_start;
}

int run_server(const config::options& options) {
  return server(options).run();
}

}  // namespace wirebird::agent
