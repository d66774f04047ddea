#include "dataplane/worker/idle.hh"

#include <gtest/gtest.h>

namespace wirebird::worker {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr instant start{std::chrono::seconds(100)};

TEST(idle, polls_on_for_a_while_after_work) {
  idle policy(true);
  policy.worked(start);
  EXPECT_EQ(policy.rest(start, never), duration::zero());
  EXPECT_EQ(policy.rest(start + idle::spin_time - duration(1), never), duration::zero());
  EXPECT_GT(policy.rest(start + idle::spin_time, never), duration::zero());
}

TEST(idle, sleeps_no_longer_than_to_the_next_deadline) {
  idle policy(true);
  policy.worked(start);
  const instant quiet = start + milliseconds(1);
  EXPECT_EQ(policy.rest(quiet, quiet + microseconds(300)), microseconds(300));
  EXPECT_EQ(policy.rest(quiet, quiet), duration::zero());
  EXPECT_EQ(policy.rest(quiet, start), duration::zero());
}

TEST(idle, without_any_deadline_it_looks_again_within_the_bound) {
  idle policy(true);
  policy.worked(start);
  EXPECT_EQ(policy.rest(start + milliseconds(1), never), idle::sleep_time_max);
}

TEST(idle, spinning_never_sleeps) {
  idle policy(false);
  policy.worked(start);
  EXPECT_EQ(policy.rest(start + std::chrono::hours(1), never), duration::zero());
}

}  // namespace
}  // namespace wirebird::worker
