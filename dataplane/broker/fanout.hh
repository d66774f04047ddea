#pragma once

#include "dataplane/base/intrusive_list.hh"
#include "dataplane/base/time.hh"
#include "dataplane/broker/delivery.hh"
#include "dataplane/broker/match_result.hh"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace wirebird::broker {

struct unfinished_tag;

/// From a published message to its subscribers: every plain one, then one of each queue group.
///
/// A worker makes `fanout_budget` deliveries per iteration. The fan-out that meets the end of the
/// budget goes on in the next iterations, in flush(); until it is done its publisher reads nothing,
/// so its messages keep their order. Fan-outs of up to narrow_steps are never cut, so a wide
/// publisher does not delay the narrow ones beside it. Who subscribes meanwhile does not get the
/// message; who is retired meanwhile is skipped. One worker.
class fanout {
 public:
  explicit fanout(core&) noexcept;
  ~fanout();
  fanout(const fanout&) = delete;
  fanout& operator=(const fanout&) = delete;

  /// returns: whether it is finished. If not, the message was taken over and the publisher is told
  /// by on_fanout_finished().
  [[nodiscard]] bool publish(outgoing&, instant now);
  /// Goes on with unfinished ones, oldest first, and gives this iteration's publishes a new budget.
  void go_on(instant now);
  [[nodiscard]] bool has_unfinished() const noexcept { return !unfinished_.empty(); }
  /// The oldest one's number (subscriptions::next_walk). requires: has_unfinished().
  [[nodiscard]] std::uint64_t oldest() noexcept { return unfinished_.front().number; }
  /// The publisher is gone; its messages are still delivered.
  void forget_origin(const session&) noexcept;

  static constexpr std::size_t narrow_steps = 64;

 private:
  /// A match result and how far it has been served.
  struct walk {
    match_ref targets;
    std::size_t done = 0;       ///< steps: plain subscriptions, then groups
    std::size_t delivered = 0;  ///< messages taken
  };
  struct unfinished final : list_hook<unfinished_tag> {
    outgoing message;
    walk way;
    std::uint64_t number = 0;  ///< as subscriptions knows it
  };

  [[nodiscard]] std::size_t narrow() const noexcept;
  /// returns: whether the walk is at its end.
  [[nodiscard]] bool advance(walk&, outgoing&, std::size_t steps, instant now);
  void finish(const walk&, const outgoing&, instant now);
  void send_no_responders(const outgoing&, instant now);
  void put_off(walk&, outgoing&);
  void recycle(unfinished&) noexcept;

  static constexpr std::size_t idle_max = 64;

  core& core_;
  std::size_t budget_;                                     ///< steps left in this iteration
  intrusive_list<unfinished, unfinished_tag> unfinished_;  ///< oldest first
  std::vector<std::unique_ptr<unfinished>> idle_;          ///< for reuse
  std::string no_responders_;                              ///< for reuse
};

}  // namespace wirebird::broker
