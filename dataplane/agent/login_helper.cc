#include "dataplane/agent/login_helper.hh"

#include "dataplane/worker/clock.hh"

#include <utility>

namespace wirebird::agent {

login_window::login_window(login_helper& helper, std::function<void()> wake)
    : helper_(helper), wake_(std::move(wake)) {}

login_window::~login_window() {
  for (auth::login_question* left = nullptr; questions_.pop(left);) delete left;
  while (next_answer()) continue;
}

bool login_window::ask(auth::login_question& question) noexcept {
  if (open_ == worker::logins_queued_max) return false;
  auto copy = std::make_unique<auth::login_question>(std::move(question));
  if (!questions_.push(copy.get())) {
    question = std::move(*copy);
    return false;
  }
  static_cast<void>(copy.release());
  ++open_;
  helper_.ring();
  return true;
}

std::optional<auth::login_answer> login_window::next_answer() noexcept {
  auth::login_answer* found = nullptr;
  if (!answers_.pop(found)) return std::nullopt;
  const std::unique_ptr<auth::login_answer> owned(found);
  --open_;
  return std::move(*owned);
}

bool login_window::serve(const auth::authenticator& judge) {
  auth::login_question* found = nullptr;
  {
    const std::lock_guard guard(reading_);
    if (!questions_.pop(found)) return false;
  }
  const std::unique_ptr<auth::login_question> question(found);
  auto answer = std::make_unique<auth::login_answer>();
  // A queue of those who have gone costs nothing, so whoever comes after them has a chance.
  if (worker::read_clock() < question->expires)
    *answer = judge.judge(*question);
  else
    answer->client = question->client;
  {
    // As long as ask() counts, there is room: no more answers than open questions.
    const std::lock_guard guard(writing_);
    if (answers_.push(answer.get())) static_cast<void>(answer.release());
  }
  wake_();
  return true;
}

login_helper::~login_helper() {
  stop();
}

login_window& login_helper::open_window(std::function<void()> wake) {
  windows_.push_back(std::make_unique<login_window>(*this, std::move(wake)));
  return *windows_.back();
}

void login_helper::judge_by(std::shared_ptr<const auth::authenticator> next) {
  const std::lock_guard guard(judging_);
  judge_ = std::move(next);
}

std::shared_ptr<const auth::authenticator> login_helper::judge() {
  const std::lock_guard guard(judging_);
  return judge_;
}

void login_helper::start() {
  for (unsigned i = 0; i < thread_count_; ++i) threads_.emplace_back([this] { run(); });
}

void login_helper::stop() {
  stopping_.store(true, std::memory_order_release);
  rung_.fetch_add(1, std::memory_order_release);
  rung_.notify_all();
  for (std::thread& each : threads_) each.join();
  threads_.clear();
}

void login_helper::ring() noexcept {
  rung_.fetch_add(1, std::memory_order_release);
  rung_.notify_one();
}

bool login_helper::serve_all() {
  bool any = false;
  const auto by = judge();
  for (const auto& each : windows_)
    if (!stopping_.load(std::memory_order_acquire)) any = each->serve(*by) || any;
  return any;
}

void login_helper::run() {
  while (!stopping_.load(std::memory_order_acquire)) {
    const std::uint32_t heard = rung_.load(std::memory_order_acquire);
    if (!serve_all()) rung_.wait(heard, std::memory_order_acquire);
  }
}

}  // namespace wirebird::agent
