#include "perf/load/server_usage.hh"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <linux/perf_event.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace wirebird::load {

namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

}  // namespace

std::optional<cpu_time> cpu_time_of(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  // The process name may hold anything; fields are counted behind its closing bracket.
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  std::string skipped;
  constexpr int fields_before_utime = 11;
  for (int i = 0; i < fields_before_utime; ++i) fields >> skipped;
  double user_ticks = 0;
  double system_ticks = 0;
  if (!(fields >> user_ticks >> system_ticks)) return std::nullopt;
  const auto ticks_per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  return cpu_time{user_ticks / ticks_per_second, system_ticks / ticks_per_second};
}

cpu_time cpu_time_of_self() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return {seconds_of(usage.ru_utime), seconds_of(usage.ru_stime)};
}

event_counter::event_counter(int pid, std::uint64_t event) {
  if (open(pid, event, true)) return;
  counts_kernel_ = false;
  if (errno == EACCES || errno == EPERM) open(pid, event, false);
}

bool event_counter::open(int pid, std::uint64_t event, bool with_kernel) {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = PERF_TYPE_HARDWARE;
  attributes.config = event;
  attributes.inherit = 1;
  attributes.exclude_hv = 1;
  attributes.exclude_kernel = with_kernel ? 0 : 1;
  counters_.clear();
  reason_.clear();
  std::error_code error;
  const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks, error)) {
    const int thread = std::stoi(task.path().filename().string());
    const long number = syscall(SYS_perf_event_open, &attributes, thread, -1, -1, 0);
    if (number < 0 && errno == ESRCH) continue;  // the thread ended meanwhile
    if (number < 0) {
      const int failure = errno;
      counters_.clear();
      reason_ = std::strerror(failure);
      errno = failure;
      return false;
    }
    counters_.emplace_back(static_cast<int>(number));
  }
  if (counters_.empty()) reason_ = "the process has no threads";
  return !counters_.empty();
}

std::optional<std::uint64_t> event_counter::read() const {
  if (counters_.empty()) return std::nullopt;
  std::uint64_t sum = 0;
  for (const descriptor& counter : counters_) {
    std::uint64_t value = 0;
    if (::read(counter.number(), &value, sizeof value) != sizeof value) return std::nullopt;
    sum += value;
  }
  return sum;
}

usage_meter::usage_meter(std::optional<int> server_pid) : server_pid_(server_pid) {
  if (!server_pid) return;
  if (!cpu_time_of(*server_pid)) {
    throw start_error("--server-pid " + std::to_string(*server_pid) + ": no such process");
  }
  cycles_.emplace(*server_pid, PERF_COUNT_HW_CPU_CYCLES);
  instructions_.emplace(*server_pid, PERF_COUNT_HW_INSTRUCTIONS);
}

usage_meter::reading usage_meter::take() const {
  reading result;
  result.self = cpu_time_of_self();
  if (server_pid_) {
    result.server = cpu_time_of(*server_pid_).value_or(cpu_time());
    result.cycles = cycles_->read();
    result.instructions = instructions_->read();
  }
  return result;
}

void usage_meter::add_to(report& out, double seconds, std::uint64_t messages) const {
  if (seconds <= 0) return;
  const auto per_message = [messages](double amount) {
    return messages == 0 ? 0.0 : amount / static_cast<double>(messages);
  };
  const auto percent = [seconds](double cpu_seconds) { return 100.0 * cpu_seconds / seconds; };
  if (server_pid_) {
    const double user = stop_.server.user_seconds - start_.server.user_seconds;
    const double system = stop_.server.system_seconds - start_.server.system_seconds;
    out.add("server_cpu_percent", percent(user + system));
    out.add("server_cpu_user_percent", percent(user));
    out.add("server_cpu_ns_per_message", per_message((user + system) * 1e9));
    if (start_.cycles && stop_.cycles && start_.instructions && stop_.instructions) {
      const auto cycles = static_cast<double>(*stop_.cycles - *start_.cycles);
      const auto instructions = static_cast<double>(*stop_.instructions - *start_.instructions);
      out.add("server_cycles_per_message", per_message(cycles));
      out.add("server_instructions_per_message", per_message(instructions));
      if (!cycles_->counts_kernel()) out.add("server_cycles_cover", "user space only");
    } else {
      out.add("server_cycles", "not available: " + cycles_->reason());
    }
  }
  out.add("generator_cpu_percent", percent(stop_.self.user_seconds + stop_.self.system_seconds -
                                           start_.self.user_seconds - start_.self.system_seconds));
}

}  // namespace wirebird::load
