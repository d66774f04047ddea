#include "tests/differential/differential_test.hh"

#include "tests/differential/case_file.hh"
#include "tests/differential/generator.hh"
#include "tests/differential/judge.hh"
#include "tests/system/payload.hh"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

namespace wirebird::differential {
namespace {

using system_tests::transport;

/// What all tests share: read once, and one pair of brokers at a time.
struct shared_state {
  std::vector<intended_difference> intended;
  std::unique_ptr<broker_pair> brokers;
};

shared_state& shared() {
  static shared_state state;
  return state;
}

broker_pair& brokers_on(transport where) {
  auto& brokers = shared().brokers;
  if (!brokers || brokers->where() != where) brokers = std::make_unique<broker_pair>(where);
  return *brokers;
}

std::string why_no_test_on(transport where) {
  for (const transport needed : {transport::oracle, where})
    if (const auto reason = system_tests::why_not(needed)) return *reason;
  return "";
}

// The oracle has no differences from itself.
const std::vector<intended_difference>& intended_on(transport where) {
  static const std::vector<intended_difference> none;
  return where == transport::oracle ? none : shared().intended;
}

/// Skips where a transport cannot be.
class on_transport : public testing::Test {
 protected:
  explicit on_transport(transport where) : where_(where) {}

  void SetUp() override {
    const std::string reason = why_no_test_on(where_);
    if (!reason.empty()) GTEST_SKIP() << "important: " << reason;
  }

  transport where_;
};

class hand_written : public on_transport {
 public:
  hand_written(transport where, dialogue script)
      : on_transport(where), script_(std::move(script)) {}

  void TestBody() override {
    const auto& intended = intended_on(where_);
    verdict what = judged(intended);
    for (int again = 0; asks_again(what) && again < 20; ++again) what = judged(intended);
    ASSERT_FALSE(what.unexplained) << explained(script_, what);
    for (const intended_difference& one : intended) {
      if (one.shown_by != script_.name) continue;
      EXPECT_TRUE(what.intended.contains(one.id))
          << "stale: this difference no longer occurs: " << one.id;
    }
  }

 private:
  // Who is let in instead of somebody else waits for an end that does not come: asked again, once.
  [[nodiscard]] verdict judged(const std::vector<intended_difference>& intended) const {
    try {
      return judge(brokers_on(where_), script_, ways(), intended);
    } catch (const std::runtime_error&) {
      if (!counts_connections()) throw;
    }
    return judge(brokers_on(where_), script_, ways(), intended);
  }

  // How the oracle's reads fall is a matter of time, and with them some of what it does otherwise.
  [[nodiscard]] bool asks_again(const verdict& what) const {
    if (what.unexplained) return counts_connections();
    const auto& intended = intended_on(where_);
    return std::any_of(intended.begin(), intended.end(), [&](const intended_difference& one) {
      return one.shown_by == script_.name && !what.intended.contains(one.id);
    });
  }

  // When a closed connection no longer counts is a matter of time, also for the one that a broker
  // was asked with whether it is ready: where that shows, the case is asked again.
  [[nodiscard]] bool counts_connections() const {
    return std::any_of(script_.server.begin(), script_.server.end(),
                       [](const std::string& line) { return line.starts_with("max_connections"); });
  }

  // Byte by byte as well, unless that takes too long; the oracle itself knows the difference.
  [[nodiscard]] std::vector<splitting> ways() const {
    constexpr std::size_t bytewise_max = 6000;
    std::size_t bytes = 0;
    for (const step& one : script_.steps) bytes += one.bytes.size();
    std::vector<splitting> all{{.how = splitting::kind::whole}};
    if (bytes <= bytewise_max && where_ != transport::oracle)
      all.push_back({.how = splitting::kind::bytewise});
    return all;
  }

  dialogue script_;
};

class random_conversations : public on_transport {
 public:
  random_conversations(transport where, int count, bool with_users)
      : on_transport(where), count_(count), with_users_(with_users) {}

  void TestBody() override {
    const std::uint64_t first = system_tests::new_seed();
    std::map<std::string, int> covered;
    for (int i = 0; i < count_; ++i) {
      const std::uint64_t seed = first + static_cast<std::uint64_t>(i);
      const std::string repeat = "WIREBIRD_SEED=" + std::to_string(seed) + " --conversations=1";
      SCOPED_TRACE(repeat);
      const dialogue script = random_dialogue(seed, with_users_);
      const verdict what = judge_one(script, seed);
      for (const std::string& id : what.intended) ++covered[id];
      if (what.unexplained) {
        const auto& intended = intended_on(where_);
        const dialogue small = shrunk(brokers_on(where_), script, what.how, intended, 300);
        const verdict again = judge(brokers_on(where_), small, {what.how}, intended);
        FAIL() << "repeat with " << repeat << "\n"
               << explained(again.unexplained ? small : script, again.unexplained ? again : what);
      }
    }
    std::cout << count_ << " conversations from seed " << first;
    for (const auto& [id, times] : covered) std::cout << ", " << id << ": " << times;
    std::cout << "\n";
  }

 private:
  verdict judge_one(const dialogue& script, std::uint64_t seed) {
    const splitting pieces{
        .how = where_ == transport::oracle ? splitting::kind::whole : splitting::kind::random,
        .seed = seed};
    return judge(brokers_on(where_), script, {pieces}, intended_on(where_));
  }

  int count_;
  bool with_users_;
};

/// The list itself: every entry must name a case that there is.
class intended_list : public testing::Test {
 public:
  explicit intended_list(std::vector<std::string> names) : names_(std::move(names)) {}

  void TestBody() override {
    for (const intended_difference& one : shared().intended)
      EXPECT_EQ(std::count(names_.begin(), names_.end(), one.shown_by), 1)
          << one.id << " is to be shown by \"" << one.shown_by << '"';
  }

 private:
  std::vector<std::string> names_;
};

/// Ends the last pair of brokers and judges how it ended.
class last_brokers : public testing::Environment {
  void TearDown() override {
    if (!shared().brokers) return;
    EXPECT_EQ(shared().brokers->stop(), "");
    shared().brokers.reset();
  }
};

// returns: `words` in the letters that googletest likes, with a number if others are called so.
std::string test_name(std::string_view words, transport where, std::set<std::string>& taken) {
  constexpr std::size_t letters_max = 80;
  std::string name;
  for (const char letter : words.substr(0, letters_max)) {
    const bool plain = (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
                       (letter >= 'A' && letter <= 'Z');
    if (plain || (!name.empty() && name.back() != '_')) name += plain ? letter : '_';
  }
  const std::string transport_name = "/" + system_tests::name_of({where, 0});
  std::string unique = name + transport_name;
  for (int number = 2; !taken.insert(unique).second; ++number)
    unique = name + "_" + std::to_string(number) + transport_name;
  return unique;
}

template <typename Test, typename... Arguments>
void register_one(const std::string& suite, const std::string& name, Arguments... arguments) {
  testing::RegisterTest(suite.c_str(), name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                        [=]() -> testing::Test* { return new Test(arguments...); });
}

// All cases by the file that they stand in, those of equal configuration together.
std::map<std::string, std::vector<dialogue>> all_cases(const std::filesystem::path& folder) {
  std::map<std::string, std::vector<dialogue>> cases;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    auto& read = cases[entry.path().stem()];
    read = read_cases(read_file(entry.path()), entry.path().filename());
    std::stable_sort(read.begin(), read.end(),
                     [](const auto& one, const auto& other) { return one.server < other.server; });
  }
  return cases;
}

}  // namespace

test_options options_from(int argc, char** argv) {
  test_options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    constexpr std::string_view conversations = "--conversations=";
    if (!word.starts_with(conversations))
      throw std::runtime_error("unknown argument " + std::string(word));
    options.conversations = std::stoi(std::string(word.substr(conversations.size())));
  }
  return options;
}

void register_tests(test_options options) {
  const char* given = std::getenv("WIREBIRD_DIFFERENTIAL");
  if (given == nullptr) throw std::runtime_error("WIREBIRD_DIFFERENTIAL must name the cases");
  const std::filesystem::path folder = given;
  shared().intended = read_intended(read_file(folder / "intended.txt"));
  testing::AddGlobalTestEnvironment(new last_brokers);
  const auto cases = all_cases(folder / "cases");
  std::set<std::string> taken;
  std::vector<std::string> names;
  for (const auto& [file, scripts] : cases)
    for (const dialogue& script : scripts) names.push_back(script.name);
  for (const transport where :
       {transport::kernel, transport::tap, transport::af_xdp, transport::oracle}) {
    for (const auto& [file, scripts] : cases)
      for (const dialogue& script : scripts)
        register_one<hand_written>(file, test_name(script.name, where, taken), where, script);
    register_one<random_conversations>("random", test_name("conversations", where, taken), where,
                                       options.conversations, false);
    register_one<random_conversations>("random", test_name("conversations of users", where, taken),
                                       where, (options.conversations + 1) / 2, true);
    register_one<intended_list>("intended", test_name("list", where, taken), names);
  }
}

}  // namespace wirebird::differential
