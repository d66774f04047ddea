#include "control/service.hh"

#include <charconv>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string_view>

#include <sys/prctl.h>
#include <unistd.h>

namespace {

/// The number in `--name=number`, if the argument is that.
std::optional<int> number_of(std::string_view argument, std::string_view name) {
  if (!argument.starts_with(name)) return std::nullopt;
  argument.remove_prefix(name.size());
  int value = 0;
  const char* const end = argument.data() + argument.size();
  const auto parsed = std::from_chars(argument.data(), end, value);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  return value;
}

}  // namespace

int main(int argc, char** argv) {
  std::optional<int> link;
  std::optional<int> parent;
  for (int i = 1; i < argc; ++i) {
    if (const auto value = number_of(argv[i], "--link=")) link = value;
    if (const auto value = number_of(argv[i], "--parent=")) parent = value;
  }
  if (!link || !parent) {
    std::fputs("wirebird-control is started by wirebird, with --link and --parent\n", stderr);
    return 2;
  }
  // Ends with wirebird, also when that was gone before we asked for it.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != *parent) return 0;
  std::signal(SIGPIPE, SIG_IGN);
  const int exit_code = wirebird::control::service(*link).run();
  // Pages under way in the arena are nobody's any more.
  std::fflush(stderr);
  _exit(exit_code);
}
