#pragma once

#include "dataplane/base/frame.hh"

#include <cstddef>
#include <memory>
#include <vector>

namespace wirebird {

/// Frames in ordinary memory: for tests, simulation and builds without DPDK. All memory is taken at
/// construction. On one worker. Every frame must be back before the pool ends.
class plain_frame_pool final : public frame_pool {
 public:
  explicit plain_frame_pool(std::size_t frames);
  ~plain_frame_pool();
  plain_frame_pool(const plain_frame_pool&) = delete;
  plain_frame_pool& operator=(const plain_frame_pool&) = delete;

  [[nodiscard]] frame take() noexcept override;
  [[nodiscard]] std::size_t available() const noexcept override { return free_.size(); }
  [[nodiscard]] std::size_t in_use() const noexcept { return heads_.size() - free_.size(); }
  void recycle(buffer&) noexcept override;

 private:
  std::vector<frame_buffer> heads_;
  std::unique_ptr<std::uint8_t[]> memory_;
  std::vector<frame_buffer*> free_;
};

}  // namespace wirebird
