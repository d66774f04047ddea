#pragma once

#include "dataplane/base/poison.hh"

#include <source_location>

namespace wirebird {

/// Prints where and what, then aborts: the process is not in a state that anyone has thought of.
[[noreturn]] void fail_check(const char* what, std::source_location where) noexcept;

/// Our own promises, in every build. Never for anything that a peer, a file or an operator can
/// cause: those get a value, a counter and a documented answer.
inline void check(bool holds, const char* what = "check failed",
                  std::source_location where = std::source_location::current()) noexcept {
  if (!holds) [[unlikely]]
    fail_check(what, where);
}

/// Promises too dear to verify in a release build; active where a sanitizer watches memory.
inline void debug_check(
    [[maybe_unused]] bool holds, [[maybe_unused]] const char* what = "debug check failed",
    [[maybe_unused]] std::source_location where = std::source_location::current()) noexcept {
#if defined(WIREBIRD_POISONS)
  check(holds, what, where);
#endif
}

}  // namespace wirebird
