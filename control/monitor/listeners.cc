#include "control/monitor/listeners.hh"

#include <cerrno>
#include <cstring>

#include <boost/asio/ip/tcp.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace wirebird::control {

namespace {

constexpr int backlog = 128;

/// Takes over the descriptor.
listening listen_at(int descriptor, const void* address, std::size_t size,
                    const std::string& where) {
  const bool good =
      descriptor >= 0 &&
      bind(descriptor, static_cast<const sockaddr*>(address), static_cast<socklen_t>(size)) == 0 &&
      listen(descriptor, backlog) == 0;
  if (good) return {.descriptor = descriptor};
  const std::string why = "cannot serve pages at " + where + ": " + std::strerror(errno);
  if (descriptor >= 0) close(descriptor);
  return {.error = why};
}

}  // namespace

listening listen_for_operators(const std::string& path) {
  struct stat before {};
  if (lstat(path.c_str(), &before) == 0 && S_ISSOCK(before.st_mode)) unlink(path.c_str());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  // Nobody else may even connect, from the first moment on.
  const mode_t before_ours = umask(S_IXUSR | S_IRWXG | S_IRWXO);
  const listening made = listen_at(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
                                   &address, sizeof address, path);
  umask(before_ours);
  return made;
}

listening listen_on_network(const std::string& address, std::uint16_t port) {
  const std::string where = address + " port " + std::to_string(port);
  boost::system::error_code wrong;
  const boost::asio::ip::tcp::endpoint to(boost::asio::ip::make_address(address, wrong), port);
  if (wrong) return {.error = "cannot serve pages at " + where + ": no address"};
  const int descriptor =
      socket(to.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  // The control before this one may have left connections behind.
  const int yes = 1;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  return listen_at(descriptor, to.data(), to.size(), where);
}

}  // namespace wirebird::control
