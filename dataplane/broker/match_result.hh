#pragma once

#include "dataplane/broker/subscription.hh"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace wirebird::broker {

/// The members of one queue group: first what stands for other workers' members, then ours.
struct group_members {
  std::span<subscription* const> all{};
  std::size_t remotes = 0;   ///< how many stand for other workers
  std::uint64_t weight = 0;  ///< members of all workers

  [[nodiscard]] std::span<subscription* const> local() const noexcept {
    return all.subspan(remotes);
  }
  [[nodiscard]] std::span<subscription* const> remote() const noexcept {
    return all.first(remotes);
  }
};

/// Who gets a message: the plain subscriptions, then the queue groups, merged by name over all
/// matching subjects. A list of pointers, valid until the table changes; what was retired since is
/// still there to be skipped for as long as a fan-out holds the list (see subscriptions.hh).
class match_result {
 public:
  [[nodiscard]] std::span<subscription* const> plain() const noexcept {
    return std::span(targets_).first(plain_);
  }
  /// Other workers with matching plain subscriptions, a bit each.
  [[nodiscard]] std::uint64_t workers() const noexcept { return workers_; }
  /// Those of them that are sure to take the message, unless they have gone.
  [[nodiscard]] std::uint64_t sure_workers() const noexcept { return sure_workers_; }
  [[nodiscard]] std::size_t groups() const noexcept { return group_ends_.size(); }
  /// requires: index < groups().
  [[nodiscard]] group_members group(std::size_t index) const noexcept {
    const std::size_t begin = index == 0 ? plain_ : group_ends_[index - 1].end;
    const group_end& at = group_ends_[index];
    return {std::span(targets_).subspan(begin, at.end - begin), at.remotes, at.weight};
  }
  /// The group of this name. requires: matched just now: nobody listed is retired. returns: nobody
  /// when no group of that name matches.
  [[nodiscard]] group_members group_named(std::string_view name) const noexcept;
  /// Plain subscriptions and groups: how often a fan-out delivers at most.
  [[nodiscard]] std::size_t steps() const noexcept { return plain_ + groups(); }
  /// The same with every other worker that wants the message, each as one.
  [[nodiscard]] std::size_t fan_out() const noexcept {
    return steps() + static_cast<std::size_t>(std::popcount(workers_));
  }
  /// Pointers held.
  [[nodiscard]] std::size_t size() const noexcept { return targets_.size(); }

  /// Memory of the lists, room for more included.
  [[nodiscard]] std::size_t bytes() const noexcept {
    return targets_.capacity() * sizeof(targets_[0]) +
           group_ends_.capacity() * sizeof(group_ends_[0]) +
           found_groups_.capacity() * sizeof(found_groups_[0]);
  }
  /// Gives room back that a result used before has left. requires: finish(), and no span is out.
  void trim();

  // Filling, in this order.
  void clear() noexcept;
  void add(const subject_entry& matching);
  void finish();

 private:
  friend class match_ref;
  friend class match_pool;

  struct group_end {
    std::size_t end = 0;
    std::size_t remotes = 0;
    std::uint64_t weight = 0;
  };
  void add_groups(std::span<queue_group* const> of_one_name);

  std::vector<subscription*> targets_;
  std::vector<group_end> group_ends_;
  std::vector<queue_group*> found_groups_;  ///< while filling
  std::size_t plain_ = 0;
  std::uint64_t workers_ = 0;
  std::uint64_t sure_workers_ = 0;
  std::uint32_t references_ = 0;
  class match_pool* home_ = nullptr;
};

/// Results for reuse, so that matching allocates nothing in steady state. One worker.
class match_pool {
 public:
  /// returns: an empty result, as a reference.
  [[nodiscard]] class match_ref take();

 private:
  friend class match_ref;
  static constexpr std::size_t idle_max = 64;
  static constexpr std::size_t idle_targets_max = 4096;  ///< a larger list goes back to the heap

  void give_back(match_result&) noexcept;

  std::vector<std::unique_ptr<match_result>> idle_;
};

/// One of several holders of a match result.
class match_ref {
 public:
  match_ref() noexcept = default;
  explicit match_ref(match_result& held) noexcept : held_(&held) { ++held.references_; }
  match_ref(const match_ref& other) noexcept : held_(other.held_) {
    if (held_ != nullptr) ++held_->references_;
  }
  match_ref(match_ref&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
  match_ref& operator=(match_ref other) noexcept {
    std::swap(held_, other.held_);
    return *this;
  }
  ~match_ref() {
    if (held_ != nullptr && --held_->references_ == 0) held_->home_->give_back(*held_);
  }
  explicit operator bool() const noexcept { return held_ != nullptr; }
  [[nodiscard]] match_result& operator*() const noexcept { return *held_; }
  [[nodiscard]] match_result* operator->() const noexcept { return held_; }
  [[nodiscard]] bool is_shared() const noexcept { return held_->references_ > 1; }

 private:
  match_result* held_ = nullptr;
};

}  // namespace wirebird::broker
