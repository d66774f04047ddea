#pragma once

#include "dataplane/agent/control_door.hh"
#include "dataplane/agent/event_feed.hh"
#include "dataplane/agent/log.hh"
#include "dataplane/agent/plane_link.hh"
#include "dataplane/base/time.hh"
#include "dataplane/worker/monitoring.hh"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <sys/types.h>

namespace wirebird::agent {

/// Keeps one wirebird-control running: starts it, hands it the memory and the HTTP socket, starts
/// it anew when it ends or falls silent, and says to the workers whether it is up. It ends with
/// this process. Or, when somebody else starts it: waits at a door for one after the other.
/// Main thread; never waits longer than a killed child takes to go.
class control_process final : public plane_requests {
 public:
  struct settings {
    std::string program;               ///< path of wirebird-control
    std::string door;                  ///< path where it comes to; empty: we start it
    worker::control_address* address;  ///< what the workers are told
    /// Passes a refresh on to the workers: its number, and what is wanted.
    std::function<void(std::uint64_t, std::uint64_t)> on_refresh{};
    std::function<order_outcome(const capture_order&)> on_capture{};
    std::function<bool(std::uint64_t)> on_close_connection{};  ///< passes it on to the workers
    std::function<order_outcome()> on_lame_duck{};
    std::function<order_outcome()> on_reload{};
  };

  /// Both outlive it.
  control_process(log&, event_feed&, settings);
  ~control_process();
  control_process(const control_process&) = delete;
  control_process& operator=(const control_process&) = delete;

  /// Opens the HTTP socket. returns: one sentence on why not, or an empty text.
  [[nodiscard]] std::string open();
  /// The descriptor of the plane memory, which every control gets. Before the first tick().
  void share_memory(int descriptor) noexcept { memory_ = descriptor; }
  /// Starts control when it is due, and ends one that is silent.
  void tick(instant now);
  /// The link is readable.
  void receive(instant now);
  /// Sends answers and events that wait, as far as the link takes them.
  void send(instant now);
  /// Whether something waits that a writable link could take.
  [[nodiscard]] bool has_waiting() const noexcept { return has_waiting_; }
  /// For poll(); -1 when there is none.
  [[nodiscard]] int descriptor() const noexcept {
    return link_ ? link_->descriptor() : door_.descriptor();
  }
  /// When tick() has something to do next.
  [[nodiscard]] instant next_tick() const noexcept;

  /// A control that is silent for longer is replaced.
  static constexpr duration silence_max = std::chrono::seconds(3);
  /// From one start to the next one, doubled while it does not stay up.
  static constexpr duration back_off_min = std::chrono::milliseconds(50);
  static constexpr duration back_off_max = std::chrono::milliseconds(200);
  /// Up for as long as this, it is well, and the next failure is the first again.
  static constexpr duration well_after = std::chrono::milliseconds(200);

  // plane_requests
  void on_control_ready() override;
  void on_control_heartbeat() override;
  void on_refresh(std::uint64_t number, std::uint64_t wanted) override {
    settings_.on_refresh(number, wanted);
  }

  [[nodiscard]] bool on_close_connection(std::uint64_t client) override {
    return settings_.on_close_connection(client);
  }
  [[nodiscard]] order_outcome on_capture(const capture_order& order) override {
    return settings_.on_capture(order);
  }
  void on_watch() override { events_.watch(); }
  [[nodiscard]] order_outcome on_lame_duck() override { return settings_.on_lame_duck(); }
  [[nodiscard]] order_outcome on_reload() override { return settings_.on_reload(); }

 private:
  [[nodiscard]] bool is_ours() const noexcept { return settings_.door.empty(); }
  [[nodiscard]] bool spawn(int link);
  [[nodiscard]] bool ends_by_itself() const;
  void greet(int link, instant now);
  void start(instant now);
  void end(instant now, const char* why);

  log& log_;
  event_feed& events_;
  settings settings_;
  control_door door_;
  std::optional<plane_link> link_;
  bool has_waiting_ = false;
  std::string state_;  ///< what the last control kept
  pid_t child_ = -1;
  int memory_ = -1;
  int http_ = -1;  ///< listening, for every control in turn
  instant started_at_{};
  instant heard_at_{};
  instant now_{};        ///< of the tick or receive under way
  instant start_due_{};  ///< while none runs
  duration back_off_ = back_off_min;
  bool told_missing_ = false;
};

/// Where wirebird-control lies: beside this program, or where the build puts it. returns: an empty
/// text when it is nowhere.
[[nodiscard]] std::string find_control_program();

}  // namespace wirebird::agent
