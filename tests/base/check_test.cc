#include "dataplane/base/check.hh"

#include "dataplane/base/counter.hh"

#include <gtest/gtest.h>

namespace wirebird {
namespace {

TEST(check_death, broken_promise_says_where_and_what) {
  EXPECT_DEATH(check(1 + 1 == 3, "sums are wrong"), "check_test.cc:.*sums are wrong");
}

TEST(check, kept_promise_is_silent) {
  check(1 + 1 == 2, "sums are wrong");
}

TEST(counter, counts) {
  counter count;
  EXPECT_EQ(count.value(), 0U);
  count.add();
  count.add(41);
  EXPECT_EQ(count.value(), 42U);
}

}  // namespace
}  // namespace wirebird
