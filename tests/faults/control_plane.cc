#include "tests/faults/control_plane.hh"

#include "perf/load/clock.hh"
#include "perf/load/connection.hh"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wirebird::faults {

namespace {

/// returns: whether there is something to read, or the end.
bool wait_readable(int descriptor) {
  constexpr int patience_ms = 20'000;
  pollfd waited{descriptor, POLLIN, 0};
  return ::poll(&waited, 1, patience_ms) == 1;
}

std::string read_all(int descriptor) {
  std::string all;
  char piece[16 * 1024];
  while (wait_readable(descriptor)) {
    const ssize_t count = ::recv(descriptor, piece, sizeof piece, 0);
    if (count <= 0) break;
    all.append(piece, static_cast<std::size_t>(count));
  }
  return all;
}

}  // namespace

std::uint16_t monitor_port() {
  static const std::uint16_t port = system_tests::free_port();
  return port;
}

std::string with_monitoring(run_size) {
  return "http_port: " + std::to_string(monitor_port()) + "\n";
}

http_answer http_ask(const std::string& host, std::uint16_t port, const std::string& head) {
  const load::nanoseconds began = load::now_ns();
  const load::descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  ::inet_pton(AF_INET, host.c_str(), &to.sin_addr);
  http_answer answer;
  if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    return answer;
  const std::string text = head + "\r\n\r\n";
  if (::send(socket.number(), text.data(), text.size(), MSG_NOSIGNAL) < 0) return answer;
  // Who ends first keeps the connection in TIME_WAIT, and the broker's timers are to be judged.
  ::shutdown(socket.number(), SHUT_WR);
  const std::string all = read_all(socket.number());
  answer.ms = static_cast<double>(load::now_ns() - began) / 1e6;
  const std::size_t blank = all.find(' ');
  if (blank != all.npos) answer.status = std::atoi(all.c_str() + blank);
  const std::size_t body = all.find("\r\n\r\n");
  if (body != all.npos) answer.body = all.substr(body + 4);
  return answer;
}

http_answer http_get(stage& on, const std::string& target) {
  return http_ask(on.broker().host(), monitor_port(),
                  "GET " + target + " HTTP/1.0\r\nHost: wirebird");
}

std::optional<std::uint64_t> number_in(const std::string& page, const std::string& key) {
  const std::string wanted = "\"" + key + "\": ";
  const std::size_t at = page.find(wanted);
  if (at == page.npos) return std::nullopt;
  return std::strtoull(page.c_str() + at + wanted.size(), nullptr, 10);
}

pid_t child_of(pid_t parent) {
  const std::string id = std::to_string(parent);
  pid_t child = 0;
  const bool found = system_tests::eventually([&] {
    std::ifstream file("/proc/" + id + "/task/" + id + "/children");
    return static_cast<bool>(file >> child);
  });
  if (!found) throw std::runtime_error("the broker has no child");
  return child;
}

bool is_gone(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  std::getline(file, text);
  const std::size_t behind_name = text.rfind(')');
  return behind_name == text.npos || text.substr(behind_name + 2, 1) == "Z";
}

std::size_t resident_bytes_of(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace wirebird::faults
