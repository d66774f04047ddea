#include "perf/load/sequence_check.hh"

#include <initializer_list>

#include <gtest/gtest.h>

namespace wirebird::load {
namespace {

sequence_faults faults_of(std::initializer_list<std::uint64_t> arrived, std::uint64_t sent) {
  sequence_check check;
  for (const std::uint64_t sequence : arrived) check.on_sequence(sequence);
  return check.faults(sent);
}

void expect_faults(const sequence_faults& found, std::uint64_t lost, std::uint64_t duplicated,
                   std::uint64_t reordered) {
  EXPECT_EQ(found.lost, lost);
  EXPECT_EQ(found.duplicated, duplicated);
  EXPECT_EQ(found.reordered, reordered);
}

TEST(sequence_check, everything_once_and_in_order_is_no_fault) {
  EXPECT_FALSE(faults_of({0, 1, 2, 3}, 4).any());
  EXPECT_FALSE(faults_of({}, 0).any());
}

TEST(sequence_check, missing_messages_are_lost_wherever_they_were) {
  expect_faults(faults_of({1, 2, 3}, 4), 1, 0, 0);
  expect_faults(faults_of({0, 3}, 4), 2, 0, 0);
  expect_faults(faults_of({0, 1}, 4), 2, 0, 0);
  expect_faults(faults_of({}, 4), 4, 0, 0);
}

TEST(sequence_check, second_copies_are_duplicates) {
  expect_faults(faults_of({0, 1, 1, 2, 0}, 3), 0, 2, 0);
}

TEST(sequence_check, late_messages_are_reordered_and_not_lost) {
  expect_faults(faults_of({0, 2, 1, 3}, 4), 0, 0, 1);
  expect_faults(faults_of({4, 3, 2, 1, 0}, 5), 0, 0, 4);
}

TEST(sequence_check, a_late_message_that_comes_twice_is_both) {
  expect_faults(faults_of({0, 3, 2, 2, 1}, 4), 0, 1, 2);
}

TEST(sequence_check, a_late_message_splits_its_gap) {
  sequence_check check;
  check.on_sequence(10);
  check.on_sequence(5);
  expect_faults(check.faults(11), 9, 0, 1);
  check.on_sequence(4);
  check.on_sequence(6);
  expect_faults(check.faults(11), 7, 0, 3);
}

TEST(sequence_check, gaps_beyond_the_limit_stay_lost) {
  sequence_check check;
  constexpr std::uint64_t gaps = 70'000;
  for (std::uint64_t i = 0; i < gaps; ++i) check.on_sequence(2 * i + 1);
  expect_faults(check.faults(2 * gaps), gaps, 0, 0);
}

}  // namespace
}  // namespace wirebird::load
