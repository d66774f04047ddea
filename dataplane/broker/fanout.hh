#pragma once

#include "dataplane/base/intrusive_list.hh"
#include "dataplane/base/time.hh"
#include "dataplane/broker/delivery.hh"
#include "dataplane/broker/match_result.hh"
#include "dataplane/broker/remote_targets.hh"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wirebird::broker {

struct unfinished_tag;

/// From a published message to its subscribers: every plain one, then one of each queue group; then
/// once to every other worker that has some, which does the same for its own.
///
/// A worker takes `fanout_budget` steps per iteration. The fan-out that meets the end of the
/// budget goes on in the next iterations, in flush(); until it is done its publisher reads nothing,
/// so its messages keep their order. Fan-outs of up to narrow_steps are never cut, so a wide
/// publisher does not delay the narrow ones beside it. Who subscribes meanwhile does not get the
/// message; who is retired meanwhile is skipped. A message for which another worker's lane is full
/// waits in the same way, and so does one from another worker that is wide: its lane stands still
/// meanwhile. One worker.
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
  /// Some could go on now; the others wait for lanes.
  [[nodiscard]] bool has_work() const noexcept { return waiting_for_budget_; }
  /// returns: whether a fan-out had to stop since the last call; it goes on, or its publisher does.
  [[nodiscard]] bool take_was_cut() noexcept { return std::exchange(was_cut_, has_work()); }
  /// The oldest one's number (subscriptions::next_walk). requires: has_unfinished().
  [[nodiscard]] std::uint64_t oldest() noexcept { return unfinished_.front().number; }
  /// The publisher is gone; its messages are still delivered.
  void forget_origin(const session&) noexcept;

  /// A message from another worker, to our plain subscriptions. returns: whether it is finished. If
  /// not, the message was taken over and crossings::on_arrived_done() tells when it is. `question`:
  /// for that worker should all of them have gone; 0: it does not ask.
  [[nodiscard]] bool deliver_arrived(outgoing&, unsigned from_worker, std::uint64_t question,
                                     instant now);
  /// The same to one of our members of a queue group. returns: whether one has taken it.
  [[nodiscard]] bool serve_group(outgoing&, std::string_view group, instant now);
  /// Tells who published with this reply that nobody has the message.
  void send_no_responders(session& to, std::string_view reply, instant now);

  static constexpr std::size_t narrow_steps = 64;

 private:
  /// A match result and how far it has been served.
  struct walk {
    match_ref targets;
    std::size_t done = 0;       ///< steps: plain subscriptions, then groups
    std::size_t delivered = 0;  ///< messages taken
    unsigned from_worker = 0;
    bool has_arrived = false;        ///< from another worker: only plain subscriptions, only ours
    bool is_handed_over = false;     ///< to others, or waits for their lanes
    bool has_sure_member = false;    ///< one on another worker was chosen...
    bool has_choosy_member = false;  ///< ...that refuses nothing; one that may refuse it
    std::uint64_t question = 0;      ///< should nobody there, or here if it has arrived, have it
    remote_targets remote;           ///< of our own messages

    [[nodiscard]] std::size_t steps() const noexcept {
      return has_arrived ? targets->plain().size() : targets->steps();
    }
  };
  struct unfinished final : list_hook<unfinished_tag> {
    outgoing message;
    walk way;
    std::uint64_t number = 0;  ///< as subscriptions knows it
  };

  [[nodiscard]] std::size_t narrow() const noexcept;
  [[nodiscard]] std::size_t new_budget() const noexcept;
  /// returns: whether the walk is at its end.
  [[nodiscard]] bool advance(walk&, outgoing&, std::size_t steps, instant now);
  [[nodiscard]] bool run(walk&, outgoing&, instant now);
  /// Everybody here has it. returns: false when it has to wait for the lanes of others.
  [[nodiscard]] bool hand_over(walk&, outgoing&);
  /// The common case, of which nothing can be left for later. requires: no groups, no other
  /// workers, at most narrow() subscriptions.
  void publish_to_few(const match_result&, outgoing&, instant now);
  void finish(const walk&, const outgoing&, instant now);
  void tell_nobody_has(const outgoing&, instant now);
  void put_off(walk&, outgoing&);
  void recycle(unfinished&) noexcept;

  static constexpr std::size_t idle_max = 64;

  core& core_;
  std::size_t budget_;  ///< steps left in this iteration
  bool was_cut_ = false;
  intrusive_list<unfinished, unfinished_tag> unfinished_;  ///< oldest first
  std::vector<std::unique_ptr<unfinished>> idle_;          ///< for reuse
  remote_targets remote_;                                  ///< for reuse
  std::string no_responders_;                              ///< for reuse
  bool waiting_for_budget_ = false;
};

}  // namespace wirebird::broker
