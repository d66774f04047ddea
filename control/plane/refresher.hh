#pragma once

#include "control/plane/batch.hh"
#include "control/plane/link.hh"
#include "control/plane/memory_view.hh"
#include "control/plane/rows_wanted.hh"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace wirebird::control {

/// Has the plane memory brought up to date before somebody reads it. Requests that come while one
/// refresh is under way share the next one, so any load of pages costs the workers one sweep at a
/// time. And long lists rest: what took workers long to write is not written again before 150
/// times as long has passed; who asks sooner gets the list that is there. On the loop.
class refresher {
 public:
  using callback = std::function<void(batch&)>;
  using clock = std::chrono::steady_clock;

  /// When a list that was written must rest, and from when on it may be written again.
  class rest {
   public:
    /// `entries`: how long it has become; `cost`: what writing it took a worker.
    void begin(clock::time_point now, std::uint64_t entries, std::chrono::nanoseconds cost) {
      constexpr int times_cost = 150;
      constexpr std::chrono::nanoseconds longest = std::chrono::seconds(10);
      until_ = entries < short_list ? now : now + std::min(times_cost * cost, longest);
    }
    [[nodiscard]] bool is_over(clock::time_point now) const noexcept { return now >= until_; }
    /// A list of less may be written at any time: 50 times a second it costs less than 1 %.
    static constexpr std::uint64_t short_list = 256;

   private:
    clock::time_point until_{};
  };

  refresher(boost::asio::io_context& loop, link& to, const memory_view& memory)
      : link_(to), memory_(memory), timer_(loop) {}

  /// Calls back when every worker has written what it knew at the time of this call or later, or
  /// has not done so in time (then the memory is older). Lists that rest stay as they are, unless
  /// `wanted` says that they must be new.
  void refresh(const rows_wanted& wanted, callback);

  /// Longer than machines stand still at times. Who has not run for as long is not healthy.
  static constexpr auto patience = std::chrono::seconds(3);
  static constexpr auto look_every = std::chrono::microseconds(500);

 private:
  void start();
  void look();
  void finish();
  [[nodiscard]] bool is_done() const noexcept;
  [[nodiscard]] rows_wanted without_those_at_rest(rows_wanted) const noexcept;

  link& link_;
  const memory_view& memory_;
  boost::asio::steady_timer timer_;
  std::vector<callback> waiting_;  ///< for the next refresh
  rows_wanted waiting_for_;
  rows_wanted at_work_on_;
  rest rows_;
  rest lists_;
  std::vector<std::uint64_t> spent_ns_;  ///< on listing, by each worker, when this one began
  bool paths_are_there_ = false;         ///< in the rows that rest
  std::vector<callback> served_;         ///< by the one under way
  std::uint64_t number_ = 0;             ///< of the one under way
  std::chrono::steady_clock::time_point give_up_at_;
};

}  // namespace wirebird::control
