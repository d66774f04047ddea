#include "perf/load/connection.hh"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wirebird::load {

namespace {

constexpr time_t answer_seconds_max = 10;
constexpr std::size_t line_bytes_max = 65'536;

std::string error_text() {
  return std::strerror(errno);
}

descriptor dial(const addrinfo& address) {
  descriptor socket(::socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return socket;
  const timeval patience{answer_seconds_max, 0};
  const int yes = 1;
  setsockopt(socket.number(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(socket.number(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (::connect(socket.number(), address.ai_addr, address.ai_addrlen) != 0) return descriptor();
  return socket;
}

}  // namespace

descriptor::~descriptor() {
  if (number_ >= 0) ::close(number_);
}

connection::connection(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found); error != 0) {
    throw start_error(host + ": " + gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, &freeaddrinfo);
  for (const addrinfo* next = found; next != nullptr && !socket_.is_open(); next = next->ai_next) {
    socket_ = dial(*next);
  }
  if (!socket_.is_open())
    throw start_error("no server at " + host + ":" + port + ": " + error_text());
  if (const std::string line = read_line(); !line.starts_with("INFO")) {
    throw start_error("the server greets with \"" + line + "\" instead of INFO");
  }
}

void connection::set_up(std::string_view subscriptions) {
  std::string text = R"(CONNECT {"verbose":false,"pedantic":false,"lang":"c++","version":"0.1.0",)"
                     R"("name":"wirebird-bench","protocol":0})"
                     "\r\n";
  text += subscriptions;
  text += "PING\r\n";
  send_all(text);
  while (true) {
    const std::string line = read_line();
    if (line == "PONG") return;
    if (line == "PING") send_all("PONG\r\n");
    if (line.starts_with("-ERR")) throw start_error("the server says " + line);
  }
}

void connection::start() {
  fcntl(socket_.number(), F_SETFL, fcntl(socket_.number(), F_GETFL) | O_NONBLOCK);
}

void connection::send_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(socket_.number(), text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) throw start_error("setting up a connection: " + error_text());
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string connection::read_line() {
  std::string line;
  std::array<char, 1024> ahead{};
  while (line.size() < line_bytes_max) {
    const ssize_t seen = ::recv(socket_.number(), ahead.data(), ahead.size(), MSG_PEEK);
    if (seen < 0 && errno == EINTR) continue;
    if (seen == 0) throw start_error("the server closed a connection while it was set up");
    if (seen < 0) throw start_error("waiting for the server: " + error_text());
    const std::string_view text(ahead.data(), static_cast<std::size_t>(seen));
    const std::size_t end = text.find('\n');
    const std::size_t taken = end == std::string_view::npos ? text.size() : end + 1;
    if (::recv(socket_.number(), ahead.data(), taken, 0) != static_cast<ssize_t>(taken)) {
      throw start_error("reading from the server: " + error_text());
    }
    line.append(ahead.data(), taken);
    if (end == std::string_view::npos) continue;
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
    return line;
  }
  throw start_error("the server sent a line of more than 64 KiB");
}

void allow_connections(std::uint64_t wanted) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  constexpr std::uint64_t others = 32;
  if (files.rlim_cur < wanted + others) {
    throw start_error(std::to_string(wanted) + " connections, but this process may have only " +
                      std::to_string(files.rlim_cur) + " open files (ulimit -n)");
  }
}

}  // namespace wirebird::load
