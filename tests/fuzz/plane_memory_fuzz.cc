#include "control/plane/snapshot.hh"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include <sys/mman.h>
#include <unistd.h>

// Any bytes as the plane memory of a wirebird, the magic number in front already right: control
// refuses it with a sentence, or reads what there is, within it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace plane = wirebird::protocol::plane;
  using namespace wirebird::control;
  const int file = memfd_create("fuzz", MFD_CLOEXEC);
  static constexpr std::array<std::uint32_t, 4> head{
      static_cast<std::uint32_t>(plane::memory_magic),
      static_cast<std::uint32_t>(plane::memory_magic >> 32), plane::memory_version, 32};
  if (write(file, head.data(), sizeof head) != sizeof head ||
      write(file, data, size) != static_cast<ssize_t>(size))
    std::abort();
  const memory_view memory(file);
  if (!memory.error().empty()) return 0;
  const snapshot seen =
      snapshot::take(memory, {.open = true, .paths = true, .closed = true, .subscriptions = true});
  for (const times& each : seen.latency) static_cast<void>(each.at(0.5));
  std::uint64_t text = seen.clients() + seen.subscriptions() + seen.counter("broker.in_msgs");
  for (const auto& row : seen.connections)
    text += row.name.view().size() + row.reason.view().size();
  for (const auto& one : seen.listed) text += one.subject.size() + seen.listed_of(one.cid).size();
  static volatile std::uint64_t used = 0;  // so that every byte is really read
  used = used + text;
  return 0;
}
