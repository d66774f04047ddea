#include "dataplane/port/xdp_library.hh"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>

#include <dlfcn.h>
#include <rte_log.h>

namespace wirebird::port {

namespace {

using print_function = int (*)(int level, const char* format, va_list);
using set_print_function = print_function (*)(print_function);

/// Both libraries count 0 for a warning, 1 for a word on the way, 2 for debugging.
int print(int level, const char* format, va_list arguments) {
  if (level > 0 && rte_log_get_global_level() < RTE_LOG_DEBUG) return 0;
  return std::vfprintf(rte_log_get_stream(), format, arguments);
}

/// The library is there if the driver is; we do not want it otherwise.
void redirect(const char* library, const char* setter) noexcept {
  void* handle = dlopen(library, RTLD_NOW | RTLD_NOLOAD);
  if (handle == nullptr) return;
  if (void* found = dlsym(handle, setter); found != nullptr)
    reinterpret_cast<set_print_function>(found)(print);
}

}  // namespace

void settle_xdp_library() noexcept {
  redirect("libxdp.so.1", "libxdp_set_print");
  redirect("libbpf.so.1", "libbpf_set_print");
  setenv("LIBXDP_SKIP_DISPATCHER", "1", 1);
}

}  // namespace wirebird::port
