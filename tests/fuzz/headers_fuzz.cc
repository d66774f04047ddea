#include "protocol/headers.hh"

#include <cstdint>
#include <cstdlib>

// Whatever a header block is, every view of it lies inside, and names are no longer than it is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using wirebird::protocol::headers;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const headers block(bytes);
  const auto inside = [&](std::string_view part) {
    return part.empty() ||
           (part.data() >= bytes.data() && part.data() + part.size() <= bytes.data() + size);
  };
  if (!inside(block.status()) || !inside(block.description())) std::abort();
  std::size_t total = 0;
  for (const auto& [name, value] : block) {
    if (name.empty() || !inside(name) || !inside(value)) std::abort();
    total += name.size() + value.size() + 1;
  }
  if (total > size) std::abort();
  return 0;
}
