#include "dataplane/agent/capture_run.hh"

#include "dataplane/agent/pcapng.hh"
#include "dataplane/config/version.hh"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <span>

#include <fcntl.h>
#include <unistd.h>

namespace wirebird::agent {

namespace {

std::int64_t wall_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

// The workers, and with them what looked into their queues, are gone.
capture_run::~capture_run() {
  if (file_ >= 0) close(file_);
}

instant capture_run::next_tick() const noexcept {
  return next_;
}

/// returns: why not, or an empty text.
std::string capture_run::open_file() {
  constexpr unsigned names_max = 1000;
  const int folder = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (unsigned i = 0; folder >= 0 && file_ < 0 && i < names_max; ++i) {
    const std::string name =
        "wirebird-" + std::to_string(getpid()) + "-" + std::to_string(++files_) + ".pcapng";
    constexpr mode_t ours_only = 0600;
    file_ = openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                   ours_only);
    path_ = folder_ + "/" + name;
    if (file_ < 0 && errno != EEXIST) break;
  }
  const int error = errno;
  if (folder >= 0) close(folder);
  return file_ >= 0 ? "" : "cannot make a file in " + folder_ + ": " + std::strerror(error);
}

order_outcome capture_run::begin(const capture_order& order, instant now) {
  clear_done();
  if (folder_.empty()) return {.error = "there is no capture_dir"};
  if (queues_.empty()) return {.error = "there are no frames to see on kernel sockets"};
  if (!running_.empty() || !ending_.empty()) return {.error = "a capture is under way"};
  if (const std::string why_not = open_file(); !why_not.empty()) return {.error = why_not};
  frames_left_ = std::clamp<std::uint64_t>(order.frames_max, 1, capture_order::frames_most);
  until_ = now + std::min(order.time_max, capture_order::time_most);
  next_ = now + tick_every;
  written_ = 0;
  wall_offset_ns_ = wall_ns() - now.time_since_epoch().count();
  write(pcapng_head("wirebird " + std::string(config::wirebird_version)));
  for (worker::capture_queue* const each : queues_) {
    running_.push_back(std::make_unique<worker::capture>(order.filter));
    each->look(running_.back().get());
  }
  log_.info("Capturing to " + path_);
  return {.text = path_};
}

void capture_run::write(const std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size() && file_ >= 0) {
    const ssize_t count = ::write(file_, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      log_.error("capture: cannot write " + path_ + ": " + std::strerror(errno));
      close(file_);
      file_ = -1;
      frames_left_ = 0;
      return;
    }
    done += static_cast<std::size_t>(count);
  }
}

void capture_run::drain(worker::capture& from) {
  worker::captured_frame one;
  std::string blocks;
  while (frames_left_ > 0 && from.frames.pop(one)) {
    --frames_left_;
    ++written_;
    blocks += pcapng_block({.at_ns = static_cast<std::uint64_t>(one.at_ns + wall_offset_ns_),
                            .length = one.length,
                            .outbound = one.outbound,
                            .kept = std::span(one.bytes).first(one.kept)});
  }
  write(blocks);
}

void capture_run::tick(instant now) {
  if (now < next_) return;
  next_ = now + tick_every;
  for (const auto& each : running_) drain(*each);
  if (!running_.empty() && (frames_left_ == 0 || now >= until_)) end(now);
  clear_done();
  if (running_.empty() && ending_.empty()) next_ = never;
}

void capture_run::end(instant now) {
  std::uint64_t lost = 0;
  for (worker::capture_queue* const each : queues_) each->look(nullptr);
  for (auto& each : running_) {
    lost += each->lost.value();
    ending_.push_back(std::move(each));
  }
  running_.clear();
  const std::int64_t at = now.time_since_epoch().count() + wall_offset_ns_;
  write(pcapng_tail(static_cast<std::uint64_t>(at), lost));
  if (file_ >= 0) close(file_);
  file_ = -1;
  log_.info("Captured " + std::to_string(written_) + " frames, " + std::to_string(lost) +
            " lost: " + path_);
}

/// What workers do not fill any more.
void capture_run::clear_done() {
  std::erase_if(ending_, [this](const auto& one) {
    return std::ranges::all_of(queues_,
                               [&](const auto* queue) { return queue->is_done_with(one.get()); });
  });
}

}  // namespace wirebird::agent
