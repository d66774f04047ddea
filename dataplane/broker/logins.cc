#include "dataplane/broker/logins.hh"

#include "dataplane/broker/core.hh"
#include "dataplane/broker/limits.hh"
#include "dataplane/broker/session.hh"

#include <array>
#include <cstring>
#include <string_view>

namespace wirebird::broker {

namespace {

constexpr std::uint64_t nonce_context = 0x65636e6f6e;  // "nonce"

}  // namespace

void pending_login::on_timer(instant now) {
  owner.on_login_timeout(now);
}

logins::logins(core& shared, const siphash_key& secret) noexcept : core_(shared), secret_(secret) {}

void logins::judged_at(login_desk& desk) noexcept {
  desk_ = &desk;
}

std::string logins::nonce_of(std::uint64_t client) const {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  constexpr std::size_t letters_per_hash = 10;  // six bits each
  constexpr std::size_t nonce_size = 15;
  std::string nonce;
  for (std::uint64_t part = 0; nonce.size() < nonce_size; ++part) {
    // The first word keeps these hashes apart from others of the same key.
    const std::array<std::uint64_t, 3> words{nonce_context, client, part};
    std::uint64_t bits =
        siphash(secret_, {reinterpret_cast<const std::uint8_t*>(words.data()), sizeof words});
    for (std::size_t i = 0; i < letters_per_hash && nonce.size() < nonce_size; ++i, bits >>= 6)
      nonce += letters[bits & 63];
  }
  return nonce;
}

bool logins::hand_over(session& who, pending_login& login) {
  if (desk_ == nullptr) return false;
  auth::login_question question = who.question();
  question.attempt = login.attempt;
  if (!desk_->ask(question)) return false;
  ++unanswered_;
  return true;
}

void logins::ask(session& who, pending_login& login) {
  if (++attempts_ == 0) ++attempts_;
  login.attempt = attempts_;
  core_.counts.logins_asked.add();
  if (!waiting_.empty() || !hand_over(who, login)) {
    core_.counts.logins_waited.add();
    waiting_.push_back(login);
  }
}

bool logins::receive(instant now) {
  if (unanswered_ == 0 && waiting_.empty()) return false;
  bool any = false;
  while (auto answer = desk_ == nullptr ? std::nullopt : desk_->next_answer()) {
    any = true;
    --unanswered_;
    session* const who = core_.find_session(answer->client);
    if (who == nullptr || !who->awaits(answer->attempt))
      core_.counts.logins_late.add();
    else if (answer->generation != core_.rules.generation)
      who->ask_again();
    else
      who->on_verdict(*answer, now);
  }
  while (!waiting_.empty() && hand_over(waiting_.front().owner, waiting_.front()))
    waiting_.pop_front();
  return any;
}

}  // namespace wirebird::broker
