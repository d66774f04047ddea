// Logins through the helper's threads: every question has one answer, and nobody is woken too late.
#include "dataplane/agent/login_helper.hh"

#include "dataplane/worker/clock.hh"

#include <chrono>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::agent {
namespace {

using namespace std::chrono_literals;

std::shared_ptr<const auth::authenticator> one_user() {
  auth::rules rules;
  rules.users.emplace_back();
  rules.users.back().name = "a";
  rules.users.back().password = auth::secret("pa");
  return std::make_shared<const auth::authenticator>(
      std::make_shared<const auth::rules>(std::move(rules)), 1);
}

auth::login_question question(std::uint64_t client, bool good) {
  auth::login_question made;
  made.client = client;
  made.said.user = "a";
  made.said.password = auth::secret(good ? "pa" : "no");
  return made;
}

TEST(login_helper, answers_every_question_of_every_window_once) {
  constexpr std::uint64_t questions = 20'000;
  struct worker_like {
    login_window* window = nullptr;
    std::counting_semaphore<> woken{0};
  };
  std::vector<worker_like> workers(2);  // outlive the helper, which may still be waking one
  login_helper helper(3);
  helper.judge_by(one_user());
  for (worker_like& each : workers)
    each.window = &helper.open_window([&each] { each.woken.release(); });
  helper.start();
  const auto work = [](worker_like& self) {
    std::vector<int> answers(questions);
    std::uint64_t asked = 0;
    for (std::uint64_t answered = 0; answered < questions;) {
      while (asked < questions) {
        auth::login_question next = question(asked, asked % 2 == 0);
        if (!self.window->ask(next)) {
          EXPECT_EQ(next.said.user, "a") << "not taken";
          break;
        }
        ++asked;
      }
      while (const auto answer = self.window->next_answer()) {
        ++answers[answer->client];
        EXPECT_EQ(answer->who != nullptr, answer->client % 2 == 0);
        ++answered;
      }
      if (answered < asked && !self.woken.try_acquire_for(20s)) {
        ADD_FAILURE() << "nobody rang";
        return;
      }
    }
    for (const int count : answers) EXPECT_EQ(count, 1);
  };
  std::vector<std::thread> threads;
  for (worker_like& each : workers) threads.emplace_back(work, std::ref(each));
  for (std::thread& each : threads) each.join();
}

TEST(login_helper, takes_no_more_than_its_queue_holds) {
  login_helper helper(1);
  helper.judge_by(one_user());
  login_window& window = helper.open_window([] {});
  std::size_t taken = 0;
  for (auth::login_question next = question(1, true); window.ask(next); next = question(1, true))
    ++taken;
  EXPECT_EQ(taken, worker::logins_queued_max);
}

TEST(login_helper, does_not_judge_what_nobody_waits_for) {
  auth::rules rules;
  rules.users.emplace_back();
  rules.users.back().name = "a";  // cost 12: 0.2 s and more each
  rules.users.back().password =
      auth::secret("$2a$12$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
  login_helper helper(1);
  helper.judge_by(std::make_shared<const auth::authenticator>(
      std::make_shared<const auth::rules>(std::move(rules)), 1));
  std::counting_semaphore<> woken{0};
  login_window& window = helper.open_window([&] { woken.release(); });
  for (int i = 0; i < 500; ++i) {
    auth::login_question late = question(1, false);
    late.expires = instant{};
    ASSERT_TRUE(window.ask(late));
  }
  helper.start();
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(woken.try_acquire_for(10s)) << "100 s of work, had they been judged";
    const auto answer = window.next_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->who, nullptr);
  }
}

TEST(login_helper, does_not_judge_who_would_get_the_answer_too_late) {
  auth::rules rules;
  rules.users.emplace_back();
  rules.users.back().name = "a";  // cost 12: 0.1 s and more each
  rules.users.back().password =
      auth::secret("$2a$12$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
  login_helper helper(1);
  helper.judge_by(std::make_shared<const auth::authenticator>(
      std::make_shared<const auth::rules>(std::move(rules)), 7));
  std::counting_semaphore<> woken{0};
  login_window& window = helper.open_window([&] { woken.release(); });
  helper.start();
  const auto generation_of_next = [&] {
    EXPECT_TRUE(woken.try_acquire_for(20s));
    return window.next_answer()->generation;
  };
  auth::login_question patient = question(1, false);
  ASSERT_TRUE(window.ask(patient));
  EXPECT_EQ(generation_of_next(), 7U) << "judged";
  for (int i = 0; i < 5; ++i) {
    auth::login_question in_a_hurry = question(1, false);
    in_a_hurry.expires = worker::read_clock() + 30ms;
    ASSERT_TRUE(window.ask(in_a_hurry));
    EXPECT_EQ(generation_of_next(), 0U) << "not judged, although it was still time to begin";
  }
}

TEST(login_helper, stops_with_questions_in_its_queue) {
  login_helper helper(1);
  helper.judge_by(one_user());
  std::atomic<bool> over = false;
  login_window& window = helper.open_window([&] { EXPECT_FALSE(over); });
  helper.start();
  for (int i = 0; i < 500; ++i) {
    auth::login_question next = question(1, true);
    static_cast<void>(window.ask(next));
  }
  helper.stop();
  over = true;
  auth::login_question late = question(1, true);
  static_cast<void>(window.ask(late));
}

}  // namespace
}  // namespace wirebird::agent
