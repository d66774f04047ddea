#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define WIREBIRD_POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WIREBIRD_POISONS 1
#endif
#endif

#if defined(WIREBIRD_POISONS)
#include <sanitizer/asan_interface.h>
#endif

namespace wirebird {

// Memory that lies in one of our pools is nobody's: a sanitized build reports whoever touches it.
// Free otherwise.
inline void poison([[maybe_unused]] const void* at, [[maybe_unused]] std::size_t size) noexcept {
#if defined(WIREBIRD_POISONS)
  __asan_poison_memory_region(at, size);
#endif
}

inline void unpoison([[maybe_unused]] const void* at, [[maybe_unused]] std::size_t size) noexcept {
#if defined(WIREBIRD_POISONS)
  __asan_unpoison_memory_region(at, size);
#endif
}

}  // namespace wirebird
