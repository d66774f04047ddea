#include "dataplane/agent/control_door.hh"

#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace wirebird::agent {

namespace {

/// One control at a time; the next one waits here.
constexpr int waiting_max = 4;

bool may_come_in(int descriptor) noexcept {
  ucred who{};
  socklen_t size = sizeof who;
  return getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 &&
         (who.uid == 0 || who.uid == geteuid());
}

}  // namespace

control_door::~control_door() {
  if (descriptor_ < 0) return;
  unlink(path_.c_str());
  close(descriptor_);
}

std::string control_door::open(const std::string& path) {
  const auto failed = [&](const char* what) {
    return std::string("control_link: cannot ") + what + " " + path + ": " + std::strerror(errno);
  };
  struct stat before {};
  if (lstat(path.c_str(), &before) == 0 && S_ISSOCK(before.st_mode)) unlink(path.c_str());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  descriptor_ = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor_ < 0) return failed("make a socket for");
  // Nobody else may even connect, from the first moment on.
  const mode_t before_ours = umask(S_IXUSR | S_IRWXG | S_IRWXO);
  const int bound = bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  umask(before_ours);
  if (bound != 0) {
    const std::string why = failed("listen at");
    close(descriptor_);
    descriptor_ = -1;
    return why;
  }
  path_ = path;
  return listen(descriptor_, waiting_max) == 0 ? "" : failed("listen at");
}

int control_door::accept() noexcept {
  if (descriptor_ < 0) return -1;
  const int made = accept4(descriptor_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (made < 0 || may_come_in(made)) return made;
  close(made);
  return -1;
}

}  // namespace wirebird::agent
