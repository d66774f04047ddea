#include "tests/system/process.hh"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace wirebird::system_tests {
namespace {

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> environment_with(const std::vector<std::string>& extra) {
  std::vector<std::string> all = extra;  // the first of two equal names wins
  for (char** entry = ::environ; *entry != nullptr; ++entry) all.emplace_back(*entry);
  return all;
}

// Between fork and exec of a program with threads: system calls only.
[[noreturn]] void become(char* const* command, char* const* environment, int output) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::syscall(SYS_close_range, 3U, ~0U, 0U);
  ::execve(command[0], command, environment);
  ::_exit(127);
}

}  // namespace

void PrintTo(const exit_status& status, std::ostream* out) {
  if (status.signal != 0) {
    *out << "killed by signal " << status.signal;
  } else {
    *out << "exit code " << status.code;
  }
}

process::process(const std::vector<std::string>& command,
                 const std::vector<std::string>& extra_environment)
    : output_fd_(::memfd_create("output", MFD_CLOEXEC)) {
  std::vector<std::string> words = command;
  std::vector<std::string> environment = environment_with(extra_environment);
  const std::vector<char*> word_pointers = pointers_to(words);
  const std::vector<char*> environment_pointers = pointers_to(environment);
  pid_ = ::fork();
  if (pid_ == 0) become(word_pointers.data(), environment_pointers.data(), output_fd_);
  if (pid_ < 0) throw std::runtime_error(std::string("fork: ") + std::strerror(errno));
}

process::~process() {
  if (is_running()) {
    signal(SIGKILL);
    static_cast<void>(wait());
  }
  ::close(output_fd_);
}

void process::signal(int number) const {
  if (!ended_) ::kill(pid_, number);
}

std::optional<exit_status> process::wait(milliseconds limit) {
  if (ended_) return ended_;
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0U));
  pollfd ready{.fd = handle, .events = POLLIN, .revents = 0};
  const int count = ::poll(&ready, 1, static_cast<int>(limit.count()));
  ::close(handle);
  if (count <= 0) return std::nullopt;
  int status = 0;
  ::waitpid(pid_, &status, 0);
  ended_ = WIFSIGNALED(status) ? exit_status{.code = -1, .signal = WTERMSIG(status)}
                               : exit_status{.code = WEXITSTATUS(status), .signal = 0};
  return ended_;
}

std::string process::output() const {
  struct stat file {};
  ::fstat(output_fd_, &file);
  std::string text(static_cast<std::size_t>(file.st_size), '\0');
  const ssize_t read = ::pread(output_fd_, text.data(), text.size(), 0);
  text.resize(read > 0 ? static_cast<std::size_t>(read) : 0);
  return text;
}

std::size_t process::resident_bytes() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/statm");
  std::size_t total_pages = 0;
  std::size_t resident_pages = 0;
  file >> total_pages >> resident_pages;
  return resident_pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t process::open_descriptors() const {
  const std::filesystem::directory_iterator entries("/proc/" + std::to_string(pid_) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

}  // namespace wirebird::system_tests
