#pragma once

#include "dataplane/broker/logins.hh"
#include "tests/broker/world.hh"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wirebird::broker {

/// Judges logins when it is told to. Knows passwords only: who says his own name twice is right.
class desk final : public login_desk {
 public:
  [[nodiscard]] bool ask(auth::login_question& question) noexcept override {
    if (questions.size() >= room) return false;
    questions.push_back(std::move(question));
    if (answers_at_once) judge_all();
    return true;
  }
  [[nodiscard]] std::optional<auth::login_answer> next_answer() noexcept override {
    if (answers.empty()) return std::nullopt;
    auth::login_answer next = std::move(answers.front());
    answers.pop_front();
    return next;
  }

  /// Who may log in, with his name as password.
  auth::user& add(const std::string& name) {
    users_.push_back(std::make_shared<auth::user>());
    users_.back()->name = name;
    return *users_.back();
  }
  std::shared_ptr<auth::user> forget(const std::string& name) {
    const auto place = std::ranges::find(users_, name, [](const auto& one) { return one->name; });
    auto gone = *place;
    users_.erase(place);
    return gone;
  }
  /// Another one of that name takes his place. returns: him and the one before.
  std::pair<std::shared_ptr<auth::user>, std::shared_ptr<auth::user>> replace(
      const std::string& name) {
    const auto place = std::ranges::find(users_, name, [](const auto& one) { return one->name; });
    auto next = std::make_shared<auth::user>(**place);
    return {next, std::exchange(*place, next)};
  }
  void judge_all() {
    for (const auth::login_question& asked : std::exchange(questions, {})) judge(asked);
  }
  void judge(const auth::login_question& asked) {
    auth::login_answer made;
    made.client = asked.client;
    made.attempt = asked.attempt;
    made.generation = generation;
    const std::string name = asked.said.empty() ? anonymous : asked.said.user;
    for (const auto& one : users_) {
      if (one->name != name) continue;
      if (!asked.said.empty() && asked.said.password.reveal() != name) continue;
      made.outcome = auth::verdict::accepted;
      made.who = one;
    }
    answers.push_back(std::move(made));
  }

  std::deque<auth::login_question> questions;
  std::deque<auth::login_answer> answers;
  std::size_t room = 100;
  bool answers_at_once = true;
  std::uint64_t generation = 1;
  std::string anonymous = "-";

 private:
  std::vector<std::shared_ptr<auth::user>> users_;
};

/// A world in which everybody has to log in.
inline world_options guarded_by(desk& judge) {
  world_options made;
  made.rules.login.required = true;
  made.desk = &judge;
  return made;
}

inline std::string login_as(const std::string& name) {
  return R"({"verbose":false,"pedantic":false,"user":")" + name + R"(","pass":")" + name + R"("})";
}

}  // namespace wirebird::broker
