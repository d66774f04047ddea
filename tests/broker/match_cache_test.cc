// What a change of the table does to cached results: all that it must, and no more.
#include "dataplane/broker/subscriptions.hh"
#include "protocol/subject.hh"
#include "tests/broker/model.hh"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::broker {
namespace {

class match_caching : public testing::Test {
 protected:
  ~match_caching() override {
    for (subscription* each : all) interest.retire(*each);
  }
  subscription& add(const std::string& subject, const std::string& queue = "") {
    subscription& made = subscription::make("1");
    interest.add(made, subject, queue);
    all.insert(&made);
    return made;
  }
  void retire(subscription& one) {
    all.erase(&one);
    interest.retire(one);
  }
  /// Matches until the subject is in the cache.
  void warm(const std::string& subject) {
    for (int i = 0; i < 3; ++i) static_cast<void>(interest.match(subject));
    EXPECT_TRUE(hits(subject));
  }
  bool hits(const std::string& subject) {
    const std::uint64_t before = counts.match_cache_hits.value();
    static_cast<void>(interest.match(subject));
    return counts.match_cache_hits.value() > before;
  }
  counters counts;
  subscriptions interest{{3, 4}, counts};
  std::set<subscription*> all;
};

TEST_F(match_caching, a_subject_is_kept_from_its_second_miss_on) {
  add("foo");
  EXPECT_FALSE(hits("foo"));
  EXPECT_FALSE(hits("foo"));
  EXPECT_TRUE(hits("foo"));
}

TEST_F(match_caching, a_walk_counts_what_is_kept_and_how_wide_it_goes) {
  subscription& one = add("foo.a");
  add("foo.a");
  add("foo.a", "group");
  add("foo.a", "group");
  add("foo.*", "group");
  interest.set_interest(2, "foo.a", "", 1);
  interest.set_interest(5, "foo.a", "", 1);
  warm("foo.a");
  warm("nobody");
  const auto walked = [this](std::size_t slots) {
    cache_walk walk;
    std::size_t steps = 1;
    for (; !interest.cache().walk_some(walk, slots); ++steps) EXPECT_LE(steps, match_cache::slots);
    EXPECT_EQ(steps, (match_cache::slots + slots - 1) / slots);
    return walk;
  };
  for (const std::size_t slots : {std::size_t{7}, std::size_t{512}, match_cache::slots}) {
    const cache_walk seen = walked(slots);
    EXPECT_EQ(seen.results, 2);
    EXPECT_EQ(seen.fan_out, 2 + 1 + 2) << "two clients, a group, two workers";
    EXPECT_EQ(seen.widest, 5);
  }
  retire(one);
  EXPECT_EQ(walked(512).results, 1);
  warm("foo.a");
  EXPECT_EQ(walked(512).widest, 4);
}

TEST_F(match_caching, subjects_used_once_push_nobody_out) {
  warm("foo");
  for (int i = 0; i < 100'000; ++i)
    static_cast<void>(interest.match("_INBOX." + std::to_string(i)));
  EXPECT_TRUE(hits("foo"));
}

TEST_F(match_caching, changes_elsewhere_drop_nothing) {
  add("foo.bar");
  warm("foo.bar");
  for (int i = 0; i < 1000; ++i) {
    const std::string number = std::to_string(i);
    const std::vector<std::string> elsewhere{"other." + number, "_INBOX." + number + ".*",
                                             "foo.bar." + number, "bar.>", "x" + number};
    for (const std::string& subject : elsewhere) {
      subscription& one = add(subject);
      if (i % 100 == 0) {
        ASSERT_TRUE(hits("foo.bar")) << subject;
      }
      retire(one);
    }
  }
  EXPECT_TRUE(hits("foo.bar"));
}

TEST_F(match_caching, patterns_beside_it_with_the_same_first_token_drop_nothing) {
  warm("foo.bar");
  for (int i = 0; i < 200; ++i) {
    retire(add("foo.other.*"));
    retire(add("*.other"));
    retire(add("*"));
    ASSERT_TRUE(hits("foo.bar")) << "the few patterns since the last hit are compared";
  }
}

TEST_F(match_caching, a_change_that_matches_is_seen_at_once) {
  warm("foo.bar");
  for (const char* subject : {"foo.bar", "foo.*", "*.bar", ">", "foo.>", "*.*"}) {
    subscription& one = add(subject);
    EXPECT_EQ(interest.match("foo.bar")->size(), 1U) << subject;
    EXPECT_TRUE(hits("foo.bar")) << "admitted again at once";
    subscription& member = add(subject, "q");
    EXPECT_EQ(interest.match("foo.bar")->groups(), 1U) << subject;
    retire(member);
    EXPECT_EQ(interest.match("foo.bar")->groups(), 0U) << subject;
    retire(one);
    EXPECT_EQ(interest.match("foo.bar")->size(), 0U) << subject;
  }
}

TEST_F(match_caching, a_result_that_is_held_survives_the_change) {
  subscription& one = add("foo");
  warm("foo");
  const match_ref held = interest.match("foo");
  const std::uint64_t walk = interest.next_walk();
  retire(one);
  interest.release_retired(walk);
  ASSERT_EQ(held->plain().size(), 1U);
  EXPECT_TRUE(held->plain()[0]->retired);
  EXPECT_EQ(interest.retired(), 1U);
  interest.release_all_retired();
  EXPECT_EQ(interest.retired(), 0U);
}

TEST_F(match_caching, random_churn_never_gives_a_wrong_result) {
  constexpr std::uint64_t seed = 4222;
  SCOPED_TRACE("seed " + std::to_string(seed));
  random choices(seed);
  subject_hash hash{{9, 9}};
  match_result fresh;
  std::vector<subscription*> items;
  for (int round = 0; round < 30'000 && !HasFailure(); ++round) {
    if (choices.chance(1, 2)) {
      const std::string published = random_subject(choices, 3, true);
      const match_ref found = interest.match(published);
      std::multiset<const subscription*> got(found->plain().begin(), found->plain().end());
      std::multiset<const subscription*> wanted;
      if (protocol::is_well_formed(published))
        for (const subscription* each : all)
          if (protocol::matches(each->subject->text(), published)) wanted.insert(each);
      EXPECT_EQ(got, wanted) << published;
    } else if (items.size() < 40 && choices.chance(1, 2)) {
      const std::string subject = random_subject(choices, 3, true);
      if (protocol::is_valid_subscription(subject)) items.push_back(&add(subject));
    } else if (!items.empty()) {
      std::swap(items[choices.below(items.size())], items.back());
      retire(*items.back());
      items.pop_back();
    }
    if (round % 50 == 0) interest.release_all_retired();
  }
  EXPECT_GT(counts.match_cache_hits.value(), 1000U);
}

TEST_F(match_caching, a_client_over_ever_new_subjects_stays_within_the_bytes) {
  for (int i = 0; i < 500; ++i) add("metrics.>");
  warm("probe.one");
  for (int i = 0; i < 200'000; ++i) {
    const std::string subject = "metrics." + std::to_string(i);
    static_cast<void>(interest.match(subject));
    if (i % 16 == 0) static_cast<void>(interest.match(subject));  // some are admitted
    if (i % 4096 == 0) {
      ASSERT_LE(interest.cache().bytes(), match_cache::bytes_max);
    }
  }
  EXPECT_GT(interest.cache().bytes(), match_cache::bytes_max / 2) << "it was put to the test";
}

TEST_F(match_caching, a_result_in_reused_memory_is_charged_for_what_it_keeps) {
  for (int i = 0; i < 3000; ++i) add("large");
  static_cast<void>(interest.match("large"));  // its list goes back for reuse
  add("small");
  warm("small");
  EXPECT_LE(interest.cache().bytes(), 64U);
}

TEST_F(match_caching, very_long_subjects_are_not_kept) {
  const std::string subject(match_cache::subject_bytes_max + 1, 'a');
  add(subject);
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(hits(subject));
}

TEST_F(match_caching, what_results_list_is_bounded) {
  for (std::size_t i = 0; i < match_cache::bytes_max / 64; ++i) add("wide.*");
  for (int i = 0; i < 40; ++i) warm("wide." + std::to_string(i));
  EXPECT_TRUE(hits("wide.39"));
  int kept = 0;
  for (int i = 0; i < 40; ++i) kept += hits("wide." + std::to_string(i)) ? 1 : 0;
  EXPECT_LE(kept, 16) << "two misses in between would admit them again";
}

}  // namespace
}  // namespace wirebird::broker
