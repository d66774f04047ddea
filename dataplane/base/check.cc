#include "dataplane/base/check.hh"

#include <cstdio>
#include <cstdlib>

namespace wirebird {

void fail_check(const char* what, std::source_location where) noexcept {
  std::fprintf(stderr, "wirebird: %s:%u: %s: %s\n", where.file_name(),
               static_cast<unsigned>(where.line()), where.function_name(), what);
  std::abort();
}

}  // namespace wirebird
