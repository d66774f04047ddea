#pragma once

#include "dataplane/agent/client_ids.hh"
#include "dataplane/agent/event_log.hh"
#include "dataplane/agent/figures.hh"
#include "dataplane/agent/log.hh"
#include "dataplane/agent/placement.hh"
#include "dataplane/worker/worker.hh"
#include "dataplane/worker/worker_thread.hh"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <poll.h>

namespace wirebird::agent {

/// All workers of a server as its main thread has them: made together, told together, ended
/// together. Main thread.
class crew {
 public:
  crew(log& sink, event_feed& feed) : log_(sink), feed_(feed) {}

  /// Makes `count` workers that go by `first`, which outlives them or their next snapshot, and by
  /// what of the options cannot change.
  /// returns: one sentence on why not, or an empty text.
  [[nodiscard]] std::string make(std::size_t count, const worker::snapshot& first,
                                 const config::options&);
  /// requires: make().
  [[nodiscard]] std::vector<worker::worker*> all() const;

  void start();
  void pin(const std::vector<hardware_thread>& to);
  /// Tells all and waits until they have obeyed. returns: whether they have.
  bool tell(const worker::order&);
  /// Lame duck: clients that are left.
  [[nodiscard]] std::size_t clients_left() const;
  /// Events that wait become lines of the log, and go to who watches.
  void write_events();
  /// Whether events that only debugging shows are passed on from now on.
  void show_debug(bool wanted);
  /// Adds what poll() has to watch for events.
  void watch(std::vector<pollfd>& into) const;
  /// Asks for news of what the workers hold, and says what they answered last.
  [[nodiscard]] figures held();
  /// Ends all threads.
  void stop();
  /// requires: stop().
  [[nodiscard]] figures counters() const;
  [[nodiscard]] figures leftovers() const;

 private:
  /// One worker with what is its own on the main thread's side.
  struct member {
    member(log& sink, event_feed& feed, const worker::worker_options&, const worker::snapshot&,
           broker::id_source&, bool may_sleep);

    event_log events;
    worker::worker self;
    worker::worker_thread thread;
  };

  [[nodiscard]] bool have_obeyed() const;

  log& log_;
  event_feed& feed_;
  client_ids ids_;
  std::unique_ptr<crossing::mesh> between_;
  std::vector<std::unique_ptr<member>> workers_;
};

}  // namespace wirebird::agent
