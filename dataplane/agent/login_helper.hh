#pragma once

#include "dataplane/auth/authenticator.hh"
#include "dataplane/base/spsc_ring.hh"
#include "dataplane/base/time.hh"
#include "dataplane/broker/logins.hh"
#include "dataplane/worker/limits.hh"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace wirebird::agent {

class login_helper;

/// One worker's window at the login helper: questions in, answers out, and the worker never waits.
class login_window final : public broker::login_desk {
 public:
  /// `wake`: called from a helper's thread whenever there is an answer; ends the worker's sleep.
  login_window(login_helper&, std::function<void()> wake);
  ~login_window();
  login_window(const login_window&) = delete;
  login_window& operator=(const login_window&) = delete;

  // The worker's side.
  [[nodiscard]] bool ask(auth::login_question&) noexcept override;
  [[nodiscard]] std::optional<auth::login_answer> next_answer() noexcept override;

 private:
  friend class login_helper;

  /// A helper's side: answers one question. returns: whether there was one.
  bool serve(const auth::authenticator&);

  login_helper& helper_;
  std::function<void()> wake_;
  std::size_t open_ = 0;  ///< the worker's: questions without an answer yet
  spsc_ring<auth::login_question*, worker::logins_queued_max> questions_;
  spsc_ring<auth::login_answer*, worker::logins_queued_max> answers_;
  std::mutex reading_;  ///< helpers among themselves
  std::mutex writing_;
};

/// Threads that judge logins for all workers: bcrypt and signatures take milliseconds, which no
/// connection but the one that logs in may notice.
class login_helper {
 public:
  /// `threads`: at least 1. Starts none until start().
  explicit login_helper(unsigned threads) : thread_count_(threads) {}
  ~login_helper();
  login_helper(const login_helper&) = delete;
  login_helper& operator=(const login_helper&) = delete;

  /// Before start(), and again with each configuration, before the workers have it: they ask again
  /// where the answer is of another one than theirs. Any thread.
  void judge_by(std::shared_ptr<const auth::authenticator>);
  /// Before start(). lifetime: the helper's.
  [[nodiscard]] login_window& open_window(std::function<void()> wake);
  void start();
  /// No window is served and no worker woken any more. While workers still run.
  void stop();

 private:
  friend class login_window;

  /// Whether a judgement that begins now is worth its time.
  [[nodiscard]] bool is_in_time(const auth::login_question&, instant now) const noexcept;
  void on_judged(duration took) noexcept;
  void ring() noexcept;
  void run();
  [[nodiscard]] bool serve_all();
  [[nodiscard]] std::shared_ptr<const auth::authenticator> judge();

  std::mutex judging_;
  std::shared_ptr<const auth::authenticator> judge_;
  unsigned thread_count_;
  std::vector<std::unique_ptr<login_window>> windows_;
  std::vector<std::thread> threads_;
  std::atomic<duration::rep> needed_{0};  ///< what a judgement has to have left
  std::atomic<std::uint32_t> rung_{0};
  std::atomic<bool> stopping_{false};
};

}  // namespace wirebird::agent
