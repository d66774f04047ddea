#pragma once

#include "dataplane/stream/connection.hh"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace wirebird::worker {

class simulated_client;

/// Who watches simulated clients.
class listener {
 public:
  virtual void on_message(simulated_client&, const std::string& sid, const std::string& body) = 0;
  virtual void on_wrong(const std::string& what) = 0;
  /// Numbers what clients see and do, in the order in which it happens.
  virtual std::uint64_t next_event() = 0;

 protected:
  ~listener() = default;
};

inline constexpr std::uint64_t never_happened = ~std::uint64_t{0};

/// What a client knows of one subscription.
struct client_subscription {
  std::string subject;
  std::string queue;
  std::uint64_t sent = 0;                                        ///< event of SUB
  std::uint64_t visible = never_happened;                        ///< of the PONG behind it
  std::uint64_t gone = never_happened;                           ///< of UNSUB
  std::set<std::uint64_t> received = {};                         ///< messages
  std::map<const simulated_client*, std::uint64_t> newest = {};  ///< per publisher
};

/// One NATS client on a simulated TCP connection: keeps account of what it says and hears.
class simulated_client final : public stream::handler {
 public:
  simulated_client(listener& watcher, bool is_steady) : stays(is_steady), watcher_(watcher) {}
  void attach(stream::connection& below) { below_ = &below; }

  void say(const std::string& text, instant now);
  void subscribe(const std::string& subject, const std::string& queue, instant now);
  /// One of its subscriptions that it still has, but not inboxes.
  void unsubscribe(std::size_t which, instant now);
  void ping(instant now);
  /// Publishes with a reply that only a 503 may come to.
  std::string expect_refusal(instant now);
  void leave(bool orderly, instant now);
  /// Stops reading, or goes on.
  void take_turns();
  /// Reads from now on.
  void go_on() {
    if (is_paused_) take_turns();
  }

  [[nodiscard]] bool is_open() const { return below_ != nullptr && !leaves_; }
  [[nodiscard]] bool has_ended() const { return has_ended_; }
  [[nodiscard]] std::size_t backlog() const {
    return below_ == nullptr ? 0 : below_->output().size();
  }
  /// What a judge may still complain about when all is quiet; empty: nothing.
  [[nodiscard]] std::string open_matters() const;
  [[nodiscard]] std::size_t refusals() const;

  // stream::handler
  void on_bytes(slice_queue& unread, instant now) override;
  void on_end_of_stream(instant now) override;
  void on_progress(instant) override {}
  void on_ended(stream::end_reason, instant now) override;

  const bool stays;
  std::map<std::string, client_subscription> by_sid;

 private:
  [[nodiscard]] bool take_line();
  void on_pong();

  listener& watcher_;
  stream::connection* below_ = nullptr;
  bool leaves_ = false;
  bool has_ended_ = false;
  bool is_paused_ = false;
  unsigned next_sid_ = 0;
  std::string text_;                            ///< heard and not yet understood
  std::vector<std::string> fresh_;              ///< sids since the last PING
  std::deque<std::vector<std::string>> pings_;  ///< what each that is unanswered covers
  std::map<std::string, unsigned> refusals_;    ///< 503 per inbox
};

}  // namespace wirebird::worker
