#include "dataplane/proxy/header.hh"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using wirebird::proxy::header_reader;

/// Reads in pieces; `left`: what was not taken.
header_reader::outcome read(header_reader& reader, std::string_view& left,
                            std::size_t piece_bytes) {
  auto found = header_reader::outcome::need_more;
  while (!left.empty() && found == header_reader::outcome::need_more) {
    std::string_view piece = left.substr(0, piece_bytes);
    const std::size_t offered = piece.size();
    found = reader.read(piece);
    left.remove_prefix(offered - piece.size());
  }
  return found;
}

}  // namespace

// A header read in pieces is the header read whole, and takes no more than it may.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::string_view whole_left = input;
  std::string_view pieces_left = input;
  header_reader whole;
  header_reader pieces;
  const auto found = read(whole, whole_left, std::max<std::size_t>(input.size(), 1));
  if (read(pieces, pieces_left, data[0] % 32 + 1U) != found) std::abort();
  if (whole_left != pieces_left || whole.size() != pieces.size()) std::abort();
  if (whole.size() > 16 + header_reader::additions_bytes_max) std::abort();
  if (found != header_reader::outcome::complete) return 0;
  if (whole.size() + whole_left.size() != input.size()) std::abort();
  if (whole.is_local() != pieces.is_local()) std::abort();
  if (!whole.is_local() && whole.source() != pieces.source()) std::abort();
  return 0;
}
