#pragma once

#include "dataplane/base/arena.hh"
#include "dataplane/base/time.hh"
#include "dataplane/base/timer_wheel.hh"
#include "dataplane/relay/relay.hh"
#include "dataplane/sockets/transport.hh"

#include <atomic>
#include <optional>
#include <string>

namespace wirebird::worker {

/// Where wirebird-control serves HTTP, as all workers see it. The main thread says whether control
/// is up.
struct control_address {
  std::string name;  ///< of an abstract unix socket, without the leading zero byte
  std::atomic<bool> up{false};
};

/// One worker's part in serving monitoring pages: the relay, and the local sockets to control where
/// the worker has no kernel transport of its own for them. On the worker's thread.
class monitoring final : public relay::control_door {
 public:
  /// `sockets`: the worker's kernel transport; null: one is made here. All outlive this.
  monitoring(const control_address&, sockets::transport* sockets, arena&, timer_wheel&);
  ~monitoring();

  /// errno of making the transport; 0 when all is well.
  [[nodiscard]] int error() const noexcept { return own_ ? own_->error() : 0; }
  /// Whose connections are HTTP.
  [[nodiscard]] stream::acceptor& acceptor() noexcept { return relay_; }
  /// Reads from control, where that is not the worker's own transport. returns: whether there was
  /// work.
  [[nodiscard]] bool poll(instant now);
  void flush(instant now) { relay_.flush(now); }
  /// Whether something waits for the next flush().
  [[nodiscard]] bool has_work() const noexcept { return relay_.has_work(); }
  void shutdown(instant now) { relay_.shutdown(now); }
  /// A worker that waits for its port does not see what control says: while pages are under way it
  /// looks often.
  [[nodiscard]] duration rest_limit(duration time) const noexcept;
  [[nodiscard]] const relay::counters& counts() const noexcept { return relay_.counts(); }

  // relay::control_door
  [[nodiscard]] stream::connection* open(stream::handler&, instant now) override;

 private:
  const control_address& control_;
  std::optional<sockets::transport> own_;
  sockets::transport& sockets_;
  relay::relay relay_;
};

}  // namespace wirebird::worker
