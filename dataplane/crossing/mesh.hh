#pragma once

#include "dataplane/crossing/bell.hh"
#include "dataplane/crossing/lane.hh"

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

namespace wirebird::crossing {

/// Another worker as one sees it.
struct neighbour {
  unsigned worker = 0;  ///< its number
  lane* out = nullptr;
  lane* in = nullptr;
  bell* wakes = nullptr;
};

/// One worker's place among the others. A single worker has no neighbours.
struct station {
  unsigned self = 0;
  std::vector<neighbour> others;
};

/// The lanes and bells between all workers of a process: one lane for every ordered pair. Made on
/// the main thread; outlives the workers.
class mesh {
 public:
  /// One lane: a quarter of a MiB holds the longest record (two control lines of names and a small
  /// payload) twice, and some thousand small messages.
  static constexpr std::size_t lane_bytes = std::size_t{256} * 1024;
  static constexpr std::size_t workers_max = 64;  ///< one bit each in a set of workers

  /// requires: 0 < workers <= workers_max.
  explicit mesh(std::size_t workers, std::size_t bytes_per_lane = lane_bytes);
  mesh(const mesh&) = delete;
  mesh& operator=(const mesh&) = delete;

  [[nodiscard]] std::size_t workers() const noexcept { return bells_.size(); }
  [[nodiscard]] bell& bell_of(std::size_t worker) noexcept { return *bells_[worker]; }
  [[nodiscard]] station station_of(std::size_t worker) noexcept;

  // How workers end together: none may end while another can still send to it.
  static constexpr std::size_t stages = 3;
  /// Any worker, once per stage: it has come so far.
  void arrive(std::size_t stage) noexcept {
    arrived_[stage].fetch_add(1, std::memory_order_acq_rel);
  }
  [[nodiscard]] bool all_arrived(std::size_t stage) const noexcept {
    return arrived_[stage].load(std::memory_order_acquire) == workers();
  }

 private:
  [[nodiscard]] lane& lane_between(std::size_t from, std::size_t to) noexcept {
    return *lanes_[from * workers() + to];
  }

  std::vector<std::unique_ptr<bell>> bells_;
  std::vector<std::unique_ptr<lane>> lanes_;  ///< by from * workers + to; null from one to itself
  std::array<std::atomic<std::size_t>, stages> arrived_{};
};

}  // namespace wirebird::crossing
