#pragma once

#include "dataplane/base/arena.hh"
#include "dataplane/base/buffer.hh"
#include "protocol/ops.hh"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wirebird::broker {

struct give_back_message;

/// A published message in memory of its own: one that arrives in pieces, one whose payload several
/// subscribers share, or one whose fan-out goes on in the next iteration. The payload and its
/// closing CR LF lie in arena blocks of fitting size, so no received frame is held. Kept by a pool,
/// which keeps the room for the texts too. One worker.
class stored_message {
 public:
  /// Takes over the texts; no payload yet.
  void begin(const protocol::publish_op&);
  /// Views of its own texts.
  [[nodiscard]] const protocol::publish_op& op() const noexcept { return op_; }

  /// Payload bytes that can be stored without further memory.
  [[nodiscard]] std::uint32_t room() const noexcept { return room_; }
  /// Payload bytes that are still to come.
  [[nodiscard]] std::uint32_t missing() const noexcept { return op_.total_size - stored_; }
  [[nodiscard]] std::uint32_t stored() const noexcept { return stored_; }
  /// One more block, unless the payload is complete. returns: false when the arena is dry.
  [[nodiscard]] bool grow(arena&);
  /// Memory that it holds, in bytes; and the block that it got last. requires: a block, for the
  /// latter.
  [[nodiscard]] std::size_t block_bytes() const noexcept;
  [[nodiscard]] std::size_t last_block_bytes() const noexcept { return pieces_.back().footprint(); }
  /// requires: bytes.size() <= room().
  void append(std::string_view bytes) noexcept;
  /// All at once. returns: false when the arena is dry; then nothing is stored.
  [[nodiscard]] bool store(std::string_view payload, arena&);
  /// The same with a payload in pieces that may be followed by other bytes.
  [[nodiscard]] bool store_pieces(std::span<const slice> payload, arena&);
  /// Writes the CR LF. requires: missing() is 0.
  void finish() noexcept;

  /// Payload and CR LF. requires: finish().
  [[nodiscard]] std::span<const slice> pieces() const noexcept { return pieces_; }
  /// requires: in one piece at most. returns: the payload without the CR LF.
  [[nodiscard]] std::string_view payload() const noexcept;

  /// Gives the blocks back.
  void clear() noexcept;

 private:
  [[nodiscard]] bool append_growing(std::string_view bytes, arena&);

  std::string texts_;
  protocol::publish_op op_;
  std::vector<slice> pieces_;
  std::uint32_t stored_ = 0;
  std::uint32_t room_ = 0;

  friend struct give_back_message;
  friend std::unique_ptr<stored_message, give_back_message> share(
      const std::unique_ptr<stored_message, give_back_message>&) noexcept;
  std::uint32_t more_holders_ = 0;  ///< besides the one that gives it back last
};

class stored_message_pool;

/// Returns a stored message to its pool.
struct give_back_message {
  stored_message_pool* pool = nullptr;
  void operator()(stored_message*) const noexcept;
};
using stored_handle = std::unique_ptr<stored_message, give_back_message>;
/// returns: another handle of the same message; it goes back to its pool with the last one.
[[nodiscard]] stored_handle share(const stored_handle&) noexcept;

class stored_message_pool {
 public:
  [[nodiscard]] stored_handle take();

 private:
  friend struct give_back_message;
  static constexpr std::size_t idle_max = 64;

  std::vector<std::unique_ptr<stored_message>> idle_;
};

}  // namespace wirebird::broker
