#include "tests/port/child.hh"

#include <array>
#include <csignal>
#include <cstdio>

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace wirebird::port::testing {

namespace {

constexpr unsigned patience_seconds = 30;

[[nodiscard]] bool run(const std::function<void()>& body) {
  alarm(patience_seconds);
  body();
  std::fflush(nullptr);
  return !::testing::Test::HasFailure();
}

}  // namespace

void in_child(const std::function<void()>& body) {
  std::fflush(nullptr);
  const pid_t process = fork();
  ASSERT_GE(process, 0);
  if (process == 0) _exit(run(body) ? 0 : 1);
  int status = 0;
  ASSERT_EQ(waitpid(process, &status, 0), process);
  if (WIFSIGNALED(status)) FAIL() << "the child died of signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 0) << "the child's expectations failed";
}

bool drop_capability(unsigned number) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  if (syscall(SYS_capget, &header, sets.data()) != 0) return false;
  sets[number / 32].effective &= ~(1U << (number % 32));
  return syscall(SYS_capset, &header, sets.data()) == 0;
}

lasting_child::lasting_child(const std::function<void()>& body) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return;
  std::fflush(nullptr);
  process_ = fork();
  if (process_ == 0) {
    close(ends[0]);
    if (!run(body)) _exit(1);
    if (write(ends[1], "r", 1) != 1) _exit(1);
    for (;;) pause();
  }
  close(ends[1]);
  char ready = 0;
  ready_ = read(ends[0], &ready, 1) == 1;
  close(ends[0]);
}

void lasting_child::kill() {
  if (process_ <= 0) return;
  ::kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  process_ = -1;
}

lasting_child::~lasting_child() {
  kill();
}

}  // namespace wirebird::port::testing
