#pragma once

#include <cstddef>

namespace wirebird::port {

/// returns: whether this process can have so many bytes in huge pages now. Asks the kernel by
/// reserving them for a moment, so limits count as well as free pages. For start-up.
[[nodiscard]] bool huge_pages_hold(std::size_t bytes) noexcept;

}  // namespace wirebird::port
