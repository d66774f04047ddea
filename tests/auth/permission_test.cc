// Permissions against a model that knows sets of subjects and nothing else.
#include "dataplane/auth/permission.hh"

#include "dataplane/auth/subject_sets.hh"
#include "protocol/subject.hh"

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::auth {
namespace {

/// Literal subjects of up to four tokens, of which no rule names `c`: patterns of up to three
/// tokens over `a` and `b` that differ at all differ here.
const std::vector<std::string>& universe() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> made;
    std::vector<std::string> last{""};
    for (int length = 1; length <= 4; ++length) {
      std::vector<std::string> next;
      for (const std::string& head : last)
        for (const char* token : {"a", "b", "c"})
          next.push_back(head.empty() ? token : head + "." + token);
      made.insert(made.end(), next.begin(), next.end());
      last = std::move(next);
    }
    return made;
  }();
  return all;
}

constexpr std::size_t universe_size = 3 + 9 + 27 + 81;
using subjects = std::bitset<universe_size>;

const subjects& set_of(const std::string& pattern) {
  static std::map<std::string, subjects> known;
  const auto [place, is_new] = known.try_emplace(pattern);
  if (is_new) {
    for (std::size_t i = 0; i < universe_size; ++i)
      place->second[i] = protocol::matches(pattern, universe()[i]);
  }
  return place->second;
}

bool is_subset(const subjects& part, const subjects& whole) {
  return (part & ~whole).none();
}

/// How many rule sets to draw: S15 asks for a million, tools/soak plays them.
int rule_sets() {
  const char* const asked = std::getenv("WIREBIRD_RULE_SETS");
  return asked == nullptr ? 20'000 : std::atoi(asked);
}

class dice {
 public:
  explicit dice(std::uint32_t seed) : source_(seed) {}
  std::size_t below(std::size_t count) { return source_() % count; }
  std::string pattern() {
    std::string text;
    const std::size_t length = 1 + below(3);
    for (std::size_t i = 0; i < length; ++i) {
      const bool last = i + 1 == length;
      const std::size_t drawn = below(last ? 8 : 6);
      text += (i == 0 ? "" : ".");
      text += drawn < 2 ? "a" : drawn < 4 ? "b" : drawn < 6 ? "*" : ">";
    }
    return text;
  }
  std::string queue(bool wild) {
    const std::size_t drawn = below(wild ? 6 : 4);
    return drawn < 2 ? "" : drawn == 2 ? "q" : drawn == 3 ? "r" : drawn == 4 ? "*" : ">";
  }
  std::vector<subject_rule> rules(bool queues) {
    std::vector<subject_rule> made(below(4));
    for (subject_rule& one : made) one = {pattern(), queues ? queue(true) : ""};
    return made;
  }

 private:
  std::mt19937 source_;
};

/// One sentence a line of what the rules mean for a subscription.
bool model_allows(const permission& rules, const subjects& wanted, const std::string& queue) {
  if (rules.allow.empty()) return true;
  bool plain = false;
  bool named = false;
  bool ours = false;
  for (const subject_rule& one : rules.allow) {
    if (!is_subset(wanted, set_of(one.subject))) continue;
    plain |= one.queue.empty();
    named |= !one.queue.empty();
    ours |= !one.queue.empty() && (one.queue == queue || one.queue == "*" || one.queue == ">");
  }
  if (queue.empty()) return plain;
  return ours || (plain && !named);
}

subjects model_denied(const permission& rules, const std::string& queue) {
  subjects denied;
  for (const subject_rule& one : rules.deny) {
    const bool ours =
        one.queue.empty() ||
        (!queue.empty() && (one.queue == queue || one.queue == "*" || one.queue == ">"));
    if (ours) denied |= set_of(one.subject);
  }
  return denied;
}

TEST(subject_sets, inclusion_and_overlap_are_those_of_sets) {
  dice draw(1);
  for (int i = 0; i < 3000; ++i) {
    const std::string one = draw.pattern();
    const std::string other = draw.pattern();
    const subjects& a = set_of(one);
    const subjects& b = set_of(other);
    EXPECT_EQ(includes(one, other), is_subset(b, a)) << one << " " << other;
    EXPECT_EQ(overlap(one, other), (a & b).any()) << one << " " << other;
  }
}

// S15: rule sets of all shapes against sets of subjects, for plain and queue subscriptions and for
// publishers.
TEST(permission_oracle, nothing_forbidden_is_delivered_and_nothing_permitted_refused) {
  dice draw(2);
  const int count = rule_sets();
  for (int i = 0; i < count; ++i) {
    permissions of;
    of.subscribe = {draw.rules(true), draw.rules(true)};
    const std::string subject = draw.pattern();
    const std::string queue = draw.queue(false);
    const subjects& wanted = set_of(subject);
    const subjects denied = model_denied(of.subscribe, queue);
    const subscribe_verdict verdict = may_subscribe(of, subject, queue);
    if (!model_allows(of.subscribe, wanted, queue)) {
      ASSERT_EQ(verdict, subscribe_verdict::refused) << i << ": " << subject << " " << queue;
      continue;
    }
    // Refused only where nothing could be delivered anyway, unfiltered only where all may be.
    if (verdict == subscribe_verdict::refused) {
      ASSERT_TRUE(is_subset(wanted, denied)) << i << ": " << subject;
      continue;
    }
    if (verdict == subscribe_verdict::allowed) {
      ASSERT_TRUE((wanted & denied).none()) << i << ": " << subject;
    }
    for (std::size_t at = 0; at < universe_size; ++at) {
      if (!wanted[at]) continue;
      const std::string& member = universe()[at];
      ASSERT_EQ(may_deliver(of, member, queue), !denied[at]) << i << ": " << member;
    }
  }
}

TEST(permission_oracle, publishing_is_membership) {
  dice draw(3);
  const int count = rule_sets();
  for (int i = 0; i < count; ++i) {
    permissions of;
    of.publish = {draw.rules(false), draw.rules(false)};
    if (draw.below(4) == 0) of.responses.emplace();
    subjects allowed;
    for (const subject_rule& one : of.publish.allow) allowed |= set_of(one.subject);
    const subjects denied = model_denied(of.publish, "");
    const bool open = of.publish.allow.empty() && !of.responses;
    const std::size_t at = draw.below(universe_size);
    ASSERT_EQ(may_publish(of, universe()[at]), (open || allowed[at]) && !denied[at])
        << i << ": " << universe()[at];
  }
}

TEST(permissions, only_replies_when_only_responses_are_allowed) {
  permissions of;
  of.responses.emplace();
  EXPECT_FALSE(may_publish(of, "a"));
  of.publish.allow = {{"a", ""}};
  EXPECT_TRUE(may_publish(of, "a"));
}

TEST(permissions, queue_groups_as_nats_server_documents_them) {
  struct row {
    std::vector<subject_rule> allow;
    bool plain, v1, v2;
  };
  for (const row& one : std::vector<row>{{{{"foo", ""}}, true, true, true},
                                         {{{"foo", "v1"}}, false, true, false},
                                         {{{"foo", ""}, {"foo", "v1"}}, true, true, false}}) {
    permissions of;
    of.subscribe.allow = one.allow;
    EXPECT_EQ(may_subscribe(of, "foo", "") == subscribe_verdict::allowed, one.plain);
    EXPECT_EQ(may_subscribe(of, "foo", "v1") == subscribe_verdict::allowed, one.v1);
    EXPECT_EQ(may_subscribe(of, "foo", "v2") == subscribe_verdict::allowed, one.v2);
  }
}

TEST(permissions, a_star_does_not_permit_all_that_is_below) {
  permissions of;
  of.subscribe.allow = {{"foo.*", ""}};
  EXPECT_EQ(may_subscribe(of, "foo.>", ""), subscribe_verdict::refused);
  EXPECT_EQ(may_subscribe(of, "foo.*", ""), subscribe_verdict::allowed);
  of.subscribe = {{}, {{"x.a.*", ""}}};
  EXPECT_EQ(may_subscribe(of, "x.*.b", ""), subscribe_verdict::filtered);
  EXPECT_FALSE(may_deliver(of, "x.a.b", ""));
  EXPECT_TRUE(may_deliver(of, "x.c.b", ""));
}

}  // namespace
}  // namespace wirebird::auth
