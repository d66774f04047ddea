#pragma once

#include "dataplane/steering/frame_lane.hh"

#include <cstddef>
#include <memory>
#include <vector>

namespace wirebird::steering {

/// The lanes for frames between all workers of a port. A worker below `queues` reads the port's
/// queue of its number and hands over what is not for it; the others have no queue and are sent for
/// by one that has. Made on the main thread; outlives the workers. A lane takes 8 KiB.
class frame_mesh {
 public:
  /// requires: 0 < queues <= workers.
  frame_mesh(unsigned workers, unsigned queues) : workers_(workers), queues_(queues) {
    for (std::size_t i = 0; i < std::size_t{workers} * queues; ++i)
      received_.push_back(std::make_unique<frame_lane>());
    for (unsigned worker = queues; worker < workers; ++worker)
      to_send_.push_back(std::make_unique<frame_lane>());
  }

  [[nodiscard]] unsigned workers() const noexcept { return workers_; }
  [[nodiscard]] unsigned queues() const noexcept { return queues_; }
  /// What the worker `from` has received for another one. requires: from < queues().
  [[nodiscard]] frame_lane& received(unsigned from, unsigned to) noexcept {
    return *received_[std::size_t{from} * workers_ + to];
  }
  /// What a worker without a queue sends. requires: worker >= queues().
  [[nodiscard]] frame_lane& to_send(unsigned worker) noexcept {
    return *to_send_[worker - queues_];
  }
  /// Who sends for this worker; itself if it has a queue.
  [[nodiscard]] unsigned sender_of(unsigned worker) const noexcept {
    return worker < queues_ ? worker : worker % queues_;
  }

 private:
  unsigned workers_;
  unsigned queues_;
  std::vector<std::unique_ptr<frame_lane>> received_;  ///< by from * workers + to
  std::vector<std::unique_ptr<frame_lane>> to_send_;   ///< by worker - queues
};

}  // namespace wirebird::steering
