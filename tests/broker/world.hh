#pragma once

#include "dataplane/base/arena.hh"
#include "dataplane/base/random.hh"
#include "dataplane/base/slice_queue.hh"
#include "dataplane/base/timer_wheel.hh"
#include "dataplane/broker/broker.hh"
#include "dataplane/broker/logins.hh"
#include "dataplane/stream/filter.hh"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::broker {

using namespace std::chrono_literals;

/// A transport's connection in memory. What the client sends is fed in, what the broker flushes is
/// collected; a stalled client acknowledges nothing.
class wire final : public stream::connection {
 public:
  wire(arena& output_memory, arena& input_memory)
      : connection(output_memory), input_(input_memory) {}

  void flush(instant) override {
    ++flushes;
    if (!stalled) drain();
    if (on_flush) on_flush();
  }
  void pause_reading() noexcept override { paused = true; }
  void resume_reading() noexcept override {
    paused = false;
    offer_due_ = true;
  }
  void close(instant now) override {
    if (ended || aborted) return;
    flush(now);
    closing = true;
    if (on_close) on_close();
  }
  void abort(instant) override {
    output().clear();
    aborted = true;
    if (on_close) on_close();
  }
  [[nodiscard]] endpoint remote() const noexcept override {
    return {ip_address::from_v4(0x0a000002), 4711};
  }
  [[nodiscard]] endpoint local() const noexcept override {
    return {ip_address::from_v4(0x0a000001), 4222};
  }

  /// The client sends this, in pieces of `piece_bytes`.
  void send(std::string_view text, std::size_t piece_bytes = arena::block_bytes_max);
  void send_end() { end_due_ = true; }
  void reset() { reset_due_ = true; }
  /// Calls the handler for what has arrived, as a transport does from its poll.
  void poll(instant now);
  /// Whether poll() has something to do.
  [[nodiscard]] bool is_due() const {
    if (ended) return false;
    if (progress_due_) return true;
    if (paused) return closing || aborted || reset_due_ || (end_due_ && tells_end_early);
    return closing || aborted || reset_due_ || end_due_ ||
           (!unread_.empty() && (arrived_ || offer_due_));
  }
  /// The client reads what waits for it.
  void drain() { read(output().size()); }
  /// The client reads so many bytes of what waits for it.
  void read(std::size_t count);
  [[nodiscard]] bool is_open() const { return !closing && !aborted && !ended; }
  [[nodiscard]] std::size_t unread_bytes() const { return unread_.size(); }

  std::string received;
  std::size_t flushes = 0;
  bool stalled = false;
  bool tells_end_early = false;  ///< also while paused or unread bytes remain: they were offered
  bool paused = false;
  bool closing = false;
  bool aborted = false;
  bool ended = false;
  std::function<void()> on_close;  ///< the client sees that the broker closes
  std::function<void()> on_flush;  ///< the client has what was flushed

 private:
  arena& input_;
  slice_queue unread_;
  bool arrived_ = false;
  bool offer_due_ = false;
  bool end_due_ = false;
  bool reset_due_ = false;
  bool progress_due_ = false;
};

/// Writes down what the log would say.
class recorded_events final : public event_sink {
 public:
  void on_client_created(const client_identity& who) noexcept override {
    lines.push_back("created " + std::to_string(who.id));
  }
  void on_client_closed(const client_identity& who, close_reason why) noexcept override {
    lines.push_back("closed " + std::to_string(who.id) + " " + std::string(to_string(why)));
    last_reason = to_string(why);
  }
  void on_client_error(const client_identity& who, std::string_view text) noexcept override {
    lines.push_back("error " + std::to_string(who.id) + " " + std::string(text));
  }
  void on_refusal(const client_identity& who, std::string_view text) noexcept override {
    lines.push_back("refusal " + std::to_string(who.id) + " " + std::string(text));
  }
  void on_slow_consumer(const client_identity& who, const slow_consumer& why) noexcept override {
    lines.push_back("slow " + std::to_string(who.id) + " " + std::to_string(why.limit_bytes));
    last_slow = why;
  }
  std::vector<std::string> lines;
  std::string last_reason;
  slow_consumer last_slow;
};

class counted_ids final : public id_source {
 public:
  std::uint64_t next_client_id() noexcept override { return next_++; }

 private:
  std::uint64_t next_ = 4;
};

/// One end of a dialogue with the broker.
class client {
 public:
  client(class world& around, wire& on) : around_(around), wire_(on) {}

  /// Sends text and lets everything happen that follows from it at once.
  void send(std::string_view text);
  /// What was received since the last call.
  [[nodiscard]] std::string take();
  /// Sends and takes.
  [[nodiscard]] std::string ask(std::string_view text) {
    send(text);
    return take();
  }
  [[nodiscard]] wire& on_wire() { return wire_; }
  [[nodiscard]] bool is_open() const { return wire_.is_open(); }

 private:
  world& around_;
  wire& wire_;
};

struct world_options {
  options rules;
  std::size_t arena_bytes = 64 * 1024 * 1024;
  std::uint64_t seed = 1;
  std::size_t piece_bytes = arena::block_bytes_max;  ///< how clients' text is cut
  bool filtered = false;                             ///< a null filter on every connection
  crossing::station place;                           ///< among other worlds; alone if empty
  id_source* ids = nullptr;                          ///< shared with them; null: its own
  login_desk* desk = nullptr;                        ///< who judges logins
};

/// A worker without a transport: a broker, clients in memory, virtual time. At its end nothing may
/// be left of anything.
class world {
 public:
  explicit world(const world_options& = {});
  ~world();

  /// A client that was greeted; INFO is still to be taken.
  client connect();
  /// A client with these fields in CONNECT; everything so far is taken.
  client connect(std::string_view connect_json);
  /// The client default of the reference's list of traps.
  client connect_quiet();
  /// One iteration of a worker.
  void step();
  /// Its two halves, between which other workers may do anything: what they sent is taken in...
  void begin_step();
  /// ...then everything else.
  void end_step();
  /// Iterations until nothing happens any more at this time.
  void settle();
  void advance(duration);
  [[nodiscard]] const counters& counts() const { return broker_->counts(); }

  world_options options_;
  recorded_events events;
  arena memory;
  arena input_memory{256 * 1024 * 1024};
  timer_wheel timers;
  random choices;
  protocol::server_info identity;
  instant now;

 private:
  counted_ids own_ids_;

 public:
  std::unique_ptr<broker> broker_;
  std::vector<std::unique_ptr<wire>> wires;

 private:
  std::vector<std::unique_ptr<stream::filter>> filters_;
};

/// CONNECT of the reference's list of traps.
inline constexpr std::string_view quiet_json =
    R"({"verbose":false,"pedantic":false,"headers":true,"no_responders":true,"protocol":1})";

}  // namespace wirebird::broker
