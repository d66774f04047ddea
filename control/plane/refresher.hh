#pragma once

#include "control/plane/link.hh"
#include "control/plane/memory_view.hh"
#include "control/plane/rows_wanted.hh"

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace wirebird::control {

/// Has the plane memory brought up to date before somebody reads it. Requests that come while one
/// refresh is under way share the next one, so any load of pages costs the workers one sweep at a
/// time. On the loop.
class refresher {
 public:
  using callback = std::function<void()>;

  refresher(boost::asio::io_context& loop, link& to, const memory_view& memory)
      : link_(to), memory_(memory), timer_(loop) {}

  /// Calls back when every worker has written what it knew at the time of this call or later, or
  /// has not done so in time (then the memory is older).
  void refresh(const rows_wanted&, callback);

  static constexpr auto patience = std::chrono::milliseconds(250);
  static constexpr auto patience_with_lists = std::chrono::seconds(3);
  static constexpr auto look_every = std::chrono::microseconds(500);

 private:
  void start();
  void look();
  [[nodiscard]] bool is_done() const noexcept;

  link& link_;
  const memory_view& memory_;
  boost::asio::steady_timer timer_;
  std::vector<callback> waiting_;  ///< for the next refresh
  rows_wanted waiting_for_;
  std::vector<callback> served_;  ///< by the one under way
  std::uint64_t number_ = 0;      ///< of the one under way
  std::chrono::steady_clock::time_point give_up_at_;
};

}  // namespace wirebird::control
