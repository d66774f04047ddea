#include "dataplane/tcp/reassembly.hh"

#include "dataplane/tcp/limits.hh"

#include <algorithm>
#include <cstring>
#include <utility>

namespace wirebird::tcp {

bool reassembly::insert(sequence seq, slice bytes, bool copy, std::size_t footprint_max) {
  latest_ = seq;
  // The first piece that ends behind `seq`; mostly there is none.
  std::size_t index = pieces_.size();
  if (index > 0 && pieces_.back().end() > seq) {
    const auto ends_before = [](const piece& each, sequence at) { return each.end() <= at; };
    const auto place = std::lower_bound(pieces_.begin(), pieces_.end(), seq, ends_before);
    index = static_cast<std::size_t>(place - pieces_.begin());
  }
  bool kept_all = true;
  while (!bytes.empty()) {
    const sequence end = seq + bytes.size();
    if (index == pieces_.size() || pieces_[index].seq >= end)
      return place(index, seq, std::move(bytes), copy, footprint_max) && kept_all;
    if (pieces_[index].seq > seq) {
      const std::uint32_t gap = bytes_between(seq, pieces_[index].seq);
      const std::size_t before = pieces_.size();
      if (!place(index, seq, bytes.part(0, gap), copy, footprint_max)) kept_all = false;
      index += pieces_.size() - before;
      bytes.remove_prefix(gap);
      seq = seq + gap;
    }
    const std::uint32_t known = std::min(bytes.size(), bytes_between(seq, pieces_[index].end()));
    bytes.remove_prefix(known);
    seq = seq + known;
    ++index;
  }
  return kept_all;
}

bool reassembly::place(std::size_t index, sequence seq, slice bytes, bool copy,
                       std::size_t footprint_max) {
  const bool small = bytes.size() < bytes.footprint() / limits::small_fraction;
  if ((copy || small) && extend(index, seq, bytes.bytes())) return true;
  if (pieces_.size() >= limits::pieces_max) return false;
  if (footprint_ + bytes.footprint() > footprint_max) return false;
  if (copy || small) {
    slice own = copied(bytes.bytes());
    if (own.empty()) return false;
    bytes = std::move(own);
  }
  footprint_ += bytes.footprint();
  const auto where = pieces_.begin() + static_cast<std::ptrdiff_t>(index);
  pieces_.insert(where, piece{seq, std::move(bytes), copy || small});
  return true;
}

bool reassembly::extend(std::size_t index, sequence seq, byte_view bytes) noexcept {
  if (index == 0) return false;
  piece& last = pieces_[index - 1];
  if (!last.copied || last.end() != seq) return false;
  const buffer& block = *last.bytes.owner();
  const std::uint8_t* at = last.bytes.data() + last.bytes.size();
  const auto room = static_cast<std::size_t>(block.bytes + block.capacity - at);
  if (room < bytes.size()) return false;
  std::memcpy(const_cast<std::uint8_t*>(at), bytes.data(), bytes.size());
  last.bytes.extend(static_cast<std::uint32_t>(bytes.size()));
  return true;
}

slice reassembly::copied(byte_view bytes) noexcept {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  buffer* block = memory_.take(size);
  if (block == nullptr) return {};
  std::memcpy(block->bytes, bytes.data(), size);
  return slice(*block, block->bytes, size);
}

slice reassembly::pull(sequence nxt) noexcept {
  std::size_t gone = 0;
  slice result;
  for (; gone < pieces_.size() && pieces_[gone].seq <= nxt && result.empty(); ++gone) {
    piece& first = pieces_[gone];
    footprint_ -= first.bytes.footprint();
    if (first.end() > nxt) {
      result = std::move(first.bytes);
      result.remove_prefix(bytes_between(first.seq, nxt));
    }
  }
  pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(gone));
  if (pieces_.empty() && pieces_.capacity() > limits::pieces_kept_idle) clear();
  return result;
}

std::uint8_t reassembly::sack_blocks(
    std::array<sack_block, segment::sack_blocks_max>& out) const noexcept {
  std::uint8_t count = 0;
  std::size_t index = 0;
  while (index < pieces_.size()) {
    sack_block run{pieces_[index].seq, pieces_[index].end()};
    for (++index; index < pieces_.size() && pieces_[index].seq == run.end; ++index)
      run.end = pieces_[index].end();
    const bool is_latest = run.begin <= latest_ && latest_ < run.end;
    if (is_latest && count > 0) {
      // To the front; the one that stood there takes its place, or gives way.
      const std::uint8_t place = std::min<std::uint8_t>(count, segment::sack_blocks_max - 1);
      out[place] = out[0];
      out[0] = run;
      count = static_cast<std::uint8_t>(place + 1);
    } else if (count < segment::sack_blocks_max) {
      out[count++] = run;
    }
  }
  return count;
}

void reassembly::clear() noexcept {
  std::vector<piece>().swap(pieces_);
  footprint_ = 0;
}

}  // namespace wirebird::tcp
