#include "tests/system/broker_process.hh"

#include "tests/system/raw_client.hh"

#include <cstdlib>
#include <sstream>
#include <stdexcept>

namespace wirebird::system_tests {

std::vector<std::string> sanitizer_environment() {
  return {"ASAN_OPTIONS=halt_on_error=1:abort_on_error=1:quarantine_size_mb=1",
          "TSAN_OPTIONS=halt_on_error=1:abort_on_error=1",
          "UBSAN_OPTIONS=halt_on_error=1:abort_on_error=1:print_stacktrace=1"};
}

bool is_sanitised() {
  const char* value = std::getenv("WIREBIRD_SANITISED");
  return value != nullptr && std::string(value) == "yes";
}

unsigned workers_under_test() {
  const char* value = std::getenv("WIREBIRD_WORKERS");
  return value == nullptr ? 1 : static_cast<unsigned>(std::stoul(value));
}

broker_process::broker_process(transport where, std::uint16_t port,
                               const std::vector<std::string>& more_arguments)
    : where_(where), setting_(setting_for(where, port)) {
  std::vector<std::string> command = {setting_.binary, "-D"};
  command.insert(command.end(), setting_.arguments.begin(), setting_.arguments.end());
  command.insert(command.end(), more_arguments.begin(), more_arguments.end());
  child_ = std::make_unique<process>(command, sanitizer_environment());
  const bool ready = eventually([this] {
    return !child_->is_running() || child_->output().find("Server is ready") != std::string::npos;
  });
  if (!ready || !child_->is_running()) {
    throw std::runtime_error("the broker did not get ready; it said:\n" + child_->output());
  }
  attach_host(where_);
  // The kernel repeats a SYN that was lost after a second: a new attempt is sooner.
  constexpr milliseconds attempt{250};
  if (!eventually([&] { return can_connect(setting_.host, setting_.port, attempt); })) {
    throw std::runtime_error("the broker takes no connection; it said:\n" + child_->output());
  }
}

std::string broker_process::url() const {
  return "nats://" + setting_.host + ":" + std::to_string(setting_.port);
}

std::vector<std::pair<std::string, std::uint64_t>> figures_of(const std::string& log,
                                                              const std::string& title) {
  std::vector<std::pair<std::string, std::uint64_t>> figures;
  const std::size_t at = log.rfind("] " + title);
  if (at == std::string::npos) return figures;
  const std::size_t from = at + 2 + title.size();
  std::istringstream line(log.substr(from, log.find('\n', from) - from));
  for (std::string pair; line >> pair;) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos) continue;
    figures.emplace_back(pair.substr(0, equals), std::stoull(pair.substr(equals + 1)));
  }
  return figures;
}

}  // namespace wirebird::system_tests
