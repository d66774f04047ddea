#pragma once

#include "dataplane/base/check.hh"
#include "dataplane/base/frame.hh"

#include <cstddef>
#include <cstring>
#include <memory>

namespace wirebird::fuzz {

/// Received frames whose bytes end exactly where their memory ends, so that the sanitizer sees the
/// first byte that anybody reads too far.
class tight_frames final : public buffer_home {
 public:
  ~tight_frames() { check(live_ == 0, "a received frame was kept"); }

  [[nodiscard]] frame make(byte_view bytes, frame_marks marks = {}) {
    auto* made = new block;
    const auto size = static_cast<std::uint32_t>(bytes.size());
    made->memory = std::make_unique<std::uint8_t[]>(frame_headroom_bytes + size);
    made->bytes = made->memory.get();
    made->capacity = frame_headroom_bytes + size;
    made->references = 1;
    made->home = this;
    made->offset = frame_headroom_bytes;
    made->length = size;
    made->marks = marks;
    if (size > 0) std::memcpy(made->bytes + made->offset, bytes.data(), size);
    ++live_;
    return frame(*made);
  }
  void recycle(buffer& done) noexcept override {
    delete static_cast<block*>(&done);
    --live_;
  }
  [[nodiscard]] std::size_t live() const noexcept { return live_; }

 private:
  struct block final : frame_buffer {
    std::unique_ptr<std::uint8_t[]> memory;
  };
  std::size_t live_ = 0;
};

}  // namespace wirebird::fuzz
