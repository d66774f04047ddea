#include "dataplane/base/intrusive_list.hh"

#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird {
namespace {

struct red;
struct blue;

struct item : list_hook<red>, list_hook<blue> {
  explicit item(int n) : number(n) {}
  int number;
};

template <typename Tag>
std::vector<int> numbers(intrusive_list<item, Tag>& list) {
  std::vector<int> all;
  list.for_each([&all](item& each) { all.push_back(each.number); });
  return all;
}

TEST(intrusive_list, keeps_order) {
  intrusive_list<item, red> list;
  item a(1);
  item b(2);
  item c(3);
  EXPECT_TRUE(list.empty());
  list.push_back(a);
  list.push_back(b);
  list.push_back(c);
  EXPECT_EQ(numbers(list), (std::vector{1, 2, 3}));
  EXPECT_EQ(list.front().number, 1);
  EXPECT_EQ(list.pop_front().number, 1);
  EXPECT_FALSE(a.list_hook<red>::is_linked());
  EXPECT_EQ(numbers(list), (std::vector{2, 3}));
}

TEST(intrusive_list, item_that_ends_leaves) {
  intrusive_list<item, red> list;
  item a(1);
  auto b = std::make_unique<item>(2);
  item c(3);
  list.push_back(a);
  list.push_back(*b);
  list.push_back(c);
  b.reset();
  EXPECT_EQ(numbers(list), (std::vector{1, 3}));
}

TEST(intrusive_list, list_that_ends_lets_its_items_go) {
  item a(1);
  {
    intrusive_list<item, red> list;
    list.push_back(a);
  }
  EXPECT_FALSE(a.list_hook<red>::is_linked());
  intrusive_list<item, red> another;
  another.push_back(a);
  EXPECT_EQ(numbers(another), std::vector{1});
}

TEST(intrusive_list, one_item_in_two_lists) {
  intrusive_list<item, red> reds;
  intrusive_list<item, blue> blues;
  item a(1);
  item b(2);
  reds.push_back(a);
  reds.push_back(b);
  blues.push_back(b);
  blues.push_back(a);
  a.list_hook<red>::unlink();
  a.list_hook<red>::unlink();  // a second time is nothing
  EXPECT_EQ(numbers(reds), std::vector{2});
  EXPECT_EQ(numbers(blues), (std::vector{2, 1}));
}

TEST(intrusive_list, splice_moves_everything_to_the_end) {
  intrusive_list<item, red> one;
  intrusive_list<item, red> other;
  item a(1);
  item b(2);
  item c(3);
  one.splice_back(other);
  EXPECT_TRUE(one.empty());
  other.push_back(b);
  other.push_back(c);
  one.push_back(a);
  one.splice_back(other);
  EXPECT_TRUE(other.empty());
  EXPECT_EQ(numbers(one), (std::vector{1, 2, 3}));
  other.splice_back(one);
  EXPECT_EQ(numbers(other), (std::vector{1, 2, 3}));
}

}  // namespace
}  // namespace wirebird
