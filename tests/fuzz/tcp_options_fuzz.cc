#include "dataplane/tcp/segment.hh"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

// Any TCP header: lengths stay inside, and what was understood survives being written and read
// again. Input: the segment as it is.
namespace {

using namespace wirebird;

void require(bool holds) {
  if (!holds) std::abort();
}

bool same_options(const tcp::segment& one, const tcp::segment& other) {
  return one.mss == other.mss && one.window_scale == other.window_scale &&
         one.sack_permitted == other.sack_permitted && one.stamps == other.stamps;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Memory that ends with the segment.
  const auto memory = std::make_unique<std::uint8_t[]>(size);
  std::copy_n(data, size, memory.get());
  const auto read = tcp::parse({memory.get(), size});
  if (!read) {
    require(size < 20 || data[12] >> 4 < 5 || std::size_t{data[12]} / 16 * 4 > size);
    return 0;
  }
  require(read->header_bytes >= tcp::header_bytes_min);
  require(read->header_bytes <= tcp::header_bytes_max);
  require(read->header_bytes + read->payload_bytes == size);
  require(read->sack_count <= tcp::segment::sack_blocks_max);

  std::vector<std::uint8_t> written(tcp::emitted_bytes(*read));
  require(written.size() <= tcp::header_bytes_max && written.size() % 4 == 0);
  tcp::emit(*read, written);
  const auto again = tcp::parse(written);
  require(again.has_value() && !again->options_cut && again->payload_bytes == 0);
  require(again->seq == read->seq && again->ack == read->ack && again->flags == read->flags);
  require(again->window == read->window && same_options(*again, *read));
  // SACK blocks that found no room are left out from the end.
  require(again->sack_count <= read->sack_count);
  for (unsigned i = 0; i < again->sack_count; ++i) require(again->sack[i] == read->sack[i]);
  return 0;
}
