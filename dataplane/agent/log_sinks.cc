#include "dataplane/agent/log_sinks.hh"

#include "dataplane/agent/files.hh"
#include "dataplane/config/host_port.hh"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <utility>

#include <fcntl.h>
#include <netdb.h>
#include <spdlog/sinks/base_sink.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

namespace wirebird::agent {

namespace {

using spdlog::details::log_msg;
using base = spdlog::sinks::base_sink<spdlog::details::null_mutex>;

std::string program_name() {
  return ::program_invocation_short_name;
}

/// Levels as nats-server has them in syslog: what only informs is a notice, a trace too.
int priority_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::debug: return LOG_DEBUG;
    case spdlog::level::warn: return LOG_WARNING;
    case spdlog::level::err: return LOG_ERR;
    case spdlog::level::critical: return LOG_CRIT;
    default: return LOG_NOTICE;
  }
}

/// `format` as strftime, in local time.
std::string local_time(const log_msg& message, const char* format) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(message.time);
  std::tm parts{};
  localtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

class file_sink final : public base {
 public:
  file_sink(std::string path, std::size_t size_limit, int file, std::size_t size)
      : path_(std::move(path)), size_limit_(size_limit), file_(file), size_(size) {}
  ~file_sink() override { ::close(file_); }

 private:
  void sink_it_(const log_msg& message) override {
    write(message);
    if (size_limit_ != 0 && size_ > size_limit_) rotate(message);
  }
  void flush_() override {}

  void write(const log_msg& message) {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    const auto written = ::write(file_, line.data(), line.size());
    if (written > 0) size_ += static_cast<std::size_t>(written);
  }

  /// Where the file cannot be moved away, it grows on and is tried again with the next line.
  void rotate(const log_msg& last) {
    const auto since_epoch = last.time.time_since_epoch();
    const auto nanoseconds =
        std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count() % 1'000'000'000;
    std::array<char, 16> fraction{};
    std::snprintf(fraction.data(), fraction.size(), ".%09lld", static_cast<long long>(nanoseconds));
    const std::string backup = path_ + local_time(last, ".%Y.%m.%d.%H.%M.%S") + fraction.data();
    if (std::rename(path_.c_str(), backup.c_str()) != 0) return;
    const int fresh =
        ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0660);
    if (fresh < 0) return;
    ::close(std::exchange(file_, fresh));
    size_ = 0;
    const std::string said = "Rotated log, backup saved as \"" + backup + "\"";
    write(log_msg(last.logger_name, spdlog::level::info, said));
  }

  std::string path_;
  std::size_t size_limit_;
  int file_;
  std::size_t size_;
};

class syslog_sink final : public base {
 public:
  // openlog() keeps the pointer.
  syslog_sink() : name_(program_name()) { ::openlog(name_.c_str(), LOG_PID, LOG_DAEMON); }
  ~syslog_sink() override { ::closelog(); }

 private:
  void sink_it_(const log_msg& message) override {
    const std::string text(message.payload.data(), message.payload.size());
    ::syslog(priority_of(message.level), "%s", text.c_str());
  }
  void flush_() override {}

  std::string name_;
};

class remote_sink final : public base {
 public:
  explicit remote_sink(int socket) : socket_(socket) {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) == 0) host_ = name.data();
  }
  ~remote_sink() override { ::close(socket_); }

 private:
  void sink_it_(const log_msg& message) override {
    std::string line = "<" + std::to_string(LOG_DAEMON | priority_of(message.level)) + ">";
    line += local_time(message, "%Y-%m-%dT%H:%M:%S%z");
    line.insert(line.size() - 2, ":");  // RFC 3339 wants one in the zone
    line += " " + host_ + " " + program_name() + "[" + std::to_string(::getpid()) + "]: ";
    line.append(message.payload.data(), message.payload.size()).append("\n");
    [[maybe_unused]] const auto sent =
        ::send(socket_, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  void flush_() override {}

  int socket_;
  std::string host_;
};

struct connected {
  int socket = -1;
  std::string error;
};

connected connect_to_path(const std::string& path) {
  sockaddr_un address{};
  if (path.size() >= sizeof address.sun_path) return {-1, "the path is too long"};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  for (const int kind : {SOCK_DGRAM, SOCK_STREAM}) {
    const int made = ::socket(AF_UNIX, kind | SOCK_CLOEXEC, 0);
    if (made < 0) break;
    if (::connect(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
      return {made, ""};
    const int error = errno;
    ::close(made);
    if (error != EPROTOTYPE) return {-1, cause_of(error)};
  }
  return {-1, cause_of(errno)};
}

connected connect_to_host(const std::string& where, int kind) {
  const auto said = config::split_host_port(where);
  if (!said) return {-1, "not of the form HOST:PORT"};
  const std::string port = said->port.value_or("514");
  addrinfo hints{};
  hints.ai_socktype = kind;
  addrinfo* found = nullptr;
  const int failed = ::getaddrinfo(said->host.c_str(), port.c_str(), &hints, &found);
  if (failed != 0) return {-1, ::gai_strerror(failed)};
  connected result{-1, "no address"};
  for (const addrinfo* one = found; one != nullptr && result.socket < 0; one = one->ai_next) {
    const int made = ::socket(one->ai_family, kind | SOCK_CLOEXEC, 0);
    if (made >= 0 && ::connect(made, one->ai_addr, one->ai_addrlen) == 0) {
      result = {made, ""};
    } else {
      result.error = cause_of(errno);
      if (made >= 0) ::close(made);
    }
  }
  ::freeaddrinfo(found);
  return result;
}

}  // namespace

opened_sink open_file_sink(const std::string& path, std::size_t size_limit) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0660);
  if (file < 0) return {nullptr, "error opening file: open " + path + ": " + cause_of(errno)};
  struct stat now {};
  const bool known = ::fstat(file, &now) == 0 && now.st_size > 0;
  return {std::make_shared<file_sink>(path, size_limit, file,
                                      known ? static_cast<std::size_t>(now.st_size) : 0),
          ""};
}

opened_sink open_syslog_sink() {
  const connected there = connect_to_path(_PATH_LOG);
  if (there.socket < 0)
    return {nullptr, R"(error connecting to syslog: "Unix syslog delivery error")"};
  ::close(there.socket);
  return {std::make_shared<syslog_sink>(), ""};
}

opened_sink open_remote_sink(const std::string& url) {
  const auto mark = url.find("://");
  const std::string scheme = mark == std::string::npos ? "" : url.substr(0, mark);
  const std::string rest = mark == std::string::npos ? "" : url.substr(mark + 3);
  const std::string fault = "error connecting to syslog: ";
  connected made{-1, "invalid remote syslog address \"" + url + "\""};
  if (scheme == "udp") made = connect_to_host(rest, SOCK_DGRAM);
  if (scheme == "tcp") made = connect_to_host(rest, SOCK_STREAM);
  if (scheme == "unix") made = connect_to_path(rest);
  if (made.socket < 0) return {nullptr, fault + made.error};
  return {std::make_shared<remote_sink>(made.socket), ""};
}

}  // namespace wirebird::agent
