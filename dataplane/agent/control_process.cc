#include "dataplane/agent/control_process.hh"

#include "dataplane/worker/clock.hh"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace wirebird::agent {

namespace {

constexpr int link_descriptor_in_child = 3;
constexpr int http_backlog = 1024;

/// Of our environment, where a configuration may have its secrets, what a program needs to run.
std::vector<char*> environment_of_child() {
  constexpr std::array<std::string_view, 5> needed{
      "PATH=", "TZ=", "LANG=", "LC_ALL=", "LD_LIBRARY_PATH="};
  std::vector<char*> kept;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view entry(*each);
    const bool is_sanitizer = entry.substr(0, entry.find('=')).ends_with("SAN_OPTIONS");
    const auto begins = [entry](std::string_view name) { return entry.starts_with(name); };
    if (is_sanitizer || std::ranges::any_of(needed, begins)) kept.push_back(*each);
  }
  kept.push_back(nullptr);
  return kept;
}

}  // namespace

control_process::control_process(log& sink, event_feed& events, settings wanted)
    : log_(sink), events_(events), settings_(std::move(wanted)) {}

control_process::~control_process() {
  settings_.address->up.store(false, std::memory_order_release);
  link_.reset();
  if (child_ > 0 && !ends_by_itself()) {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  if (http_ >= 0) close(http_);
}

/// Its link has ended, and so does it, when it has answered who ordered that; however busy the
/// machine is. One that hangs would have been replaced after as long.
bool control_process::ends_by_itself() const {
  const instant deadline = worker::read_clock() + silence_max;
  while (worker::read_clock() < deadline) {
    if (waitpid(child_, nullptr, WNOHANG) == child_) return true;
    poll(nullptr, 0, 1);
  }
  return false;
}

std::string control_process::open() {
  http_ = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // An address without a name: the kernel picks an abstract one, which leaves no file behind.
  socklen_t length = sizeof address.sun_family;
  if (http_ < 0 || bind(http_, reinterpret_cast<const sockaddr*>(&address), length) != 0 ||
      listen(http_, http_backlog) != 0)
    return std::string("cannot open the way to wirebird-control: ") + std::strerror(errno);
  length = sizeof address;
  getsockname(http_, reinterpret_cast<sockaddr*>(&address), &length);
  const std::size_t name_size = length - offsetof(sockaddr_un, sun_path) - 1;
  settings_.address->name.assign(address.sun_path + 1, name_size);
  if (is_ours()) return "";
  start_due_ = never;
  return door_.open(settings_.door);
}

instant control_process::next_tick() const noexcept {
  return link_ ? heard_at_ + silence_max : start_due_;
}

void control_process::tick(instant now) {
  now_ = now;
  if (link_ && now - heard_at_ >= silence_max) end(now, "is silent");
  if (!link_ && now >= start_due_) start(now);
}

void control_process::receive(instant now) {
  now_ = now;
  if (link_ && !link_->receive()) end(now, "has ended");
  if (link_ || is_ours()) return;
  if (const int link = door_.accept(); link >= 0) greet(link, now);
}

void control_process::send(instant now) {
  has_waiting_ = false;
  if (!link_) return;
  if (link_->flush())
    events_.flush([this](std::string_view packet) { return link_->tell(packet); }, now);
  has_waiting_ = !link_->flush() || events_.has_waiting();
}

void control_process::greet(int link, instant now) {
  started_at_ = heard_at_ = now;
  link_.emplace(link, *this, state_);
  const std::array<int, 2> handed{memory_, http_};
  if (!link_->send_hello(handed)) end(now, "cannot be greeted");
}

// posix_spawn() shares our memory until the child's exec, so a start costs the workers nothing, and
// what DPDK has opened does not reach the child.
bool control_process::spawn(int link) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, link, link_descriptor_in_child);
  posix_spawn_file_actions_addclosefrom_np(&files, link_descriptor_in_child + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  // Ctrl-C at a terminal is for us; control ends with us.
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);

  std::string program = settings_.program;
  std::string parent = "--parent=" + std::to_string(getpid());
  std::string descriptor = "--link=" + std::to_string(link_descriptor_in_child);
  const std::array<char*, 4> arguments{program.data(), parent.data(), descriptor.data(), nullptr};
  const std::vector<char*> environment = environment_of_child();
  const int error = posix_spawn(&child_, program.c_str(), &files, &attributes, arguments.data(),
                                environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) child_ = -1;
  errno = error;
  return error == 0;
}

void control_process::start(instant now) {
  if (settings_.program.empty()) {
    log_.error("wirebird-control does not lie beside this program: monitoring pages answer 503");
    start_due_ = never;
    return;
  }
  started_at_ = now;
  start_due_ = now + back_off_;
  back_off_ = std::min(back_off_ * 2, back_off_max);
  std::array<int, 2> ends{-1, -1};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0)
    return;
  const bool spawned = spawn(ends[1]);
  const int error = errno;
  close(ends[1]);
  if (!spawned) {
    close(ends[0]);
    if (!std::exchange(told_missing_, true))
      log_.error("cannot start " + settings_.program + ": " + std::strerror(error));
    return;
  }
  greet(ends[0], now);
}

void control_process::end(instant now, const char* why) {
  settings_.address->up.store(false, std::memory_order_release);
  state_ = link_->state();
  link_.reset();
  if (!is_ours()) {
    log_.warning(std::string("wirebird-control ") + why + "; the next one is waited for");
    return;
  }
  int status = 0;
  kill(child_, SIGKILL);
  waitpid(child_, &status, 0);
  child_ = -1;
  std::string cause;
  if (WIFSIGNALED(status))
    cause = std::string(" (") + strsignal(WTERMSIG(status)) + ")";
  else if (WEXITSTATUS(status) != 0)
    cause = " (exit code " + std::to_string(WEXITSTATUS(status)) + ")";
  log_.warning(std::string("wirebird-control ") + why + cause + "; it is started again");
  if (now - started_at_ >= well_after) back_off_ = back_off_min;
  start_due_ = std::max(now, started_at_ + back_off_);
}

void control_process::on_control_ready() {
  heard_at_ = now_;
  settings_.address->up.store(true, std::memory_order_release);
  log_.debug("wirebird-control is ready");
}

void control_process::on_control_heartbeat() {
  heard_at_ = now_;
}

std::string find_control_program() {
  std::array<char, 4096> path{};
  const ssize_t size = readlink("/proc/self/exe", path.data(), path.size());
  if (size <= 0) return "";
  const std::string own(path.data(), static_cast<std::size_t>(size));
  const std::string folder = own.substr(0, own.rfind('/') + 1);
  for (const char* place : {"wirebird-control", "../control/wirebird-control"})
    if (access((folder + place).c_str(), X_OK) == 0) return folder + place;
  return "";
}

}  // namespace wirebird::agent
