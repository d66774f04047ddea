#include "dataplane/port/memory.hh"

#include <fstream>
#include <initializer_list>
#include <string>

#include <linux/mman.h>
#include <sys/mman.h>

namespace wirebird::port {

bool huge_pages_hold(std::size_t bytes) noexcept {
  constexpr unsigned bits_of_1_gib = 30;
  constexpr unsigned bits_of_2_mib = 21;
  for (const unsigned bits : {bits_of_1_gib, bits_of_2_mib}) {
    const std::size_t page = std::size_t{1} << bits;
    const std::size_t size = (bytes + page - 1) & ~(page - 1);
    const int flags =
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | static_cast<int>(bits << MAP_HUGE_SHIFT);
    void* at = mmap(nullptr, size, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (at == MAP_FAILED) continue;
    munmap(at, size);
    return true;
  }
  return false;
}

std::optional<std::size_t> ordinary_memory() {
  std::ifstream file("/proc/meminfo");
  std::string key;
  std::size_t kibibytes = 0;
  for (std::string unit; file >> key >> kibibytes && std::getline(file, unit);)
    if (key == "MemAvailable:") return kibibytes * 1024;
  return std::nullopt;
}

}  // namespace wirebird::port
