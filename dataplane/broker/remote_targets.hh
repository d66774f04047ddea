#pragma once

#include "dataplane/crossing/records.hh"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wirebird::broker {

/// The other workers that one message has still to go to: all their plain subscriptions, or one
/// member of some of their queue groups. Keeps its memory for the next message.
class remote_targets {
 public:
  /// `workers`: a bit each.
  void add_plain(std::uint64_t workers) noexcept { plain_ |= workers; }
  void choose(unsigned worker, std::string_view group) {
    const std::size_t begin = names_.size();
    crossing::append_name(names_, group);
    chosen_.push_back({worker, begin, names_.size() - begin});
  }
  void clear() noexcept {
    plain_ = 0;
    chosen_.clear();
    names_.clear();
  }

  [[nodiscard]] bool empty() const noexcept { return plain_ == 0 && chosen_.empty(); }
  /// Each worker's plain subscriptions count one, and so does each member of a queue group.
  [[nodiscard]] std::size_t count() const noexcept {
    return static_cast<std::size_t>(std::popcount(plain_)) + chosen_.size();
  }
  [[nodiscard]] std::size_t members() const noexcept { return chosen_.size(); }
  [[nodiscard]] bool wants_plain(unsigned worker) const noexcept {
    return (plain_ >> worker & 1) != 0;
  }
  /// Puts the names of groups chosen at this worker into `names`, up to `bytes_max` but at least
  /// one. returns: how many; 0: none is left.
  std::size_t groups_of(unsigned worker, std::size_t bytes_max, std::string& names) const;
  /// The worker has been given the message for its plain subscriptions and its first `groups`
  /// groups.
  void handed_over(unsigned worker, std::size_t groups);

 private:
  struct choice {
    unsigned worker = 0;
    std::size_t begin = 0;  ///< in names_
    std::size_t size = 0;
  };
  std::uint64_t plain_ = 0;
  std::vector<choice> chosen_;
  std::string names_;
};

}  // namespace wirebird::broker
