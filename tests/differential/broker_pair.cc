#include "tests/differential/broker_pair.hh"

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <signal.h>
#include <unistd.h>

namespace wirebird::differential {
namespace {

using system_tests::broker_process;
using system_tests::transport;

// A configuration file that is gone when both brokers have read it.
class configuration_file {
 public:
  explicit configuration_file(const std::vector<std::string>& lines)
      : path_(std::filesystem::temp_directory_path() /
              ("wirebird-differential-" + std::to_string(::getpid()) + ".conf")) {
    std::ofstream file(path_);
    for (const std::string& line : lines) file << line << "\n";
  }
  ~configuration_file() { std::filesystem::remove(path_); }
  configuration_file(const configuration_file&) = delete;
  configuration_file& operator=(const configuration_file&) = delete;

  [[nodiscard]] std::vector<std::string> arguments() const { return {"-c", path_.string()}; }

 private:
  std::filesystem::path path_;
};

std::string end_of(broker_process& broker) {
  if (!broker.child().is_running()) return "it died";
  broker.child().signal(SIGINT);
  const auto status = broker.child().wait();
  if (!status) return "it did not end on SIGINT";
  if (*status != system_tests::exit_status{.code = 0, .signal = 0}) return "its exit code is not 0";
  for (const auto& [name, number] : system_tests::figures_of(broker.child().output(), "Leftovers:"))
    if (number != 0) return "left over: " + name;
  return "";
}

}  // namespace

void broker_pair::configure(const std::vector<std::string>& lines) {
  if (oracle_ && wirebird_ && lines == lines_ && oracle_->child().is_running() &&
      wirebird_->child().is_running()) {
    return;
  }
  const std::string wrong = stop();
  if (!wrong.empty()) throw std::runtime_error("the broker under test: " + wrong);
  lines_ = lines;
  const configuration_file file(lines);
  const auto arguments = lines.empty() ? std::vector<std::string>{} : file.arguments();
  oracle_ = std::make_unique<broker_process>(transport::oracle, 0, arguments);
  wirebird_ = std::make_unique<broker_process>(where_, 0, arguments);
}

transcript broker_pair::ask_oracle(const dialogue& script) {
  return player(oracle_->host(), oracle_->port(), {}, patience_).play(script);
}

transcript broker_pair::ask_wirebird(const dialogue& script, splitting split) {
  return player(wirebird_->host(), wirebird_->port(), split, patience_).play(script);
}

std::string broker_pair::stop() {
  if (!wirebird_) {
    oracle_.reset();
    return "";
  }
  const std::string wrong = end_of(*wirebird_);
  const std::string log = wirebird_->child().output();
  wirebird_.reset();
  oracle_.reset();
  constexpr std::size_t shown_max = 4000;
  return wrong.empty() ? ""
                       : wrong + "\n" + log.substr(log.size() - std::min(log.size(), shown_max));
}

}  // namespace wirebird::differential
