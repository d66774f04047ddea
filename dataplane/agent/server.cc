#include "dataplane/agent/server.hh"

#include "dataplane/agent/broker_rules.hh"
#include "dataplane/agent/control_side.hh"
#include "dataplane/agent/crew.hh"
#include "dataplane/agent/files.hh"
#include "dataplane/agent/gate.hh"
#include "dataplane/agent/identity.hh"
#include "dataplane/agent/log.hh"
#include "dataplane/agent/machine.hh"
#include "dataplane/agent/open_files.hh"
#include "dataplane/agent/placement.hh"
#include "dataplane/agent/posture.hh"
#include "dataplane/agent/reload.hh"
#include "dataplane/agent/signals.hh"
#include "dataplane/agent/transport.hh"
#include "dataplane/worker/clock.hh"
#include "dataplane/worker/worker.hh"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <poll.h>

namespace wirebird::agent {

namespace {

constexpr int exit_after_sigint = 0;
constexpr int exit_after_sigterm = 1;
constexpr int exit_after_lame_duck = 0;
constexpr int exit_after_failed_start = 1;
constexpr int quiet_time_ms = 500;
constexpr int leaving_look_ms = 50;  ///< how often a lame duck looks whether it is alone
/// Workers count a grace period from the beginning of the iteration in which they hear of it.
constexpr duration iteration_time_max = std::chrono::milliseconds(10);

void log_start(log& log, const protocol::server_info& identity) {
  log.info("Starting nats-server");
  log.info("  Version:  " + identity.version);
  log.info("  Wirebird: " + identity.wirebird_version);
  log.info("  Git:      [not set]");
  log.info("  Name:     " + identity.server_name);
  log.info("  ID:       " + identity.server_id);
}

/// Without a limit, what the limit is by default.
std::size_t expected_connections(const config::options& options) {
  const std::uint32_t limit = options.limits.max_connections;
  return limit != 0 ? limit : config::client_limits().max_connections;
}

placement plan_for(const config::options& options, const machine& here) {
  // One worker that nobody asked to pin runs wherever, also on a machine that cannot be read.
  if (!options.pin_workers && !options.show_topology) return {{{}}, false, {}, {}, {}};
  return plan(here, {options.workers, options.cores, node_of_nic(options.nic)});
}

/// Everything between the start and the end of a server, in the order in which it is made.
class server {
 public:
  server(config::options options, std::function<config::command()> read_again)
      : options_(std::move(options)),
        read_again_(std::move(read_again)),
        log_(options_.log),
        now_(std::make_unique<worker::snapshot>(
            worker::snapshot{rules_of(options_), new_identity(options_), nullptr})),
        ports_file_(std::in_place, options_.ports_file_dir) {}

  int run() {
    if (const std::string why_not = log_.open(); !why_not.empty()) return fail(why_not);
    static_cast<void>(make_room_for_open_files(expected_connections(options_)));
    log_start(log_, now_->identity);
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
    leave_to_workers(placed);
    const std::string unadvertised = advertise(options_, transport_.port(), now_->identity);
    if (const std::string why_not =
            control_.open(options_, now_->identity, now_->rules, crew_.all(), orders());
        !why_not.empty())
      return fail(why_not);
    log_.info("Listening for client connections on " + transport_.listens_on());
    if (!unadvertised.empty()) return fail(unadvertised);
    log_posture();
    static_cast<void>(gate_.judge_by(options_.authorization, options_.generation));
    crew_.start();
    if (placed.pinned) crew_.pin(placed.workers);
    log_.info("Server is ready");
    if (const std::string why_not = ports_file_->write(transport_.host(), transport_.port());
        !why_not.empty())
      log_.error(why_not);
    const int exit_code = wait_for_the_end();
    log_.info("Initiating Shutdown...");
    gate_.stop();
    crew_.stop();
    crew_.write_events();
    log_the_end();
    log_.info("Server Exiting..");
    return exit_code;
  }

 private:
  int fail(const std::string& why) {
    log_.fatal(why);
    return exit_after_failed_start;
  }

  /// returns: why not, or an empty text.
  std::string open(std::size_t workers) {
    if (std::string why_not = crew_.make(workers, *now_, options_); !why_not.empty())
      return why_not;
    gate_.open(crew_.all());
    return transport_.open(options_, crew_.all());
  }

  /// Before wirebird-control and the helpers are started, which follow this thread.
  void leave_to_workers(const placement& placed) {
    if (placed.others.empty()) return;
    const int error = stay_on(placed.others);
    if (error != 0)
      log_.warning(std::string("cannot keep off the workers' CPUs: ") + std::strerror(error));
  }

  void log_posture() {
    for (const std::string& warning : password_warnings(options_)) log_.warning(warning);
    log_.info(posture(options_, transport_.listens_on()));
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

  /// What operators order at wirebird-control's socket.
  operator_orders orders() {
    return {.lame_duck =
                [this] {
                  if (is_leaving()) return order_outcome{.error = "it is leaving already"};
                  enter_lame_duck();
                  return order_outcome{};
                },
            .reload = [this] { return order_outcome{.error = reload()}; }};
  }

  /// returns: why not, or an empty text.
  std::string reload() {
    std::string why_not = try_reload();
    while (why_not.ends_with('\n')) why_not.pop_back();
    if (!why_not.empty()) log_.error("Failed to reload server configuration: " + why_not);
    return why_not;
  }

  /// All or nothing. returns: why not, or an empty text.
  std::string try_reload() {
    if (options_.config_file.empty())
      return "can only reload config when a file is provided using -c or --config";
    config::command read = read_again_();
    if (!read.run) return read.fault;
    config::options& next = *read.run;
    next.generation = options_.generation + 1;
    const reload_plan plan = plan_reload(options_, next);
    if (!plan.refusal.empty()) return plan.refusal;
    auto made = std::make_unique<worker::snapshot>(*now_);
    made->rules = rules_of(next);
    made->identity.auth_required = next.authorization.required();
    if (std::string why_not = advertise(next, transport_.port(), made->identity); !why_not.empty())
      return why_not;
    if (next.pid_file != options_.pid_file)
      if (std::string why_not = write_pid_file(next.pid_file); !why_not.empty()) return why_not;
    if (std::string why_not = log_.change(next.log); !why_not.empty()) return why_not;
    take_over(std::move(next), std::move(made), plan);
    return "";
  }

  void take_over(config::options next, std::unique_ptr<worker::snapshot> made,
                 const reload_plan& plan) {
    crew_.show_debug(next.log.debug);
    made->heirs = gate_.judge_by(next.authorization, next.generation);
    const worker::order order{.next = made.get(), .tells_clients = says_else(*now_, *made)};
    const bool obeyed = crew_.tell(order);
    for (const std::string& change : plan.changes) log_.info(change);
    if (next.ports_file_dir != options_.ports_file_dir) {
      ports_file_.emplace(next.ports_file_dir);
      if (const std::string why_not = ports_file_->write(transport_.host(), transport_.port());
          !why_not.empty())
        log_.error(why_not);
    }
    options_ = std::move(next);
    use(std::move(made), obeyed);
    control_.update(options_, now_->identity, now_->rules);
    if (plan.logins_change) log_posture();
    std::string lines;
    for (const std::string& change : plan.changes) lines += change + "\n";
    control_.events().on_configured(lines, worker::read_clock());
    log_.info("Reloaded server configuration");
  }

  /// Whether INFO is another one.
  static bool says_else(const worker::snapshot& was, const worker::snapshot& is) {
    return was.identity.host != is.identity.host || was.identity.port != is.identity.port ||
           was.rules.limits.max_payload != is.rules.limits.max_payload;
  }

  /// From now on. The one before goes once no worker looks at it any more.
  void use(std::unique_ptr<worker::snapshot> made, bool obeyed) {
    if (!obeyed) still_in_use_.push_back(std::move(now_));
    now_ = std::move(made);
  }

  void enter_lame_duck() {
    if (is_leaving()) return;
    log_.info("Entering lame duck mode, stop accepting new clients");
    auto made = std::make_unique<worker::snapshot>(*now_);
    made->heirs.reset();
    made->identity.ldm = true;
    made->identity.connect_urls.clear();
    const duration grace = options_.leave.grace;
    const instant begin = worker::read_clock() - iteration_time_max;
    const bool obeyed = crew_.tell({.next = made.get(),
                                    .tells_clients = true,
                                    .leaves = true,
                                    .port = transport_.port(),
                                    .grace = grace,
                                    .length = options_.leave.length - grace});
    use(std::move(made), obeyed);
    closing_at_ = crew_.clients_left() == 0 ? never : begin + grace;
  }

  [[nodiscard]] bool is_leaving() const noexcept { return now_->identity.ldm; }

  /// Lame duck. returns: whether no client is left.
  bool is_alone() {
    // First: workers may have ended all of theirs since the last look.
    if (worker::read_clock() >= closing_at_) {
      log_.info("Closing existing clients");
      closing_at_ = never;
    }
    return crew_.clients_left() == 0;
  }

  /// returns: the exit code, where the signal ends the server.
  std::optional<int> obey(int signal) {
    log_.debug("Trapped \"" + std::string(text_of_signal(signal)) + "\" signal");
    switch (signal) {
      case SIGINT: return exit_after_sigint;
      case SIGTERM:
        if (is_leaving()) break;  // it ends by itself
        return exit_after_sigterm;
      case SIGHUP: reload(); break;
      case SIGUSR1: reopen_log(); break;
      case SIGUSR2: enter_lame_duck(); break;
      default: break;
    }
    return std::nullopt;
  }

  int wait_for_the_end() {
    for (;;) {
      std::vector<pollfd> waited{control_.watched(), {signals_.descriptor(), POLLIN, 0}};
      crew_.watch(waited);
      const bool returns = options_.log.debug || transport_.may_have_news();
      const int patience_ms = is_leaving() ? leaving_look_ms : returns ? quiet_time_ms : -1;
      int ready = poll(waited.data(), waited.size(), control_.patience_ms(patience_ms));
      control_.serve();
      if (ready > 0 && waited.front().revents != 0) --ready;
      if (ready != 0)
        quiet_turns_ = 0;
      else if (options_.log.debug)
        log_stock();
      if (const std::string news = transport_.news(crew_.all()); !news.empty()) log_.warning(news);
      crew_.write_events();
      while (const auto signal = signals_.next()) {
        if (const auto exit_code = obey(*signal)) return *exit_code;
      }
      control_.tell();
      if (is_leaving() && is_alone()) return exit_after_lame_duck;
    }
  }

  /// For whoever debugs: from the second quiet turn in a row on, what the workers hold, if that is
  /// news.
  void log_stock() {
    std::string text = crew_.held().text("Stock", true);
    if (quiet_turns_++ == 0) {
      stock_told_.clear();
    } else if (text != stock_told_) {
      log_.debug(text);
      stock_told_ = std::move(text);
    }
  }

  void log_the_end() {
    log_.debug(crew_.counters().text("Counters", false));
    if (const std::string losses = transport_.losses(); !losses.empty()) log_.debug(losses);
    log_.debug(crew_.leftovers().text("Leftovers", true));
  }

  config::options options_;
  std::function<config::command()> read_again_;
  log log_;
  signals signals_;  // before any thread
  std::unique_ptr<worker::snapshot> now_;
  std::vector<std::unique_ptr<worker::snapshot>> still_in_use_;  // by a worker that hangs
  instant closing_at_ = never;  // end of a lame duck's grace period
  std::optional<ports_file> ports_file_;
  control_side control_{log_};
  transport transport_;  // the port outlives the workers that use it
  crew crew_{log_, control_.events()};
  gate gate_;  // ends before the workers that it wakes
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

int run_server(config::options options, std::function<config::command()> read_again) {
  return server(std::move(options), std::move(read_again)).run();
}

}  // namespace wirebird::agent
