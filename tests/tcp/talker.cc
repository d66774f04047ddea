#include "tests/tcp/talker.hh"

#include <algorithm>
#include <vector>

namespace wirebird::tcp {

namespace {
constexpr std::size_t backlog_max = 64 * 1024;
}  // namespace

std::uint8_t talker::byte_at(unsigned direction, std::size_t position) noexcept {
  return static_cast<std::uint8_t>(position * 31 + (position >> 8) * 7 + direction * 101);
}

void talker::act(instant now) {
  if (ended_ || below_ == nullptr) return;
  if (paused_ ? dice_.chance(1, 20) : dice_.chance(1, 60)) {
    paused_ = !paused_;
    paused_ ? below_->pause_reading() : below_->resume_reading();
  }
  write_some(now);
  if (written_ == writes_ && read_ == reads_ && !closed_ && dice_.chance(1, 3)) {
    closed_ = true;
    below_->close(now);
  }
}

void talker::write_some(instant now) {
  if (written_ == writes_ || below_->output().size() > backlog_max || dice_.chance(1, 2)) return;
  const std::size_t most = dice_.chance(1, 4) ? 20000 : 300;
  const std::size_t count = std::min<std::size_t>(1 + dice_.below(most), writes_ - written_);
  std::vector<std::uint8_t> bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = byte_at(direction_, written_ + i);
  if (!below_->output().append_copy(bytes)) return;
  written_ += count;
  below_->flush(now);
}

void talker::on_bytes(slice_queue& unread, instant) {
  if (paused_) wrong_ = "bytes while paused";
  std::size_t takes = dice_.chance(1, 4) ? dice_.below(unread.size() + 1) : unread.size();
  while (takes > 0) {
    const slice& front = unread.front();
    const std::size_t count = std::min<std::size_t>(front.size(), takes);
    for (std::size_t i = 0; i < count && wrong_.empty(); ++i)
      if (front.data()[i] != byte_at(1 - direction_, read_ + i))
        wrong_ = "wrong byte at " + std::to_string(read_ + i);
    read_ += count;
    takes -= count;
    unread.consume(count);
  }
  if (unread.empty()) return;
  // What is left is offered again with the next bytes; there may be none.
  paused_ = true;
  below_->pause_reading();
}

void talker::on_end_of_stream(instant) {
  ++ends_of_stream_;
  if (read_ != reads_) wrong_ = "end of stream after " + std::to_string(read_);
}

void talker::on_progress(instant) {}

void talker::on_ended(stream::end_reason reason, instant) {
  ++ends_;
  ended_ = true;
  reason_ = reason;
  below_ = nullptr;
}

std::string talker::verdict() const {
  if (!wrong_.empty()) return wrong_;
  if (!ended_)
    return "still open, read " + std::to_string(read_) + " of " + std::to_string(reads_) +
           ", written " + std::to_string(written_) + " of " + std::to_string(writes_);
  if (ends_ != 1) return "on_ended " + std::to_string(ends_) + " times";
  if (may_break_) return "";
  if (ends_of_stream_ > 1) return "end of stream told twice";
  const std::string end = "ended: " + std::string(stream::to_string(reason_));
  if (read_ != reads_)
    return end + ", read " + std::to_string(read_) + " of " + std::to_string(reads_);
  const bool orderly =
      reason_ == stream::end_reason::closed_by_us || reason_ == stream::end_reason::peer_closed;
  return orderly ? "" : end;
}

}  // namespace wirebird::tcp
