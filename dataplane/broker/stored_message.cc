#include "dataplane/broker/stored_message.hh"

#include <algorithm>
#include <array>
#include <cstring>

namespace wirebird::broker {

namespace {
constexpr std::string_view line_end = "\r\n";
}

void stored_message::begin(const protocol::publish_op& op) {
  op_ = op;
  const std::array<std::string_view*, 4> views{&op_.subject, &op_.reply, &op_.header_size_text,
                                               &op_.total_size_text};
  texts_.clear();
  for (const std::string_view* const view : views) texts_.append(*view);
  std::size_t at = 0;
  for (std::string_view* const view : views) {
    *view = std::string_view(texts_).substr(at, view->size());
    at += view->size();
  }
  stored_ = 0;
  room_ = 0;
}

bool stored_message::grow(arena& memory) {
  const std::uint32_t left = missing();
  if (left == 0) return true;
  const auto end_bytes = static_cast<std::uint32_t>(line_end.size());
  const std::uint32_t wanted = std::min(left + end_bytes, arena::block_bytes_max);
  buffer* const block = memory.take(wanted);
  if (block == nullptr) return false;
  pieces_.emplace_back(*block, block->bytes, 0);
  // The CR LF never needs a block of its own: the last block holds some payload with it.
  room_ = std::min(left, wanted);
  if (room_ == left) room_ = std::min(left, wanted - end_bytes);
  return true;
}

void stored_message::append(std::string_view bytes) noexcept {
  if (bytes.empty()) return;
  slice& last = pieces_.back();
  std::memcpy(const_cast<std::uint8_t*>(last.data()) + last.size(), bytes.data(), bytes.size());
  last.extend(static_cast<std::uint32_t>(bytes.size()));
  stored_ += static_cast<std::uint32_t>(bytes.size());
  room_ -= static_cast<std::uint32_t>(bytes.size());
}

bool stored_message::append_growing(std::string_view bytes, arena& memory) {
  while (!bytes.empty()) {
    if (room_ == 0 && !grow(memory)) {
      pieces_.clear();
      stored_ = 0;
      room_ = 0;
      return false;
    }
    const std::string_view part = bytes.substr(0, room_);
    append(part);
    bytes.remove_prefix(part.size());
  }
  return true;
}

bool stored_message::store(std::string_view payload, arena& memory) {
  if (!append_growing(payload, memory)) return false;
  finish();
  return true;
}

bool stored_message::store_pieces(std::span<const slice> payload, arena& memory) {
  for (const slice& piece : payload)
    if (!append_growing(as_text(piece.bytes()).substr(0, missing()), memory)) return false;
  finish();
  return true;
}

std::size_t stored_message::block_bytes() const noexcept {
  std::size_t sum = 0;
  for (const slice& piece : pieces_) sum += piece.footprint();
  return sum;
}

void stored_message::finish() noexcept {
  if (pieces_.empty()) return;
  slice& last = pieces_.back();
  std::memcpy(const_cast<std::uint8_t*>(last.data()) + last.size(), line_end.data(),
              line_end.size());
  last.extend(static_cast<std::uint32_t>(line_end.size()));
}

std::string_view stored_message::payload() const noexcept {
  if (pieces_.empty()) return {};
  return as_text(pieces_.front().bytes()).substr(0, op_.total_size);
}

void stored_message::clear() noexcept {
  pieces_.clear();
}

stored_handle stored_message_pool::take() {
  if (idle_.empty()) return stored_handle(new stored_message, {this});
  stored_handle taken(idle_.back().release(), {this});
  idle_.pop_back();
  return taken;
}

stored_handle share(const stored_handle& held) noexcept {
  ++held->more_holders_;
  return stored_handle(held.get(), held.get_deleter());
}

void give_back_message::operator()(stored_message* returned) const noexcept {
  if (returned->more_holders_ > 0) {
    --returned->more_holders_;
    return;
  }
  std::unique_ptr<stored_message> owned(returned);
  owned->clear();
  if (pool->idle_.size() < stored_message_pool::idle_max) pool->idle_.push_back(std::move(owned));
}

}  // namespace wirebird::broker
