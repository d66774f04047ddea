#pragma once

#include "dataplane/base/bytes.hh"

#include <cstdint>
#include <string>

namespace wirebird::agent {

// Blocks of a pcapng file (draft-ietf-opsawg-pcapng), in this machine's order of bytes.

/// What a file begins with: the section, and one Ethernet interface with times in ns.
[[nodiscard]] std::string pcapng_head(const std::string& program);
struct pcapng_packet {
  std::uint64_t at_ns;   ///< since 1970
  std::uint32_t length;  ///< on the wire
  bool outbound;
  byte_view kept;
};
[[nodiscard]] std::string pcapng_block(const pcapng_packet&);
/// What it ends with: how many frames were lost.
[[nodiscard]] std::string pcapng_tail(std::uint64_t at_ns, std::uint64_t lost);

}  // namespace wirebird::agent
