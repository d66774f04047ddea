#include "tests/faults/stage.hh"

#include "tests/faults/own_cpu.hh"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <sstream>
#include <stdexcept>

#include <signal.h>
#include <unistd.h>

namespace wirebird::faults {

namespace {

constexpr std::size_t at(phase which) {
  return static_cast<std::size_t>(which);
}
static_assert(at(phase::quiet) + 1 == phases);

double ms_of(const load::histogram& spans, double percent) {
  return static_cast<double>(spans.percentile_ns(percent)) / 1e6;
}

std::string text_of(const std::map<std::string, std::uint64_t>& figures) {
  std::string text;
  for (const auto& [name, number] : figures) text += " " + name + "=" + std::to_string(number);
  return text;
}

std::map<std::string, std::uint64_t> as_map(
    const std::vector<std::pair<std::string, std::uint64_t>>& pairs) {
  return {pairs.begin(), pairs.end()};
}

void wait_until_passed(milliseconds span) {
  static_cast<void>(system_tests::eventually([] { return false; }, span));
}

/// The end of a log, without the lines about each connection.
void show_log(const std::string& log) {
  constexpr std::size_t shown_lines_max = 20;
  std::vector<std::string> lines;
  std::istringstream text(log);
  for (std::string line; std::getline(text, line);)
    if (!line.empty() && line.find("Client connection") == std::string::npos) lines.push_back(line);
  std::cout << "---- log of the broker, the end of it ----\n";
  const std::size_t first = lines.size() - std::min(lines.size(), shown_lines_max);
  for (std::size_t i = first; i < lines.size(); ++i) std::cout << lines[i] << '\n';
  std::cout << "----\n";
}

/// A file that lives as long as this object.
class temporary_file {
 public:
  explicit temporary_file(const std::string& text) {
    path_ = "/tmp/wirebird-faults-XXXXXX";
    const int fd = ::mkstemp(path_.data());
    if (fd < 0) throw std::runtime_error("no temporary file");
    ::close(fd);
    std::ofstream(path_) << text;
  }
  ~temporary_file() { std::remove(path_.c_str()); }
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

stage::stage(const scenario& which, const setting& how) : scenario_(which), setting_(how) {}

void stage::expect_counters(const std::vector<std::string>& names, std::uint64_t least,
                            std::uint64_t most) {
  expected_.push_back({names, least, most});
}

void stage::start_broker() {
  std::vector<std::string> more;
  std::optional<temporary_file> file;
  if (scenario_.configuration != nullptr) {
    file.emplace(scenario_.configuration(setting_.size));
    more = {"-c", file->path()};
  }
  std::optional<own_cpu> cpu;
  if (is_full() && scenario_.own_cpu) cpu.emplace();
  if (cpu) std::ranges::move(cpu->arguments(), std::back_inserter(more));
  broker_ = std::make_unique<broker_process>(setting_.where, 0, more);
  if (cpu) verdict_.figure(cpu->keep_off());
}

void stage::play() {
  const milliseconds baseline = is_full() ? seconds(20) : seconds(1);
  start_broker();
  verdict_.expect(wait_for_stock(
                      0, [](const figures& held) { return held.at("sessions") == 0; }, seconds(10)),
                  "the broker tells its stock when it is quiet");
  const figures before = stock(0);
  probe_ = std::make_unique<probe>(broker_->host(), broker_->port(), scenario_.newcomers);
  wait_until_passed(baseline);
  probe_->enter(phase::fault);
  scenario_.run(*this);
  probe_->enter(phase::quiet);
  wait_until_passed(is_full() ? seconds(5) : milliseconds(500));
  probe_->stop(10 * load::nanoseconds_per_second);
  judge_probe();
  probe_.reset();
  judge_stock(before);
  judge_end();
}

// As told since the log was `from` bytes long.
stage::figures stage::stock(std::size_t from) {
  return as_map(system_tests::figures_of(log().substr(from), "Stock:"));
}

template <typename Condition>
bool stage::wait_for_stock(std::size_t from, Condition is_good, milliseconds limit) {
  const system_tests::deadline end(limit);
  while (true) {
    const figures now = stock(from);
    if (!now.empty() && is_good(now)) return true;
    if (end.passed()) return false;
    wait_until_passed(milliseconds(50));
  }
}

// What the broker holds when all clients are gone is at most what it held before they came. A
// stack of our own has two timers that no client owns: one for all of TIME_WAIT, which a page that
// the server closed first leaves for a minute, and one for neighbours.
void stage::judge_stock(const figures& before) {
  const std::size_t from = log().size();
  figures allowed = before;
  if (setting_.where != system_tests::transport::kernel) allowed["timers"] += 2;
  const auto is_back = [&allowed](const figures& held) {
    return std::ranges::all_of(
        held, [&allowed](const auto& each) { return each.second <= allowed.at(each.first); });
  };
  const bool back = wait_for_stock(from, is_back, seconds(8));
  verdict_.expect(back, "stock after:" + text_of(stock(from)) + "; before:" + text_of(before));
}

void stage::show(const std::string& title, const phase_figures& of) {
  verdict_.figure(title + ": " + std::to_string(static_cast<std::uint64_t>(of.rate())) +
                  " msg/s, delivery p50 " + milliseconds_text(ms_of(of.delivery, 50)) + ", p99.9 " +
                  milliseconds_text(ms_of(of.delivery, 99.9)) + ", max " +
                  milliseconds_text(ms_of(of.delivery, 100)) + "; request p99 " +
                  milliseconds_text(ms_of(of.round, 99)) + "; login p99 " +
                  milliseconds_text(ms_of(of.login, 99)) + "; own lateness p99.9 " +
                  milliseconds_text(ms_of(of.lateness, 99.9)));
}

void stage::judge_probe() {
  const phase_figures& calm = probe_->figures(phase::baseline);
  const phase_figures& hurt = probe_->figures(phase::fault);
  show("baseline", calm);
  show("fault   ", hurt);
  const std::vector<std::string> complaints = probe_->complaints();
  for (const std::string& complaint : complaints) verdict_.expect(false, complaint);
  if (complaints.empty())
    verdict_.expect(true, "the probe: all delivered once, in order, whole; all answered");
  if (!is_full()) return;
  const probe_limits& limits = scenario_.limits;
  // A message passes three wake-ups: publisher, broker, subscriber. On a machine that wakes the
  // probe itself late, no broker can do better than three times that.
  const double floor = 3 * ms_of(hurt.lateness, 99.9);
  const double wanted = std::max(limits.delivery_p999_ratio * ms_of(calm.delivery, 99.9), floor);
  const double least = limits.rate_least * 5000;
  verdict_.expect(ms_of(hurt.delivery, 99.9) <= wanted,
                  "probe p99.9 at most " + milliseconds_text(wanted));
  verdict_.expect(hurt.rate() >= least,
                  "probe at " + std::to_string(static_cast<int>(least)) + " msg/s or more");
  if (limits.delivery_p999_ms)
    verdict_.expect(ms_of(hurt.delivery, 99.9) <= std::max(*limits.delivery_p999_ms, floor),
                    "probe p99.9 at most " + milliseconds_text(*limits.delivery_p999_ms));
  if (limits.login_p99_ms)
    verdict_.expect(ms_of(hurt.login, 99) <= std::max(*limits.login_p99_ms, floor),
                    "fresh connections p99 at most " + milliseconds_text(*limits.login_p99_ms));
}

void stage::judge_end() {
  verdict_.expect(broker_->child().is_running(), "the broker lives");
  broker_->child().signal(SIGINT);
  const auto status = broker_->child().wait();
  verdict_.expect(status && *status == system_tests::exit_status{.code = 0, .signal = 0},
                  "the broker ends with exit code 0");
  const std::string text = log();
  const bool clean = text.find("ERROR: AddressSanitizer") == std::string::npos &&
                     text.find("runtime error:") == std::string::npos &&
                     text.find("ERROR: LeakSanitizer") == std::string::npos;
  verdict_.expect(clean, "no line of a sanitizer");
  const figures left = as_map(system_tests::figures_of(text, "Leftovers:"));
  const bool none =
      !left.empty() && std::ranges::all_of(left, [](const auto& each) { return each.second == 0; });
  verdict_.expect(none, "left over at the end:" + text_of(left));
  figures counts = as_map(system_tests::figures_of(text, "Counters:"));
  verdict_.figure("counters:" + text_of(counts));
  for (const expected_sum& wanted : expected_) {
    std::uint64_t sum = 0;
    std::string names;
    for (const std::string& name : wanted.names) {
      sum += counts[name];
      names += name + " ";
    }
    verdict_.expect(wanted.least <= sum && sum <= wanted.most,
                    "counted " + names + std::to_string(sum) + ", wanted " +
                        std::to_string(wanted.least) + " to " + std::to_string(wanted.most));
  }
  if (verdict_.failed() > 0) show_log(text);
}

}  // namespace wirebird::faults
