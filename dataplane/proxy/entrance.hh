#pragma once

#include "dataplane/base/arena.hh"
#include "dataplane/base/intrusive_list.hh"
#include "dataplane/base/timer_wheel.hh"
#include "dataplane/proxy/counters.hh"
#include "dataplane/stream/connection.hh"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace wirebird::proxy {

class passage;
struct over_tag;

/// Who hears of connections that were closed for their header.
class refusal_sink {
 public:
  /// On the worker's thread; must not wait.
  virtual void on_refused(const endpoint& remote, std::string_view why) noexcept = 0;

 protected:
  ~refusal_sink() = default;
};

/// In front of whoever listens behind a load balancer: every connection must begin with a header of
/// the PROXY protocol, which takes its bytes, and goes on to the listener with the address that the
/// header names. A connection that ends before its header (a health probe) is only counted.
///
/// Lives on one worker's thread; timers fire from the wheel handed in; one flush() per iteration.
class entrance final : public stream::acceptor {
 public:
  /// How long a header may take.
  static constexpr duration header_time_max = std::chrono::seconds(5);

  /// All references outlive it.
  entrance(stream::acceptor& inside, timer_wheel&, arena&, refusal_sink&) noexcept;
  ~entrance();
  entrance(const entrance&) = delete;
  entrance& operator=(const entrance&) = delete;

  [[nodiscard]] stream::handler* on_accepted(stream::connection&, instant now) override;
  /// Forgets connections that are over.
  void flush();
  /// Ends those whose header has not come.
  void shutdown(instant now);

  /// Connections that are not over.
  [[nodiscard]] std::size_t connections() const noexcept { return passages_.size(); }
  [[nodiscard]] const counters& counts() const noexcept { return counts_; }

 private:
  friend class passage;

  stream::acceptor& inside_;
  timer_wheel& timers_;
  arena& memory_;
  refusal_sink& refusals_;
  counters counts_;
  intrusive_list<passage, over_tag> over_;
  std::vector<std::unique_ptr<passage>> passages_;
};

}  // namespace wirebird::proxy
