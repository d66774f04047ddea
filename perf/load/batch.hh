// PUB frames built once and sent again and again: a publisher's cost per message is one store of
// its sequence number and its share of one system call. One thread.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace wirebird::load {

static_assert(std::endian::native == std::endian::little, "payload numbers travel as they lie");

// The first payload bytes, little endian: bits 48-63 the publisher, bits 0-47 its sequence; in
// latency mode then the time the message was due, in nanoseconds of the load tool's clock.
struct stamp {
  static constexpr unsigned sequence_bits = 48;
  static constexpr std::uint64_t sequence_mask = (std::uint64_t{1} << sequence_bits) - 1;

  static std::uint64_t encode(std::uint64_t publisher, std::uint64_t sequence) {
    return publisher << sequence_bits | (sequence & sequence_mask);
  }
  static std::uint64_t publisher_of(std::uint64_t word) { return word >> sequence_bits; }
  static std::uint64_t sequence_of(std::uint64_t word) { return word & sequence_mask; }

  template <typename Number>
  static Number read(const char* at) {
    Number number;
    std::memcpy(&number, at, sizeof number);
    return number;
  }
};

class batch {
 public:
  // `frames`: the most that one system call carries, at least 1.
  batch(std::string_view subject, std::string_view reply, std::size_t size, std::uint64_t publisher,
        std::size_t frames);

  [[nodiscard]] bool is_empty() const { return begin_ == end_; }
  // Messages stamped so far; some of the last batch may still be unsent.
  [[nodiscard]] std::uint64_t stamped() const { return sequence_; }
  [[nodiscard]] std::size_t frames_max() const { return frames_; }

  // requires: is_empty(), count <= frames_max().
  void stamp_next(std::size_t count);
  // The same, with the time each message is due: due(sequence) -> int64 nanoseconds.
  // requires: a payload of at least 16 bytes.
  template <typename Due>
  void stamp_next(std::size_t count, const Due& due);

  enum class send_outcome { all, some, failed };
  // Sends what is unsent; `some`: the socket takes no more now. `failed`: errno says why.
  send_outcome send(int socket);

 private:
  [[nodiscard]] char* payload(std::size_t frame) {
    return bytes_.data() + frame * frame_size_ + payload_offset_;
  }

  std::vector<char> bytes_;
  std::size_t frames_;
  std::size_t frame_size_ = 0;
  std::size_t payload_offset_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t publisher_;
  std::uint64_t sequence_ = 0;
};

template <typename Due>
void batch::stamp_next(std::size_t count, const Due& due) {
  const std::uint64_t first = sequence_;
  stamp_next(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t time = due(first + i);
    std::memcpy(payload(i) + sizeof(std::uint64_t), &time, sizeof time);
  }
}

}  // namespace wirebird::load
