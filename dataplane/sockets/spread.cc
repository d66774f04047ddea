#include "dataplane/sockets/spread.hh"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace wirebird::sockets {

spread::spread(std::size_t workers) {
  for (std::size_t i = 0; i < workers && error_ == 0; ++i) {
    int both[2] = {-1, -1};
    if (pipe2(both, O_NONBLOCK | O_CLOEXEC) != 0) error_ = errno;
    pipes_.push_back({both[0], both[1]});
  }
}

spread::~spread() {
  for (const ends& each : pipes_) {
    for (int left = take_from(each.out); left >= 0; left = take_from(each.out)) close(left);
    close(each.out);
    close(each.in);
  }
}

// pipe(7): writes of up to PIPE_BUF bytes are whole or not at all, whoever else writes.
bool spread::hand_over(std::size_t worker, int descriptor) noexcept {
  return write(pipes_[worker].in, &descriptor, sizeof descriptor) == sizeof descriptor;
}

int take_from(int inbox) noexcept {
  int descriptor = -1;
  return read(inbox, &descriptor, sizeof descriptor) == sizeof descriptor ? descriptor : -1;
}

}  // namespace wirebird::sockets
