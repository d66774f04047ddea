#include "dataplane/base/timer_wheel.hh"

#include "dataplane/base/random.hh"

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird {
namespace {

using namespace std::chrono_literals;

class watched final : public timer {
 public:
  void on_timer(instant now) override {
    fired.push_back(now);
    if (then) then(now);
  }
  std::vector<instant> fired;
  std::function<void(instant)> then;
};

class timer_wheel_test : public ::testing::Test {
 protected:
  static constexpr instant start_{1234567890123ns};  // not at a whole millisecond
  timer_wheel wheel_{start_};
};

TEST_F(timer_wheel_test, fires_once_never_early_and_at_most_a_tick_late) {
  watched timer;
  wheel_.arm(timer, start_ + 10500us);
  EXPECT_TRUE(timer.is_armed());
  EXPECT_EQ(timer.deadline(), start_ + 10500us);
  wheel_.advance(start_ + 10499us);
  EXPECT_TRUE(timer.fired.empty());
  wheel_.advance(start_ + 11500us);
  EXPECT_EQ(timer.fired.size(), 1U);
  EXPECT_FALSE(timer.is_armed());
  wheel_.advance(start_ + 1h);
  EXPECT_EQ(timer.fired.size(), 1U);
}

TEST_F(timer_wheel_test, deadline_in_the_past_fires_at_the_next_advance) {
  watched timer;
  wheel_.advance(start_ + 1h);
  wheel_.arm(timer, start_ + 1s);
  EXPECT_TRUE(timer.fired.empty());
  wheel_.advance(start_ + 1h);
  EXPECT_EQ(timer.fired.size(), 1U);
  wheel_.arm(timer, instant{});  // before the wheel began
  wheel_.advance(start_ + 1h);
  EXPECT_EQ(timer.fired.size(), 2U);
}

TEST_F(timer_wheel_test, what_is_due_at_once_can_be_fired_in_parts_and_in_order) {
  std::vector<watched> many(5);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < many.size(); ++i) {
    many[i].then = [&order, i](instant) { order.push_back(i); };
    wheel_.arm(many[i], start_ + 10ms);
  }
  watched later;
  later.then = [&order](instant) { order.push_back(99); };
  wheel_.arm(later, start_ + 11ms);
  wheel_.advance(start_ + 20ms, 2);
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 1}));
  EXPECT_LE(wheel_.next_deadline(), start_ + 20ms) << "nobody may sleep now";
  wheel_.advance(start_ + 20ms, 2);
  many[4].disarm();
  wheel_.advance(start_ + 20ms, 2);
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2, 3, 99}));
  EXPECT_EQ(wheel_.next_deadline(), never);
}

TEST_F(timer_wheel_test, disarmed_timer_stays_silent) {
  watched timer;
  wheel_.arm(timer, start_ + 1s);
  timer.disarm();
  EXPECT_FALSE(timer.is_armed());
  wheel_.advance(start_ + 2s);
  EXPECT_TRUE(timer.fired.empty());
}

TEST_F(timer_wheel_test, armed_again_counts_only_the_last_deadline) {
  watched timer;
  wheel_.arm(timer, start_ + 1s);
  wheel_.arm(timer, start_ + 3s);
  wheel_.advance(start_ + 2s);
  EXPECT_TRUE(timer.fired.empty());
  wheel_.arm(timer, start_ + 2500ms);
  wheel_.advance(start_ + 2500ms);
  EXPECT_EQ(timer.fired.size(), 1U);
  EXPECT_EQ(wheel_.armed(), 0U);
}

TEST_F(timer_wheel_test, callback_may_arm_its_own_timer) {
  watched timer;
  timer.then = [&](instant now) { wheel_.arm(timer, now + 100ms); };
  wheel_.arm(timer, start_ + 100ms);
  for (int i = 1; i <= 50; ++i) wheel_.advance(start_ + i * 20ms);
  EXPECT_EQ(timer.fired.size(), 10U);
}

TEST_F(timer_wheel_test, callback_that_arms_for_the_past_cannot_hold_the_worker) {
  watched timer;
  timer.then = [&](instant now) { wheel_.arm(timer, now); };
  wheel_.arm(timer, start_);
  for (std::size_t i = 1; i <= 3; ++i) {
    wheel_.advance(start_ + 1s);
    EXPECT_EQ(timer.fired.size(), i);
  }
}

TEST_F(timer_wheel_test, callback_may_disarm_move_or_end_what_is_due_with_it) {
  watched first;
  watched disarmed;
  watched moved;
  auto ended = std::make_unique<watched>();
  first.then = [&](instant now) {
    disarmed.disarm();
    wheel_.arm(moved, now + 1s);
    ended.reset();
  };
  wheel_.arm(first, start_ + 1s);
  wheel_.arm(disarmed, start_ + 1s);
  wheel_.arm(moved, start_ + 1s);
  wheel_.arm(*ended, start_ + 1s);
  wheel_.advance(start_ + 1s);
  EXPECT_EQ(first.fired.size(), 1U);
  EXPECT_TRUE(disarmed.fired.empty());
  EXPECT_TRUE(moved.fired.empty());
  EXPECT_EQ(wheel_.armed(), 1U);
  wheel_.advance(start_ + 2s);
  EXPECT_EQ(moved.fired.size(), 1U);
}

TEST_F(timer_wheel_test, callback_may_end_its_own_timer) {
  auto timer = std::make_unique<watched>();
  timer->then = [&timer](instant) {
    // The function object ends with the timer; nothing of it is used after.
    timer.reset();
  };
  wheel_.arm(*timer, start_ + 1s);
  wheel_.advance(start_ + 1s);
  EXPECT_EQ(timer, nullptr);
  EXPECT_EQ(wheel_.armed(), 0U);
}

TEST_F(timer_wheel_test, timer_that_ends_leaves_the_wheel) {
  for (const duration delay : {0ns, duration(1ms), duration(1s), duration(1h), duration(10000h)}) {
    watched gone;
    wheel_.arm(gone, start_ + delay);
  }
  EXPECT_EQ(wheel_.armed(), 0U);
  wheel_.advance(start_ + 20000h);
}

TEST_F(timer_wheel_test, wheel_may_end_before_its_timers) {
  watched timer;
  {
    timer_wheel other(start_);
    other.arm(timer, start_ + 1s);
  }
  EXPECT_FALSE(timer.is_armed());
}

TEST_F(timer_wheel_test, next_deadline_is_never_late) {
  EXPECT_EQ(wheel_.next_deadline(), never);
  for (const duration delay : {duration(1ms), duration(63ms), duration(64ms), duration(5s),
                               duration(1h), duration(300h)}) {
    watched timer;
    wheel_.arm(timer, start_ + delay);
    EXPECT_LE(wheel_.next_deadline(), timer.deadline());
    // Sleeping until each next_deadline() in turn reaches the deadline in few steps.
    timer_wheel other(start_);
    other.arm(timer, start_ + delay);
    int steps = 0;
    while (timer.fired.empty() && ++steps < 10) other.advance(other.next_deadline());
    EXPECT_EQ(timer.fired.size(), 1U);
    EXPECT_EQ(timer.fired.at(0), start_ + delay);
  }
}

TEST_F(timer_wheel_test, deadlines_of_centuries_neither_fire_early_nor_get_lost) {
  watched year;
  watched century;
  watched last;
  wheel_.arm(year, start_ + 24h * 365);
  wheel_.arm(century, start_ + 24h * 36500);
  wheel_.arm(last, never);
  for (int years = 0; years < 100; ++years) {
    EXPECT_EQ(year.fired.size(), years > 0 ? 1U : 0U);
    EXPECT_TRUE(century.fired.empty()) << years;
    wheel_.advance(start_ + 24h * 365 * (years + 1));
  }
  EXPECT_EQ(century.fired.size(), 1U);
  // Where the digits of the tick count run out: 2^36 ticks are more than two years.
  timer_wheel other(start_);
  watched far;
  other.arm(far, start_ + ((std::int64_t{1} << 36) + 5) * 1ms);
  other.advance(start_ + ((std::int64_t{1} << 36) - 1) * 1ms);
  other.advance(start_ + ((std::int64_t{1} << 36) + 4) * 1ms);
  EXPECT_TRUE(far.fired.empty());
  other.advance(start_ + ((std::int64_t{1} << 36) + 5) * 1ms);
  EXPECT_EQ(far.fired.size(), 1U);
  EXPECT_TRUE(last.fired.empty());
}

TEST_F(timer_wheel_test, clock_that_stands_still_or_is_before_the_start_is_harmless) {
  watched timer;
  wheel_.arm(timer, start_ + 1ms);
  wheel_.advance(instant{});
  wheel_.advance(start_);
  wheel_.advance(start_);
  EXPECT_TRUE(timer.fired.empty());
}

/// The wheel against a multimap: every timer fires at the first advance() at or up to a tick after
/// its deadline, and no other ever does.
class timer_wheel_oracle : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(timer_wheel_oracle, agrees_with_a_sorted_map) {
  SCOPED_TRACE(::testing::Message() << "seed " << GetParam());
  random draw(GetParam());
  instant now{duration(static_cast<std::int64_t>(draw.below(1'000'000'000'000)))};
  timer_wheel wheel(now);
  std::vector<watched> timers(200);
  std::multimap<instant, std::size_t> expected;
  const auto forget = [&expected](std::size_t index) {
    std::erase_if(expected, [index](const auto& entry) { return entry.second == index; });
  };
  const auto some_duration = [&draw] {
    // From nanoseconds to weeks, every order of magnitude alike.
    return duration(static_cast<std::int64_t>(draw.next() >> (14 + draw.below(50))));
  };
  for (int step = 0; step < 20000; ++step) {
    const std::size_t index = draw.below(timers.size());
    switch (draw.below(8)) {
      case 0:
        timers[index].disarm();
        forget(index);
        break;
      case 1:
      case 2: {
        now += some_duration() / (draw.chance(1, 4) ? 1 : 1000);
        wheel.advance(now);
        for (std::size_t i = 0; i < timers.size(); ++i) {
          if (timers[i].fired.empty()) continue;
          ASSERT_EQ(timers[i].fired, std::vector{now});
          ASSERT_LE(timers[i].deadline(), now) << "early";
          ASSERT_EQ(std::erase_if(expected, [i](auto& entry) { return entry.second == i; }), 1U);
          timers[i].fired.clear();
        }
        ASSERT_TRUE(expected.empty() || expected.begin()->first > now - timer_wheel::tick)
            << "late by more than a tick";
        break;
      }
      default: {
        const instant deadline = now + some_duration() - (draw.chance(1, 10) ? 1s : 0s);
        forget(index);
        wheel.arm(timers[index], deadline);
        expected.emplace(deadline, index);
        break;
      }
    }
    if (!expected.empty() && expected.begin()->first > now) {
      ASSERT_LE(wheel.next_deadline(), expected.begin()->first + timer_wheel::tick);
    }
  }
  EXPECT_EQ(wheel.armed(), expected.size());
}

INSTANTIATE_TEST_SUITE_P(seeds, timer_wheel_oracle, ::testing::Range<std::uint64_t>(1, 9));

}  // namespace
}  // namespace wirebird
