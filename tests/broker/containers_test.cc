// hash_index and pointer_list against the standard containers, and the text that lies behind.
#include "dataplane/base/random.hh"
#include "dataplane/broker/hash_index.hh"
#include "dataplane/broker/pointer_list.hh"
#include "dataplane/broker/subject_hash.hh"
#include "dataplane/broker/text_tail.hh"

#include <deque>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::broker {
namespace {

struct item {
  std::uint64_t hash = 0;
  std::uint32_t position = 0;
};

TEST(hash_indexes, churn_with_many_collisions_agrees_with_a_set) {
  constexpr std::uint64_t seed = 4222;
  SCOPED_TRACE("seed " + std::to_string(seed));
  random choices(seed);
  hash_index<item> index;
  std::deque<item> items(3000);
  std::set<item*> in;
  for (item& each : items) each.hash = choices.below(200) * 0x10001;
  for (int round = 0; round < 60'000; ++round) {
    const bool grows = round / 10'000 % 2 == 0;
    item& one = items[choices.below(grows ? items.size() : 50)];
    const auto is_it = [&](const item& other) { return &other == &one; };
    ASSERT_EQ(index.find(one.hash, is_it), in.contains(&one) ? &one : nullptr);
    if (in.contains(&one)) {
      index.erase(one.hash, one);
      in.erase(&one);
    } else {
      index.insert(one.hash, one);
      in.insert(&one);
    }
    ASSERT_EQ(index.size(), in.size());
  }
  std::size_t cursor = 0;
  while (index.size() > 0) {
    item& any = index.any(cursor);
    ASSERT_EQ(in.erase(&any), 1U);
    index.erase(any.hash, any);
  }
  EXPECT_TRUE(in.empty());
}

TEST(hash_indexes, growing_and_shrinking_over_many_segments_loses_nothing) {
  random choices(1);
  hash_index<item> index;
  std::deque<item> items(40'000);
  const auto find = [&](const item& one) {
    return index.find(one.hash, [&](const item& other) { return &other == &one; });
  };
  for (item& each : items) {
    each.hash = choices.next();
    index.insert(each.hash, each);
  }
  EXPECT_EQ(index.size(), items.size());
  for (const item& each : items) ASSERT_EQ(find(each), &each);
  for (std::size_t i = 0; i < items.size(); ++i) {
    index.erase(items[i].hash, items[i]);
    ASSERT_EQ(find(items[i]), nullptr);
    const item& last = items.back();
    ASSERT_EQ(find(last), i + 1 < items.size() ? &last : nullptr) << i;
    if (i % 5000 != 0) continue;
    for (std::size_t left = i + 1; left < items.size(); ++left)
      ASSERT_EQ(find(items[left]), &items[left]);
  }
  EXPECT_EQ(index.size(), 0U);

  for (item& each : items) index.insert(each.hash, each);
  std::set<item*> seen;
  std::size_t cursor = 0;
  while (index.size() > 0) {
    item& any = index.any(cursor);
    ASSERT_TRUE(seen.insert(&any).second);
    index.erase(any.hash, any);
  }
  EXPECT_EQ(seen.size(), items.size());
}

TEST(hash_indexes, a_walk_in_steps_meets_everything_once) {
  for (const std::size_t count : {0U, 3U, 3000U, 40'000U}) {
    random choices(2);
    hash_index<item> index;
    std::deque<item> items(count);
    for (item& each : items) {
      each.hash = choices.next();
      index.insert(each.hash, each);
    }
    std::multiset<const item*> met;
    std::size_t cursor = 0;
    do cursor = index.visit_some(cursor, 100, [&](const item& one) { met.insert(&one); });
    while (cursor != 0);
    ASSERT_EQ(met.size(), count);
    for (const item& each : items) ASSERT_EQ(met.count(&each), 1U);
    std::size_t all = 0;
    index.for_each([&](item&) { ++all; });
    EXPECT_EQ(all, count);
  }
}

TEST(hash_indexes, one_sided_hashes_split_until_they_part) {
  hash_index<item> index;
  std::deque<item> items(20'000);
  std::uint64_t number = 0;
  for (item& each : items) {
    each.hash = number++ * 11;  // the first bits of all tags are equal
    index.insert(each.hash, each);
  }
  for (const item& each : items)
    ASSERT_EQ(index.find(each.hash, [](const item&) { return true; }), &each);
}

TEST(pointer_lists, objects_always_know_their_position) {
  constexpr std::uint64_t seed = 4222;
  SCOPED_TRACE("seed " + std::to_string(seed));
  random choices(seed);
  std::deque<item> items(500);
  pointer_list<item> list;
  std::set<item*> in;
  for (int round = 0; round < 20'000; ++round) {
    item& one = items[choices.below(round / 4000 % 2 == 0 ? items.size() : 3)];
    if (in.contains(&one)) {
      list.remove(one);
      in.erase(&one);
    } else {
      list.add(one);
      in.insert(&one);
    }
    ASSERT_EQ(std::set<item*>(list.items().begin(), list.items().end()), in);
    ASSERT_EQ(list.size(), in.size());
    for (const item* each : in) ASSERT_EQ(list.items()[each->position], each);
  }
}

struct named final : with_text<named> {
  int value = 7;
};

TEST(texts_behind_objects, hold_any_bytes) {
  for (const std::string& text : {std::string(), std::string("a\0b", 3), std::string(5000, 'x')}) {
    named& made = named::make(text);
    EXPECT_EQ(made.text(), text);
    EXPECT_EQ(made.value, 7);
    named::end(made);
  }
}

TEST(subject_hashes, depend_on_every_byte_the_length_the_context_and_the_key) {
  const subject_hash hash({1, 2});
  for (std::size_t length = 1; length < 70; ++length) {
    const std::string text(length, 'a');
    std::set<std::uint64_t> seen{hash(text), hash(text + "a"), hash(text, 1),
                                 subject_hash({1, 4})(text), subject_hash({2, 2})(text)};
    EXPECT_EQ(seen.size(), 5U) << length;
    for (std::size_t at = 0; at < length; ++at) {
      std::string other = text;
      other[at] = 'b';
      EXPECT_TRUE(seen.insert(hash(other)).second) << length << " " << at;
    }
  }
}

TEST(subject_hashes, spread_numbered_subjects_evenly_over_low_and_high_bits) {
  const subject_hash hash({1, 2});
  std::vector<int> low(256), high(256);
  constexpr int subjects = 256 * 400;
  for (int i = 0; i < subjects; ++i) {
    const std::uint64_t value = hash("orders.eu." + std::to_string(i));
    ++low[value & 255];
    ++high[value >> 56];
  }
  for (const auto& buckets : {low, high})
    for (const int count : buckets) {
      EXPECT_GT(count, 280);  // 400 expected, deviation 20
      EXPECT_LT(count, 520);
    }
}

}  // namespace
}  // namespace wirebird::broker
