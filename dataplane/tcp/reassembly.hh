#pragma once

#include "dataplane/base/arena.hh"
#include "dataplane/tcp/segment.hh"
#include "dataplane/tcp/seq.hh"

#include <cstddef>
#include <vector>

namespace wirebird::tcp {

/// Payload that came before its turn: pieces in order of sequence number that neither overlap nor
/// grow beyond limits::pieces_max in number and a given footprint in memory. What does not fit is
/// refused; the peer sends it again. Small pieces are copied together into arena blocks, so that
/// one byte never pins a frame. Empty almost always; then it owns no memory worth mention.
class reassembly {
 public:
  explicit reassembly(arena& memory) noexcept : memory_(memory) {}

  /// Keeps what is not there yet of `bytes`, which start at `seq`. Where two segments disagree the
  /// first one stands. `copy`: keep no frame. `footprint_max`: bytes of memory for all pieces.
  /// returns: false when part of it was refused.
  [[nodiscard]] bool insert(sequence seq, slice bytes, bool copy, std::size_t footprint_max);
  /// returns: what continues the stream at `nxt`, or an empty slice. Pieces in front of `nxt` are
  /// dropped.
  [[nodiscard]] slice pull(sequence nxt) noexcept;
  /// The runs of bytes held, the one with the latest arrival first (RFC 2018 4). returns: how many.
  [[nodiscard]] std::uint8_t sack_blocks(
      std::array<sack_block, segment::sack_blocks_max>& out) const noexcept;
  void clear() noexcept;

  [[nodiscard]] bool empty() const noexcept { return pieces_.empty(); }
  [[nodiscard]] std::size_t pieces() const noexcept { return pieces_.size(); }
  [[nodiscard]] std::size_t footprint() const noexcept { return footprint_; }

 private:
  struct piece {
    sequence seq;
    slice bytes;
    bool copied = false;  ///< lies in a block of ours, which may have room behind it
    [[nodiscard]] sequence end() const noexcept { return seq + bytes.size(); }
  };

  [[nodiscard]] bool place(std::size_t index, sequence seq, slice bytes, bool copy,
                           std::size_t footprint_max);
  [[nodiscard]] bool extend(std::size_t index, sequence seq, byte_view bytes) noexcept;
  [[nodiscard]] slice copied(byte_view bytes) noexcept;

  arena& memory_;
  std::vector<piece> pieces_;
  std::size_t footprint_ = 0;
  sequence latest_;  ///< start of the piece that came last
};

}  // namespace wirebird::tcp
