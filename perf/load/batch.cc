#include "perf/load/batch.hh"

#include <cerrno>

#include <sys/socket.h>

namespace wirebird::load {

batch::batch(std::string_view subject, std::string_view reply, std::size_t size,
             std::uint64_t publisher, std::size_t frames)
    : frames_(frames), publisher_(publisher) {
  std::string frame = "PUB " + std::string(subject) + " ";
  if (!reply.empty()) frame += std::string(reply) + " ";
  frame += std::to_string(size) + "\r\n";
  payload_offset_ = frame.size();
  // Letters, so that a capture is readable and CR LF never occurs by chance.
  for (std::size_t i = 0; i < size; ++i) frame += static_cast<char>('a' + i % 26);
  frame += "\r\n";
  frame_size_ = frame.size();
  bytes_.reserve(frame_size_ * frames);
  for (std::size_t i = 0; i < frames; ++i) bytes_.insert(bytes_.end(), frame.begin(), frame.end());
}

void batch::stamp_next(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t word = stamp::encode(publisher_, sequence_ + i);
    std::memcpy(payload(i), &word, sizeof word);
  }
  sequence_ += count;
  begin_ = 0;
  end_ = count * frame_size_;
}

batch::send_outcome batch::send(int socket) {
  while (begin_ < end_) {
    const ssize_t sent = ::send(socket, bytes_.data() + begin_, end_ - begin_, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return errno == EAGAIN ? send_outcome::some : send_outcome::failed;
    begin_ += static_cast<std::size_t>(sent);
  }
  begin_ = end_ = 0;
  return send_outcome::all;
}

}  // namespace wirebird::load
