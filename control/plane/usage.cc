#include "control/plane/usage.hh"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include <unistd.h>

namespace wirebird::control {

namespace {
constexpr auto sample_every = std::chrono::seconds(1);
}

void usage::start() {
  sampled_at_ = std::chrono::steady_clock::now();
  used_ = processor_time();
  sample_workers();
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

void usage::sample_workers() {
  const auto before = std::exchange(workers_, {});
  busy_.assign(memory_.workers(), 0);
  for (std::size_t i = 0; i < memory_.workers(); ++i) {
    workers_.push_back(memory_.worker(i));
    if (i >= before.size() || workers_[i].heartbeat_ns <= before[i].heartbeat_ns) continue;
    const auto passed = static_cast<double>(workers_[i].heartbeat_ns - before[i].heartbeat_ns);
    const auto worked = static_cast<double>(workers_[i].busy_ns - before[i].busy_ns);
    busy_[i] = std::clamp(worked / passed, 0.0, 1.0);
  }
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
