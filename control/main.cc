#include "control/service.hh"

#include <charconv>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string_view>

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace {

/// A connection to the wirebird that waits at this path for a control that it has not started.
/// returns: -1 when there is none.
int connect_to(std::string_view path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int made = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (connect(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return made;
  std::perror("wirebird-control: --connect");
  return -1;
}

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
  bool is_external = false;
  std::optional<int> parent;
  constexpr std::string_view connect_flag = "--connect=";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with(connect_flag)) {
      link = connect_to(argument.substr(connect_flag.size()));
      if (*link < 0) return 1;
      parent = getppid();
      is_external = true;
    }
    if (const auto value = number_of(argv[i], "--link=")) link = value;
    if (const auto value = number_of(argv[i], "--parent=")) parent = value;
  }
  if (!link || !parent) {
    std::fputs(
        "wirebird-control is started by wirebird, or by a service manager with\n"
        "--connect=PATH, the control_link of a wirebird that runs with control: external\n",
        stderr);
    return 2;
  }
  // Ends with wirebird, also when that was gone before we asked for it.
  if (!is_external) prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != *parent) return 0;
  std::signal(SIGPIPE, SIG_IGN);
  auto* const all = new wirebird::control::service(*link);
  const int exit_code = all->run();
  // Pages under way in the arena are nobody's any more.
  std::fflush(stderr);
  _exit(exit_code);
}
