#include "dataplane/agent/login_helper.hh"

#include "dataplane/worker/clock.hh"

#include <chrono>
#include <utility>

#include <time.h>

namespace wirebird::agent {

namespace {

duration own_cpu_time() noexcept {
  timespec used{};
  static_cast<void>(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used));
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

}  // namespace

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
  // Who would get his answer too late gets none, and costs nothing: whoever comes after him has a
  // chance. Otherwise a full queue would end in answers for nobody.
  if (helper_.is_in_time(*question, worker::read_clock())) {
    const duration before = own_cpu_time();
    *answer = judge.judge(*question);
    helper_.on_judged(own_cpu_time() - before);
  } else {
    answer->client = question->client;
  }
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

bool login_helper::is_in_time(const auth::login_question& asked, instant now) const noexcept {
  const duration needed(needed_.load(std::memory_order_relaxed));
  return now < asked.expires && asked.expires - now >= needed;
}

/// A quarter more than the last one that was worth counting. Time of the processor: a pause of this
/// thread says nothing about the next judgement.
void login_helper::on_judged(duration took) noexcept {
  constexpr duration worth_counting = std::chrono::milliseconds(1);
  if (took >= worth_counting) needed_.store((took + took / 4).count(), std::memory_order_relaxed);
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
