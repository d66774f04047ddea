#pragma once

#include "dataplane/base/intrusive_list.hh"
#include "dataplane/base/ring_queue.hh"
#include "dataplane/base/time.hh"
#include "dataplane/broker/delivery.hh"
#include "dataplane/broker/open_questions.hh"
#include "dataplane/broker/remote_targets.hh"
#include "dataplane/broker/subscriptions.hh"
#include "dataplane/crossing/mesh.hh"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wirebird::broker {

class session;
struct core;
struct crossing_tag;

/// Whose message it is, for the worker that gets it.
struct provenance {
  unsigned worker = 0;         ///< of the publisher
  std::uint64_t client = 0;    ///< id of the publisher
  std::uint64_t tried = 0;     ///< workers that had nobody of the group to take it, a bit each
  std::uint64_t question = 0;  ///< tell the publisher's worker if nobody has it; 0: do not
};

/// This worker's end of the lanes to all others: tells them what clients here want, sends them
/// messages, and takes in what they tell and send.
///
/// Interest and messages share one lane per pair of workers, so a request never overtakes the SUB
/// of its inbox. A full lane makes publishers wait, each with its message, and clients that
/// subscribe; lanes are emptied all the same, so two workers never wait for each other. What a
/// worker has applied it takes off the lane, and that is the acknowledgement that a PING waits for.
/// One worker; alone it costs a comparison per message.
class crossings final : public interest_listener {
 public:
  crossings(core&, const crossing::station&);
  crossings(const crossings&) = delete;
  crossings& operator=(const crossings&) = delete;

  [[nodiscard]] unsigned self() const noexcept { return self_; }
  [[nodiscard]] bool alone() const noexcept { return links_.empty(); }

  // What clients here want.
  void on_interest(std::string_view subject, std::string_view queue, std::uint32_t members,
                   bool choosy) override;
  /// Number of the last change of interest or question; 0 when alone.
  [[nodiscard]] std::uint64_t changes() const noexcept { return changes_; }
  /// A request that may have to be answered stands on a lane. returns: its number among the
  /// changes.
  std::uint64_t note_question() noexcept { return ++changes_; }
  /// All workers know this change, or have handed over the answer to this question.
  [[nodiscard]] bool is_known(std::uint64_t change) const noexcept { return change <= known_; }
  /// Calls on_barrier() when more is known. requires: the session has stopped reading.
  void wait_until_known(session&);
  /// Everything is delivered that other workers had handed over up to now.
  [[nodiscard]] bool is_caught_up() const noexcept;
  /// Calls on_caught_up() when all that has been handed over up to now is delivered. requires: the
  /// session has stopped reading.
  void wait_until_caught_up(session&);
  /// Changes wait for a lane: whoever makes more of them has to wait.
  [[nodiscard]] bool is_backed_up() const noexcept { return backed_up_ > 0; }
  /// Calls on_lanes_free() soon. requires: the session has stopped reading.
  void wait_for_lanes(session&);
  void forget(session&) noexcept;

  // Messages.
  /// A request goes to so many targets of other workers and to nobody here: see open_questions.
  [[nodiscard]] std::uint64_t ask(std::size_t targets) { return questions_.ask(targets); }
  /// Hands the message to every worker that is meant and whose lane has room; `to` keeps the rest.
  /// returns: whether nobody is left. A large payload without memory to keep it is lost to the
  /// others and counted.
  [[nodiscard]] bool send(outgoing&, remote_targets& to, const provenance&);
  /// Takes what the others have sent. Before this worker's clients are read. returns: whether there
  /// was anything.
  bool receive(instant now);
  /// The fan-out of a message from this worker is done: more may be taken from its lane.
  void on_arrived_done(unsigned worker) noexcept {
    stalled_ &= ~(std::uint64_t{1} << worker);
    taken_ |= std::uint64_t{1} << worker;
  }
  /// Tells another worker's client that nobody has had its message. Without room on the lane it
  /// runs into its own timeout, as if the answer had been lost; counted.
  void tell_nobody(unsigned worker, const crossing::nobody&, instant now);

  // Publishers elsewhere and subscribers here that lag.
  /// Another worker's client stops reading, until then at most. Said once per stop; counted and
  /// left out when there is no room on the lane.
  void stop_publisher(unsigned worker, std::uint64_t publisher, instant until, instant now);
  /// A subscriber has caught up: whoever was stopped goes on.
  void release_publishers(instant now);

  /// Moves on what waited for others. Once per iteration, before connections are flushed.
  void go_on(instant now);
  /// The other workers see what was sent to them, and which of their records are dealt with. Before
  /// clients are sent answers that say so.
  void hand_over() noexcept;
  /// Hands over the rest and wakes whom this iteration concerns. At its end.
  void ring_bells() noexcept;
  /// Whether a lane has something that would be lost time to sleep over.
  [[nodiscard]] bool has_news() noexcept;
  /// Nothing of ours is under way any more: others hold no memory of this worker.
  [[nodiscard]] bool is_settled() const noexcept;

  /// Records taken from one lane per iteration: about as long as a burst of packets takes.
  static constexpr std::size_t records_per_turn = 256;
  /// Handed over before the end of the iteration, so that the other worker need not wait for it.
  static constexpr std::size_t published_early_bytes = 4096;
  /// Payload that records of one lane refer to, beyond which the lane counts as full: what is under
  /// way comes to a subscriber at once, also after it has stopped the publisher. With that of seven
  /// lanes, one at 3/4 of max_pending (64 MiB) stays below it.
  static constexpr std::size_t referred_bytes_max = std::size_t{2} << 20U;

 private:
  struct kept_message {
    std::uint64_t position = 0;  ///< end of the record that refers to it
    std::size_t bytes = 0;       ///< of payload
    stored_handle message;
  };
  struct stopped_publisher {
    std::uint64_t id = 0;
    instant until{};
  };
  static constexpr std::size_t stops_remembered = 16;
  struct link {
    crossing::neighbour to;
    ring_queue<std::string> backlog;  ///< records of interest that found no room, in order
    ring_queue<kept_message> kept;
    std::size_t kept_bytes = 0;
    std::uint64_t barrier = 0;        ///< position of the mark that all must reach
    std::uint64_t arrived = 0;        ///< position up to which PINGs here wait
    std::uint64_t published = 0;      ///< position up to which it was handed over
    bool waits = false;               ///< asked to be woken
    std::uint64_t consumed_seen = 0;  ///< when it was asked
    instant stopped_until{};          ///< the last publisher of it
    std::array<stopped_publisher, stops_remembered> stopped{};  ///< by id; who was told lately
  };

  [[nodiscard]] bool send_to(link&, outgoing&, remote_targets&, const provenance&);
  /// returns: false when there is no room now.
  template <typename Record>
  [[nodiscard]] bool push(link&, const Record&) noexcept;
  [[nodiscard]] static bool has_room_to_refer(const link&, const crossing::message&) noexcept;
  void push_interest(link&, const crossing::interest&);
  void push_backlog(link&);
  void commit(link&) noexcept;
  void publish(link&) noexcept;
  void wait_for(link&) noexcept;
  void mark() noexcept;
  void check_mark(instant now);
  void mark_arrived() noexcept;
  void check_arrived(instant now);

  bool receive_from(link&, instant now);
  void on_message(link&, const crossing::message&, instant now);
  /// Nobody has had one target's share of a request from here.
  void on_nobody(const crossing::nobody&, instant now);
  void on_stop(const crossing::stop&, instant now);
  void try_another(outgoing&, const crossing::message&, std::string_view group, instant now);
  /// returns: whether the message is on its way to somebody else who may take it.
  [[nodiscard]] bool pass_on(outgoing&, const crossing::message&, std::string_view group);
  [[nodiscard]] link* link_to(unsigned worker) noexcept;

  core& core_;
  unsigned self_;
  std::vector<link> links_;
  std::uint64_t touched_ = 0;  ///< links with new records, a bit per worker
  std::uint64_t taken_ = 0;    ///< links whose records were taken and not acknowledged yet
  std::uint64_t stalled_ = 0;  ///< workers whose message is still being delivered
  std::size_t backed_up_ = 0;  ///< links with a backlog
  std::uint64_t changes_ = 0;
  std::uint64_t known_ = 0;   ///< all workers know changes up to this
  std::uint64_t marked_ = 0;  ///< changes in front of the mark; known_ when there is no mark
  open_questions questions_;
  intrusive_list<session, crossing_tag> for_lanes_;
  intrusive_list<session, crossing_tag> for_barrier_;
  intrusive_list<session, crossing_tag> for_arrivals_;       ///< of the present mark
  intrusive_list<session, crossing_tag> for_next_arrivals_;  ///< came after it
  std::string names_;                                        ///< for reuse
  remote_targets another_;                                   ///< for reuse
};

}  // namespace wirebird::broker
