// The table against the plain definition of matching.
#include "dataplane/broker/subject_table.hh"

#include "protocol/subject.hh"
#include "tests/broker/model.hh"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::broker {
namespace {

struct listed {
  subscription* item;
  std::string subject;
  std::string queue;
};

using pointers = std::multiset<const subscription*>;

class subject_tables : public testing::Test {
 protected:
  ~subject_tables() override {
    while (!all.empty()) remove(all.size() - 1);
    EXPECT_EQ(table.size(), 0U);
    EXPECT_EQ(table.literal_subjects(), 0U);
    EXPECT_EQ(table.trie_nodes(), 0U);
  }
  void add(const std::string& subject, const std::string& queue = "") {
    subscription& made = subscription::make("1");
    table.add(made, subject, queue);
    all.push_back({&made, subject, queue});
  }
  void remove(std::size_t index) {
    table.remove(*all[index].item);
    subscription::end(*all[index].item);
    std::swap(all[index], all.back());
    all.pop_back();
  }
  /// Whether the table agrees with the definition about this published subject.
  void judge(const std::string& published) {
    pointers plain;
    std::map<std::string, pointers> groups;
    if (protocol::is_well_formed(published))
      for (const listed& each : all)
        if (protocol::matches(each.subject, published))
          (each.queue.empty() ? plain : groups[each.queue]).insert(each.item);

    table.match(published, hash(published), result);
    EXPECT_EQ(pointers(result.plain().begin(), result.plain().end()), plain) << published;
    ASSERT_EQ(result.groups(), groups.size()) << published;
    std::vector<pointers> wanted, got;
    for (const auto& [name, members] : groups) wanted.push_back(members);
    for (std::size_t i = 0; i < result.groups(); ++i)
      got.emplace_back(result.group(i).all.begin(), result.group(i).all.end());
    std::sort(wanted.begin(), wanted.end());
    std::sort(got.begin(), got.end());
    EXPECT_EQ(got, wanted) << published;
  }
  subject_hash hash{{1, 2}};
  subject_table table{hash};
  match_result result;
  std::vector<listed> all;
};

TEST_F(subject_tables, every_pair_of_small_subjects_agrees_with_the_definition) {
  const auto patterns = all_subjects({"a", "b", "*", ">"}, 4);
  const auto published = all_subjects({"a", "b", "*", ">", ""}, 4);
  for (const std::string& pattern : patterns) {
    if (!protocol::is_valid_subscription(pattern)) continue;
    add(pattern);
    for (const std::string& subject : published) {
      table.match(subject, hash(subject), result);
      const bool wanted = protocol::is_well_formed(subject) && protocol::matches(pattern, subject);
      ASSERT_EQ(result.plain().size(), wanted ? 1U : 0U) << pattern << " " << subject;
    }
    remove(0);
    ASSERT_EQ(table.trie_nodes(), 0U) << pattern;
  }
}

TEST_F(subject_tables, all_small_patterns_together_agree_with_the_definition) {
  for (const std::string& pattern : all_subjects({"a", "b", "*", ">"}, 3))
    if (protocol::is_valid_subscription(pattern)) add(pattern, pattern.size() % 2 == 0 ? "q" : "");
  for (const std::string& subject : all_subjects({"a", "b", "c", "*", ">", ""}, 4)) judge(subject);
}

TEST_F(subject_tables, random_churn_agrees_with_the_definition) {
  constexpr std::uint64_t seed = 4222;
  SCOPED_TRACE("seed " + std::to_string(seed));
  random choices(seed);
  for (int round = 0; round < 20'000 && !HasFailure(); ++round) {
    const std::size_t wanted = round / 1000 % 2 == 0 ? 300 : 10;
    if (all.empty() || (all.size() < wanted ? choices.chance(3, 4) : choices.chance(1, 4))) {
      const std::string subject = random_subject(choices, 5, true);
      if (!protocol::is_valid_subscription(subject)) continue;
      add(subject, choices.chance(1, 3) ? "q" + std::to_string(choices.below(3)) : "");
    } else {
      remove(choices.below(all.size()));
    }
    if (round % 10 == 0) judge(random_subject(choices, 5, true));
  }
}

TEST_F(subject_tables, long_subjects_and_names_are_told_apart_to_the_last_byte) {
  const std::string long_one(3000, 'x');
  add(long_one + "1");
  add(long_one + "2");
  add(long_one + "1", long_one + "1");
  add(long_one + "1", long_one + "2");
  add(long_one + "1.*");
  for (const char* end : {"1", "2", "3", "1.a", "2.a"}) judge(long_one + end);
}

TEST_F(subject_tables, a_thousand_tokens_match) {
  std::string pattern = "*", published = "t";
  for (int i = 0; i < 1000; ++i) {
    pattern += i % 3 == 0 ? ".*" : ".t";
    published += ".t";
  }
  add(pattern);
  add("t.>");
  judge(published);
  judge(published + ".t");
}

}  // namespace
}  // namespace wirebird::broker
