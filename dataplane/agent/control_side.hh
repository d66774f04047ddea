#pragma once

#include "dataplane/agent/control_process.hh"
#include "dataplane/agent/log.hh"
#include "dataplane/agent/plane_memory.hh"
#include "dataplane/agent/settings_text.hh"
#include "dataplane/config/options.hh"
#include "dataplane/worker/worker.hh"
#include "protocol/server_info.hh"

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <poll.h>

namespace wirebird::agent {

/// What operators may order the whole server, by name.
struct operator_orders {
  std::function<order_outcome()> lame_duck;
  std::function<order_outcome()> reload;
};

/// Everything that a server with a monitoring port has for wirebird-control: the memory it reads,
/// the process, and the listener whose bytes are relayed to it. Without a monitoring port it does
/// nothing. Main thread; outlives the workers' threads, and its memory the workers.
class control_side {
 public:
  explicit control_side(log& sink) : log_(sink) {}
  ~control_side();

  /// Once the workers have their transport, before they run: the first listens, and all write
  /// into the memory that is made here.
  /// returns: one sentence on why not, or an empty text.
  [[nodiscard]] std::string open(const config::options&, const protocol::server_info&,
                                 const broker::options&, std::vector<worker::worker*>,
                                 operator_orders);

  /// What happened, for a control that wants to know.
  [[nodiscard]] event_feed& events() noexcept { return events_; }

  /// Another configuration counts from now on, and pages say so.
  void update(const config::options&, const protocol::server_info&, const broker::options&);
  /// For poll(); its descriptor is -1 when there is nothing to wait for.
  [[nodiscard]] pollfd watched() const noexcept;
  /// How long poll() may wait, in milliseconds; -1: for ever. `longest`: likewise, for the rest of
  /// the agent.
  [[nodiscard]] int patience_ms(int longest) const;
  /// After every poll().
  void serve();
  /// Tells control what has happened. At the end of every turn.
  void tell();

 private:
  [[nodiscard]] std::string listen(const config::options&, worker::worker&);
  void write_settings(const config::options&, const protocol::server_info&, const broker::options&);
  void refresh(std::uint64_t number, std::uint64_t wanted);
  /// All are asked; the one that has the client closes it.
  [[nodiscard]] bool kick(std::uint64_t client);

  log& log_;
  event_feed events_;
  worker::control_address address_;
  std::optional<plane_memory> memory_;
  std::optional<capture_run> captures_;
  std::optional<control_process> process_;
  std::vector<worker::worker*> workers_;
  std::string operators_socket_;  ///< path; control makes it, and we remove it at the end
  std::string host_;              ///< of the monitoring port, as the operator wrote it
  server_times times_;
  std::uint16_t port_ = 0;  ///< of the monitoring port, also where any free one was asked for
};

}  // namespace wirebird::agent
