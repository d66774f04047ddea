#include "dataplane/agent/send_signal.hh"

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

namespace wirebird::agent {

namespace {

std::optional<int> signal_of(std::string_view command) {
  constexpr std::array<std::pair<std::string_view, int>, 6> known{{{"stop", SIGKILL},
                                                                   {"quit", SIGINT},
                                                                   {"term", SIGTERM},
                                                                   {"reload", SIGHUP},
                                                                   {"reopen", SIGUSR1},
                                                                   {"ldm", SIGUSR2}}};
  for (const auto& [name, number] : known)
    if (name == command) return number;
  return std::nullopt;
}

std::optional<pid_t> pid_in(std::string_view text) {
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
  if (error != std::errc{} || end != text.data() + text.size() || pid <= 0) return std::nullopt;
  return pid;
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Processes of our own program's name, without this one.
std::vector<pid_t> running(const std::string& program) {
  constexpr std::size_t kernel_name_max = 15;
  const std::string name = program.substr(0, kernel_name_max) + "\n";
  std::vector<pid_t> found;
  std::error_code gone;
  for (const auto& process : std::filesystem::directory_iterator("/proc", gone)) {
    const auto pid = pid_in(process.path().filename().string());
    if (pid && *pid != ::getpid() && content_of(process.path() / "comm") == name)
      found.push_back(*pid);
  }
  return found;
}

}  // namespace

std::string send_signal(const std::string& program, const std::string& request) {
  const auto equals = request.find('=');
  const std::string command = request.substr(0, equals);
  std::string who = equals == std::string::npos ? "" : request.substr(equals + 1);
  if (const auto more = who.find('='); more != std::string::npos)
    return "invalid signal parameters: [" + who.substr(more + 1) + "]";
  std::optional<pid_t> pid;
  if (!who.empty()) {
    if (std::error_code none; std::filesystem::is_regular_file(who, none)) who = content_of(who);
    pid = pid_in(who);
    if (!pid) return "invalid pid: " + who;
  } else {
    const std::vector<pid_t> found = running(program);
    if (found.empty()) return "no " + program + " processes running";
    if (found.size() > 1) {
      std::string list = "multiple " + program + " processes running:\n";
      for (const pid_t one : found) list += std::to_string(one) + "\n";
      return list;
    }
    pid = found.front();
  }
  const auto number = signal_of(command);
  if (!number) return "unknown signal \"" + command + "\"";
  if (::kill(*pid, *number) == 0) return "";
  return errno == ESRCH ? "no such process" : std::strerror(errno);
}

}  // namespace wirebird::agent
