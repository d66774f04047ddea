#pragma once

#include "dataplane/auth/login.hh"
#include "dataplane/base/intrusive_list.hh"
#include "dataplane/base/siphash.hh"
#include "dataplane/base/time.hh"
#include "dataplane/base/timer_wheel.hh"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace wirebird::broker {

class session;
struct core;
struct login_tag;

/// Where logins are judged: off the worker, which neither waits nor computes. On the worker's
/// thread.
class login_desk {
 public:
  /// Takes the question over, unless there is no room for it. returns: whether it did.
  [[nodiscard]] virtual bool ask(auth::login_question&) noexcept = 0;
  /// returns: an answer to an earlier question, in any order.
  [[nodiscard]] virtual std::optional<auth::login_answer> next_answer() noexcept = 0;

 protected:
  ~login_desk() = default;
};

/// What a session has between its greeting and its login, and again while a second CONNECT is
/// judged.
class pending_login final : public timer, public list_hook<login_tag> {
 public:
  explicit pending_login(session& who) noexcept : owner(who) {}
  void on_timer(instant now) override;

  session& owner;
  std::uint32_t attempt = 0;  ///< number of the question; 0: none was asked
  bool said_connect = false;  ///< judged for what CONNECT said, not for sending none
  bool was_held_up = false;   ///< by the worker: its time has begun anew, which it does once
};

/// The logins of one worker that are being judged. One worker.
class logins {
 public:
  logins(core&, const siphash_key& secret) noexcept;

  void judged_at(login_desk&) noexcept;
  /// What INFO challenges this client with: 15 characters that nobody can predict.
  [[nodiscard]] std::string nonce_of(std::uint64_t client) const;
  /// Has it judged; session::on_verdict() tells. While the desk has no room, or there is none, the
  /// session waits in a line; its time runs on.
  void ask(session&, pending_login&);
  /// Passes answers on. An answer that comes too late is dropped, one that an earlier configuration
  /// gave is asked for again. returns: whether there was any.
  bool receive(instant now);

 private:
  [[nodiscard]] bool hand_over(session&, pending_login&);

  core& core_;
  siphash_key secret_;
  login_desk* desk_ = nullptr;
  std::uint32_t attempts_ = 0;
  std::size_t unanswered_ = 0;                        ///< questions that the desk has
  intrusive_list<pending_login, login_tag> waiting_;  ///< for room at the desk, oldest first
};

}  // namespace wirebird::broker
