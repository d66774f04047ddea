#include "control/plane/usage.hh"

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>

#include <unistd.h>

namespace wirebird::control {

namespace {
constexpr auto sample_every = std::chrono::seconds(1);
}

void usage::start() {
  sampled_at_ = std::chrono::steady_clock::now();
  used_ = processor_time();
  timer_.expires_after(sample_every);
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) sample();
  });
}

void usage::sample() {
  const auto used_before = used_;
  const auto sampled_before = sampled_at_;
  start();
  const std::chrono::duration<double> passed = sampled_at_ - sampled_before;
  cpu_percent_ = std::round((used_ - used_before) / passed * 1000) / 10;
}

std::uint64_t usage::memory_bytes() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  file >> total >> resident;
  return file ? resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) : 0;
}

// proc(5): the name in parentheses may hold anything; the 12th and 13th words behind it are ticks
// of user and system time.
std::chrono::duration<double> usage::processor_time() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
  std::string text;
  std::getline(file, text);
  std::istringstream fields(text.substr(std::min(text.rfind(')') + 1, text.size())));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return std::chrono::duration<double>((user + system) / static_cast<double>(sysconf(_SC_CLK_TCK)));
}

}  // namespace wirebird::control
