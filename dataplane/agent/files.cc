#include "dataplane/agent/files.hh"

#include "dataplane/agent/listen_address.hh"
#include "dataplane/base/address.hh"
#include "dataplane/config/host_port.hh"

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <unistd.h>

namespace wirebird::agent {

namespace {

constexpr int may_group_read = 0660;

/// A link in the file's place is not followed: whoever may write to the folder could point it at a
/// file of ours.
std::string write_file(const std::string& path, const std::string& text) {
  const int file =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, may_group_read);
  if (file < 0) return "open " + path + ": " + cause_of(errno);
  const auto written = ::write(file, text.data(), text.size());
  const int error = errno;
  ::close(file);
  if (written == static_cast<ssize_t>(text.size())) return "";
  return "write " + path + ": " + cause_of(written < 0 ? error : ENOSPC);
}

std::string executable_name() {
  std::array<char, 4096> path{};
  const auto size = ::readlink("/proc/self/exe", path.data(), path.size());
  const std::string text(path.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  return text.substr(text.rfind('/') + 1);
}

/// Addresses by which others may reach a listener on any.
std::vector<std::string> own_addresses() {
  std::vector<std::string> found;
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return found;
  for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || (one->ifa_flags & IFF_UP) == 0) continue;
    const int family = one->ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6) continue;
    std::array<char, NI_MAXHOST> text{};
    const socklen_t size = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    if (getnameinfo(one->ifa_addr, size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0)
      found.emplace_back(text.data());
  }
  freeifaddrs(all);
  return found;
}

std::string url_of(const std::string& host, std::uint16_t port) {
  return "\"nats://" + config::join_host_port(host, port) + "\"";
}

}  // namespace

std::string cause_of(int error) {
  std::string text = std::strerror(error);
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z')
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return text;
}

std::string write_pid_file(const std::string& path) {
  if (path.empty()) return "";
  const std::string fault = write_file(path, std::to_string(::getpid()));
  return fault.empty() ? "" : "Could not write pidfile: " + fault;
}

ports_file::ports_file(const std::string& folder) {
  if (!folder.empty())
    path_ = folder + "/" + executable_name() + "_" + std::to_string(::getpid()) + ".ports";
}

ports_file::~ports_file() {
  if (written_) ::unlink(path_.c_str());
}

std::string ports_file::write(const std::string& host, std::uint16_t port) {
  if (path_.empty()) return "";
  const bool is_any = listen_address(host) == ip_address{};
  std::string urls;
  for (const std::string& one : is_any ? own_addresses() : std::vector{host})
    urls += (urls.empty() ? "" : ",") + url_of(one, port);
  const std::string fault = write_file(path_, "{\"nats\":[" + urls + "]}");
  written_ = fault.empty();
  return written_ ? "" : "Error writing ports file (" + path_ + "): " + fault;
}

}  // namespace wirebird::agent
