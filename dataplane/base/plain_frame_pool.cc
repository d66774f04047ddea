#include "dataplane/base/plain_frame_pool.hh"

#include "dataplane/base/poison.hh"

namespace wirebird {

namespace {
constexpr std::size_t block_bytes = frame_headroom_bytes + frame_data_bytes;
}  // namespace

plain_frame_pool::plain_frame_pool(std::size_t frames)
    : heads_(frames), memory_(std::make_unique<std::uint8_t[]>(frames * block_bytes)) {
  free_.reserve(frames);
  for (std::size_t i = 0; i < frames; ++i) {
    frame_buffer& head = heads_[i];
    head.bytes = memory_.get() + i * block_bytes;
    head.capacity = block_bytes;
    head.home = this;
    free_.push_back(&head);
  }
  poison(memory_.get(), frames * block_bytes);
}

plain_frame_pool::~plain_frame_pool() {
  check(in_use() == 0, "a frame outlives its pool");
  unpoison(memory_.get(), heads_.size() * block_bytes);
}

frame plain_frame_pool::take() noexcept {
  if (free_.empty()) return {};
  frame_buffer& head = *free_.back();
  free_.pop_back();
  unpoison(head.bytes, head.capacity);
  head.references = 1;
  head.offset = frame_headroom_bytes;
  head.length = 0;
  head.marks = {};
  return frame(head);
}

void plain_frame_pool::recycle(buffer& block) noexcept {
  auto& head = static_cast<frame_buffer&>(block);
  poison(head.bytes, head.capacity);
  free_.push_back(&head);
}

}  // namespace wirebird
