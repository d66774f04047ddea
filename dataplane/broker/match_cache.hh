#pragma once

#include "dataplane/broker/match_result.hh"
#include "dataplane/broker/session_summary.hh"
#include "dataplane/broker/subject_hash.hh"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wirebird::broker {

/// Match results by published subject, bounded in subjects and in bytes. A change of
/// the table drops exactly the results that it could have changed:
///
/// - a literal subject can change one result, which is looked up and dropped: one probe;
/// - a pattern is noted in a log. A cached result knows up to which change it is right. If no later
///   pattern began with its first token or with a wildcard, that is one comparison; else the
///   patterns since then are matched against its subject, and only a match, or more than
///   changes_kept of them, drops it.
///
/// A subject is admitted when it is missed for the second time in a row in its slot, so subjects
/// that are used once (inboxes) neither cost an entry nor push one out. One worker.
class match_cache {
 public:
  explicit match_cache(const subject_hash& hash);
  match_cache(const match_cache&) = delete;
  match_cache& operator=(const match_cache&) = delete;

  /// returns: the result kept for this subject if it is still right, or null. `hash`: of the
  /// subject.
  [[nodiscard]] match_result* find(std::string_view subject, std::uint64_t hash);
  /// Offers a fresh result for a subject that find() did not know. requires: nothing changed since
  /// it was matched.
  void offer(std::string_view subject, std::uint64_t hash, const match_ref& result);

  /// A subscription to this subject was added or removed. `hash`: of the subject.
  void on_literal_change(std::string_view subject, std::uint64_t hash);
  void on_pattern_change(std::string_view pattern);

  /// Memory that cached results hold, besides the slots and their subjects.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  /// Goes on with a walk over what is kept, by `count` slots. returns: whether it is at its end.
  [[nodiscard]] bool walk_some(cache_walk&, std::size_t count) const noexcept;

  static constexpr std::size_t slots = 8192;
  /// Eight results of 128 Ki subscriptions, or some of everything else in all slots.
  static constexpr std::size_t bytes_max = 8 * 1024 * 1024;
  /// A longer subject is matched anew each time: subjects take 2 MiB at most.
  static constexpr std::size_t subject_bytes_max = 256;
  static constexpr std::size_t changes_kept = 32;

 private:
  struct slot {
    std::uint32_t tag = 0;        ///< of the subject's hash
    std::uint32_t candidate = 0;  ///< tag of the subject that was missed last
    std::uint16_t bucket = 0;     ///< of the subject's first token
    std::uint32_t fan_out = 0;    ///< of the result, so that a walk needs no other memory
    std::uint64_t right_at = 0;   ///< the last change that the result takes into account
    std::string subject;
    match_ref result;
  };
  struct change {
    std::string pattern;
    std::uint16_t bucket = 0;
  };
  static constexpr std::size_t buckets = 1024;
  static constexpr std::uint16_t any_bucket = buckets;  ///< of patterns that begin with a wildcard

  [[nodiscard]] slot& slot_of(std::uint64_t hash) noexcept { return slots_[hash & (slots - 1)]; }
  [[nodiscard]] static std::uint32_t tag_of(std::uint64_t hash) noexcept;
  [[nodiscard]] std::uint16_t bucket_of(std::string_view subject) const noexcept;
  [[nodiscard]] bool is_right(slot&) const noexcept;
  void drop(slot&) noexcept;
  void make_room(std::size_t bytes) noexcept;

  const subject_hash& hash_;
  std::vector<slot> slots_;
  std::array<change, changes_kept> log_;
  std::array<std::uint64_t, buckets + 1> last_change_{};  ///< per bucket
  std::uint64_t changes_ = 0;
  std::size_t bytes_ = 0;
  std::size_t hand_ = 0;  ///< where make_room() goes on
};

}  // namespace wirebird::broker
