// Who this client is, and what that lets it do.
#include "dataplane/auth/nkey.hh"
#include "dataplane/broker/quoted.hh"
#include "dataplane/broker/session.hh"

#include <utility>

namespace wirebird::broker {

namespace {

constexpr std::string_view authorization_violation = "-ERR 'Authorization Violation'\r\n";
constexpr std::string_view authentication_timeout = "-ERR 'Authentication Timeout'\r\n";

/// In two configurations.
bool is_same(const auth::user& one, const auth::user& other) noexcept {
  return one.name == other.name && one.key == other.key;
}

}  // namespace

void session::expect_login(instant now) {
  if (access_ == nullptr) access_ = std::make_unique<session_access>(*this);
  access_->login = std::make_unique<pending_login>(*this);
  core_.timers.arm(*access_->login, now + core_.rules.login.timeout);
}

bool session::may_begin(char first, instant now) {
  if (first == 'C' || first == 'c') return true;  // no other operation begins so
  if (core_.rules.login.without_connect)
    ask_for_login(false, now);
  else
    refuse_login(now);
  return false;
}

void session::ask_for_login(bool said_connect, instant now) {
  if (!is_before_login()) expect_login(now);
  pending_login& login = *access_->login;
  login.said_connect = said_connect;
  pause(for_verdict);
  core_.logins.ask(*this, login);
}

auth::login_question session::question() const {
  auth::login_question asked;
  asked.client = id_;
  asked.expires = access_->login->deadline();
  if (core_.rules.login.challenges) asked.nonce = core_.logins.nonce_of(id_);
  if (connect_ == nullptr) return asked;
  asked.said.user = connect_->user;
  asked.said.password = auth::secret(connect_->pass);
  asked.said.token = auth::secret(connect_->auth_token);
  asked.said.nkey = connect_->nkey;
  asked.said.signature = connect_->sig;
  return asked;
}

void session::on_verdict(const auth::login_answer& answer, instant now) {
  session_access& access = *access_;
  const bool said_connect = access.login->said_connect;
  const bool is_accepted = answer.outcome == auth::verdict::accepted && answer.who != nullptr;
  const bool is_another =
      is_accepted && access.user != nullptr && !is_same(*access.user, *answer.who);
  // What was subscribed under one name is not for another.
  if (!is_accepted || (is_another && has_subscriptions())) {
    refuse_login(now);
    return;
  }
  access.login.reset();
  if (access.user != answer.who)
    become(answer.who, access.user != nullptr && access.user->may == answer.who->may);
  if (said_connect) enter(now);
  resume(for_verdict, now);
}

void session::refuse_login(instant now) {
  const std::string_view nkey = connect_ == nullptr ? std::string_view() : connect_->nkey;
  const std::string_view user = connect_ == nullptr ? std::string_view() : connect_->user;
  std::string text = "authentication error";
  if (!nkey.empty())  // what is no public key may be the secret one, by mistake
    text += auth::read_nkey(auth::key_role::user, nkey) ? " - Nkey " + quoted(nkey)
                                                        : " - Nkey \"[REDACTED]\"";
  else if (!user.empty())
    text += " - User " + quoted(user);
  core_.counts.authorization_violations.add();
  close_with(authorization_violation, text, close_reason::authentication_failure, now);
}

void session::on_login_timeout(instant now) {
  pending_login& login = *access_->login;
  // What the client has said in time may have come only now, and its judge stood still as well: his
  // answer is too late, or there is none.
  if (core_.pause.held_up(login.deadline()) && !std::exchange(login.was_held_up, true)) {
    core_.timers.arm(login, now + core_.rules.login.timeout);
    if (login.attempt != 0 && !login.list_hook<login_tag>::is_linked()) ask_again();
    return;
  }
  core_.counts.login_timeouts.add();
  close_with(authentication_timeout, "Authentication Timeout", close_reason::authentication_timeout,
             now);
}

std::string_view session::user_name() const noexcept {
  const auth::user* const who = access_ == nullptr ? nullptr : access_->user.get();
  return who == nullptr ? std::string_view() : who->name;
}

std::string_view session::claimed_name() const noexcept {
  if (!user_name().empty() || connect_ == nullptr) return user_name();
  if (auth::read_nkey(auth::key_role::user, connect_->nkey)) return connect_->nkey;
  return connect_->user;
}

std::string session::user_text() const {
  const std::string_view name = user_name();
  if (name.empty()) return "User \"N/A\"";
  return (access_->user->key ? "Nkey " : "User ") + quoted(name);
}

bool session::may_publish(std::string_view subject, instant now) {
  const auth::permissions* const rules = may();
  if (rules == nullptr || auth::may_publish(*rules, subject)) return true;
  return access_->replies != nullptr && access_->replies->use(subject, now);
}

auth::subscribe_verdict session::may_subscribe(std::string_view subject,
                                               std::string_view queue) const noexcept {
  const auth::permissions* const rules = may();
  if (rules == nullptr) return auth::subscribe_verdict::allowed;
  // A subject that is no subject is nothing that a rule could allow.
  if (!protocol::is_valid_subscription(subject))
    return rules->subscribe.allow.empty() ? auth::subscribe_verdict::allowed
                                          : auth::subscribe_verdict::refused;
  return auth::may_subscribe(*rules, subject, queue);
}

bool session::may_receive(std::string_view subject, const subscription& by) const noexcept {
  const auth::permissions* const rules = may();
  const std::string_view queue = by.group == nullptr ? std::string_view() : by.group->text();
  return rules == nullptr || auth::may_deliver(*rules, subject, queue);
}

void session::grant_reply(std::string_view reply, instant now) {
  if (!access_->replies->grant(reply, now)) core_.counts.replies_forgotten.add();
}

}  // namespace wirebird::broker
