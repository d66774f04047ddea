#include "perf/load/connection.hh"
#include "tests/faults/slow_reader.hh"
#include "tests/faults/stage.hh"

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <iostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace wirebird::faults {
namespace {

constexpr std::string_view usage =
    "Usage: faults [--size ci|full] [--transport kernel|tap|af_xdp] [--seed N] [--minutes M]\n"
    "              [--list] [SCENARIO...]\n"
    "Plays the scenarios (without a name: those of the table) against the broker that "
    "WIREBIRD_BINARY names.\n"
    "Exit code 0: all as promised; 1: not; 2: wrong usage; 77: cannot run here.\n";
constexpr int exit_failed = 1;
constexpr int exit_usage = 2;
constexpr int exit_skipped = 77;  // Meson's word for it

struct named_transport {
  std::string_view name;
  system_tests::transport where;
};
constexpr std::array transports = {
    named_transport{"kernel", system_tests::transport::kernel},
    named_transport{"tap", system_tests::transport::tap},
    named_transport{"af_xdp", system_tests::transport::af_xdp},
};

struct command {
  setting how;
  std::vector<const scenario*> chosen;
  bool list = false;
  bool wrong = false;
};

bool take_value(command& to, std::string_view name, const std::string& value) {
  if (name == "--size") {
    to.how.size = value == "full" ? run_size::full : run_size::ci;
    return value == "full" || value == "ci";
  }
  if (name == "--transport") {
    const auto known = std::ranges::find(transports, value, &named_transport::name);
    if (known == transports.end()) return false;
    to.how.where = known->where;
    return true;
  }
  if (name == "--minutes") {
    to.how.minutes = std::strtod(value.c_str(), nullptr);
    return to.how.minutes > 0;
  }
  if (name != "--seed") return false;
  to.how.seed = std::strtoull(value.c_str(), nullptr, 10);
  return true;
}

command read_command(int count, char** arguments) {
  command result;
  result.how.seed = std::random_device()();
  for (int i = 1; i < count; ++i) {
    const std::string_view word = arguments[i];
    if (word == "--list") {
      result.list = true;
    } else if (word.starts_with("--")) {
      if (i + 1 == count || !take_value(result, word, arguments[i + 1])) result.wrong = true;
      ++i;
    } else {
      const auto all = all_scenarios();
      const auto found = std::ranges::find(all, word, &scenario::name);
      if (found == all.end()) {
        result.wrong = true;
      } else {
        result.chosen.push_back(*found);
      }
    }
  }
  if (result.chosen.empty()) result.chosen.assign(all_scenarios().begin(), all_scenarios().end());
  return result;
}

bool play(const scenario& which, const setting& how) {
  std::cout << which.name << "  " << which.title << "  [seed " << how.seed << "]" << std::endl;
  stage one(which, how);
  try {
    one.play();
  } catch (const std::exception& failure) {
    one.judge().expect(false, failure.what());
  }
  const bool good = one.judge().failed() == 0;
  std::cout << which.name << (good ? "  passed" : "  FAILED") << std::endl;
  return good;
}

int play_all(const command& what) {
  unsigned passed = 0;
  for (const scenario* each : what.chosen) passed += play(*each, what.how) ? 1U : 0U;
  const std::size_t failed = what.chosen.size() - passed;
  std::cout << passed << " passed, " << failed << " failed" << std::endl;
  return failed == 0 ? 0 : exit_failed;
}

int run(int count, char** arguments) {
  const command what = read_command(count, arguments);
  if (what.wrong) {
    std::cerr << usage;
    return exit_usage;
  }
  if (what.list) {
    for (const scenario* each : all_scenarios())
      std::cout << each->name << "  " << each->title << '\n';
    return 0;
  }
  system_tests::enter_own_network();  // before any thread starts
  if (const auto reason = system_tests::why_not(what.how.where)) {
    std::cout << "important: " << *reason << '\n';
    return exit_skipped;
  }
  return play_all(what);
}

}  // namespace
}  // namespace wirebird::faults

int main(int count, char** arguments) {
  using namespace wirebird::faults;
  if (count == 5 && std::strcmp(arguments[1], slow_reader_flag) == 0)
    return read_until_killed(arguments[2], arguments[3], arguments[4]);
  return run(count, arguments);
}
