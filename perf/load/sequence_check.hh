// Judges the sequence numbers that one subscriber gets from one publisher: each exactly once, in
// order, starting with 0. Costs one compare per message while all is well; what is missing is
// remembered as ranges, so that a late message is told from a duplicate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

namespace wirebird::load {

struct sequence_faults {
  std::uint64_t lost = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;

  [[nodiscard]] bool any() const { return lost + duplicated + reordered > 0; }
  sequence_faults& operator+=(const sequence_faults& other) {
    lost += other.lost;
    duplicated += other.duplicated;
    reordered += other.reordered;
    return *this;
  }
};

class sequence_check {
 public:
  void on_sequence(std::uint64_t sequence) {
    if (sequence == next_) [[likely]] {
      ++next_;
    } else {
      on_unexpected(sequence);
    }
  }

  // One above the highest sequence number seen.
  [[nodiscard]] std::uint64_t next() const { return next_; }

  // The verdict when the publisher has sent `sent` messages and no more will arrive.
  [[nodiscard]] sequence_faults faults(std::uint64_t sent) const;

 private:
  // Gaps remembered at once; beyond it the oldest is given up and its late messages would count as
  // duplicates. No broker worth measuring comes near.
  static constexpr std::size_t gaps_max = 65'536;

  void on_unexpected(std::uint64_t sequence);

  std::uint64_t next_ = 0;
  std::map<std::uint64_t, std::uint64_t> missing_;  // first -> one behind the last
  sequence_faults faults_;                          // `lost`: of gaps that were given up
};

}  // namespace wirebird::load
