#include "dataplane/agent/server.hh"

#include "dataplane/agent/broker_rules.hh"
#include "dataplane/agent/client_ids.hh"
#include "dataplane/agent/event_log.hh"
#include "dataplane/agent/files.hh"
#include "dataplane/agent/identity.hh"
#include "dataplane/agent/log.hh"
#include "dataplane/agent/machine.hh"
#include "dataplane/agent/placement.hh"
#include "dataplane/agent/signals.hh"
#include "dataplane/agent/transport.hh"
#include "dataplane/config/version.hh"
#include "dataplane/worker/clock.hh"
#include "dataplane/worker/limits.hh"
#include "dataplane/worker/worker.hh"
#include "dataplane/worker/worker_thread.hh"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>

#include <poll.h>

namespace wirebird::agent {

namespace {

constexpr int exit_after_sigint = 0;
constexpr int exit_after_sigterm = 1;
constexpr int exit_after_failed_start = 1;
constexpr int quiet_time_ms = 500;

protocol::server_info identity_of(const config::options& options) {
  protocol::server_info identity;
  identity.server_id = new_server_id();
  identity.server_name = options.server_name.empty() ? identity.server_id : options.server_name;
  identity.version = config::nats_version;
  identity.go = "none";  // no client looks at it, but the key is expected
  identity.host = options.host;
  identity.port = options.port;
  identity.wirebird_version = config::wirebird_version;
  return identity;
}

worker::worker_options options_of_worker() {
  const siphash_key choices = new_secret();
  return {worker::arena_bytes, new_secret(), choices[0], worker::read_clock()};
}

void log_start(log& log, const protocol::server_info& identity) {
  log.info("Starting nats-server");
  log.info("  Version:  " + identity.version);
  log.info("  Wirebird: " + identity.wirebird_version);
  log.info("  Git:      [not set]");
  log.info("  Name:     " + identity.server_name);
  log.info("  ID:       " + identity.server_id);
}

void log_leftovers(log& log, const worker::leftovers& left) {
  log.debug("Leftovers: frames=" + std::to_string(left.frames) +
            " chunks=" + std::to_string(left.chunks) + " timers=" + std::to_string(left.timers) +
            " sessions=" + std::to_string(left.sessions));
}

/// Counts of the whole run that are not zero.
void log_counters(log& log, const broker::counters& counts) {
  std::string text = "Counters:";
  counts.for_each([&text](std::string_view name, const counter& count) {
    if (count.value() == 0) return;
    text += ' ';
    text += name;
    text += '=' + std::to_string(count.value());
  });
  log.debug(text);
}

std::string text_of(const worker::stock& held) {
  std::string text = "Stock:";
  const auto values = held.read();
  for (std::size_t i = 0; i < values.size(); ++i) {
    text += ' ';
    text += worker::stock::names[i];
    text += '=' + std::to_string(values[i]);
  }
  return text;
}

placement plan_for(const config::options& options, const machine& here) {
  // One worker that nobody asked to pin runs wherever, also on a machine that cannot be read.
  if (!options.pin_workers && !options.show_topology) return {{{}}, false, {}, {}};
  return plan(here, {options.workers, options.cores, node_of_nic(options.nic)});
}

/// Everything between the start and the end of a server, in the order in which it is made.
class server {
 public:
  explicit server(const config::options& options)
      : options_(options),
        log_(options.log),
        identity_(identity_of(options)),
        rules_(rules_of(options)),
        ports_file_(options.ports_file_dir),
        events_(log_),
        worker_(options_of_worker(), rules_, identity_, ids_, events_),
        thread_(worker_, options.idle == config::idle_strategy::adaptive) {}

  int run() {
    if (const std::string why_not = log_.open(); !why_not.empty()) return fail(why_not);
    log_start(log_, identity_);
    for (const std::string& note : options_.notes) log_.warning(note);
    if (!options_.config_file.empty())
      log_.info("Using configuration file: " + options_.config_file);
    if (const std::string why_not = write_pid_file(options_.pid_file); !why_not.empty())
      return fail(why_not);
    const placement placed = plan_for(options_, read_machine());
    if (!placed.error.empty() || placed.workers.size() != 1)
      return fail(!placed.error.empty() ? placed.error
                                        : std::to_string(placed.workers.size()) +
                                              " workers asked for, only 1 is supported yet");
    if (const std::string why_not = transport_.open(options_, worker_); !why_not.empty())
      return fail(why_not);
    for (const std::string& notice : transport_.notices()) log_.warning(notice);
    if (!transport_.path().empty()) log_.info("Packets come through " + transport_.path());
    identity_.port = transport_.port();
    log_.info("Listening for client connections on " + transport_.listens_on());
    thread_.start();
    if (placed.pinned) pin(placed.workers.front());
    log_.info("Server is ready");
    if (const std::string why_not = ports_file_.write(transport_.host(), transport_.port());
        !why_not.empty())
      log_.error(why_not);
    const int exit_code = wait_for_the_end();
    log_.info("Initiating Shutdown...");
    thread_.stop();
    events_.write_all();
    log_counters(log_, worker_.broker.counts());
    if (const std::string losses = transport_.losses(); !losses.empty()) log_.debug(losses);
    log_leftovers(log_, thread_.left());
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

  void pin(const hardware_thread& to) {
    if (const int error = thread_.pin_to(to.number); error != 0)
      log_.warning("cannot pin the worker to CPU " + std::to_string(to.number) + ": " +
                   std::strerror(error));
  }

  int wait_for_the_end() {
    std::array<pollfd, 2> waited{
        {{signals_.descriptor(), POLLIN, 0}, {events_.descriptor(), POLLIN, 0}}};
    for (;;) {
      const bool returns = options_.log.debug || transport_.may_have_news();
      const int ready = poll(waited.data(), waited.size(), returns ? quiet_time_ms : -1);
      if (ready != 0)
        quiet_turns_ = 0;
      else if (options_.log.debug)
        log_stock();
      if (const std::string news = transport_.news(worker_); !news.empty()) log_.warning(news);
      events_.write_all();
      while (const auto signal = signals_.next()) {
        if (*signal == SIGINT) return exit_after_sigint;
        if (*signal == SIGTERM) return exit_after_sigterm;
        if (*signal == SIGUSR1) reopen_log();
      }
    }
  }

  /// For whoever debugs: from the second quiet turn in a row on, what the worker holds, if that is
  /// news.
  void log_stock() {
    if (quiet_turns_++ == 0) {
      stock_told_.clear();
    } else if (std::string text = text_of(thread_.held()); text != stock_told_) {
      log_.debug(text);
      stock_told_ = std::move(text);
    }
    thread_.held().ask();
  }

  const config::options& options_;
  log log_;
  signals signals_;  // before any thread
  protocol::server_info identity_;
  broker::options rules_;
  ports_file ports_file_;
  client_ids ids_;
  event_log events_;
  transport transport_;  // the port outlives the worker that uses it
  worker::worker worker_;
  worker::worker_thread thread_;
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
