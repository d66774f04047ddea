#pragma once

#include <cstddef>
#include <optional>

namespace wirebird::port {

/// returns: whether this process can have so many bytes in huge pages now. Asks the kernel by
/// reserving them for a moment, so limits count as well as free pages. For start-up.
[[nodiscard]] bool huge_pages_hold(std::size_t bytes) noexcept;

/// returns: bytes of ordinary memory that can be had without swapping; nothing where the kernel
/// does not say. For start-up.
[[nodiscard]] std::optional<std::size_t> ordinary_memory();

}  // namespace wirebird::port
