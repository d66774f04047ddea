#include "dataplane/auth/authenticator.hh"

#include "dataplane/auth/password.hh"
#include "dataplane/auth/signature.hh"

#include <utility>

namespace wirebird::auth {

namespace {

/// By the same proof, over the same connections.
bool logs_in_alike(const user& one, const user& other) {
  return one.key == other.key && one.password.reveal() == other.password.reveal() &&
         one.connection_kinds == other.connection_kinds;
}

}  // namespace

authenticator::authenticator(std::shared_ptr<const rules> given, std::uint64_t generation)
    : rules_(std::move(given)), generation_(generation) {
  const auto holder = std::make_shared<user>();
  holder->may = rules_->token_may;
  token_holder_ = holder;
  for (const user& one : rules_->users) {
    (one.key ? by_key_ : by_name_).emplace(one.name, &one);
    if (!one.key && is_bcrypt(one.password)) costly_hash_ = one.password;
  }
  const auto known = by_name_.find(rules_->no_auth_user);
  if (!rules_->no_auth_user.empty() && known != by_name_.end()) anonymous_ = known->second;
}

login_answer authenticator::judge(const login_question& asked) const {
  const user* who = nullptr;
  switch (asked.listener) {
    case listener_kind::client: who = client_of(asked); break;
    case listener_kind::route: break;
  }
  if (who != nullptr && (who->connection_kinds & asked.kind) == 0) who = nullptr;
  login_answer answer{asked.client, asked.attempt, generation_, verdict::refused, nullptr};
  if (who == nullptr) return answer;
  answer.outcome = verdict::accepted;
  answer.who = kept(who);
  return answer;
}

std::shared_ptr<const user> authenticator::kept(const user* who) const {
  return who == token_holder_.get() ? token_holder_ : std::shared_ptr<const user>(rules_, who);
}

const user* authenticator::namesake(const user& other) const {
  const auto& known = other.key ? by_key_ : by_name_;
  const auto found = known.find(other.name);
  return found == known.end() ? nullptr : found->second;
}

succession authenticator::heirs_of(const std::shared_ptr<const authenticator>& before) const {
  succession heirs;
  for (const user& one : rules_->users) heirs.add(one, kept(&one));
  heirs.add(*token_holder_, token_holder_);
  if (before == nullptr) return heirs;
  heirs.keep(before);
  for (const user& one : before->rules_->users) {
    const user* const now = namesake(one);
    if (now == nullptr)
      heirs.add_gone(one);
    else if (logs_in_alike(one, *now))
      heirs.add(one, kept(now));
  }
  const secret& token = before->rules_->token;
  if (!token.empty() && token.reveal() == rules_->token.reveal())
    heirs.add(*before->token_holder_, token_holder_);
  return heirs;
}

const user* authenticator::client_of(const login_question& asked) const {
  const credentials& said = asked.said;
  if (!by_key_.empty() && !said.nkey.empty()) return signer_of(asked);
  if (!rules_->users.empty()) {
    if (said.empty() && anonymous_ != nullptr) return anonymous_;
    return named(said);
  }
  return rules_->token.empty() ? nullptr : holder_of(said.token);
}

const user* authenticator::signer_of(const login_question& asked) const {
  const auto known = by_key_.find(asked.said.nkey);
  // Without a nonce anybody could repeat what somebody else has signed.
  if (known == by_key_.end() || asked.nonce.empty()) return nullptr;
  const user& one = *known->second;
  const bool good = one.key && is_signed(asked.nonce, asked.said.signature, *one.key);
  return good ? &one : nullptr;
}

const user* authenticator::named(const credentials& said) const {
  const auto known = by_name_.find(said.user);
  const user* const one = known == by_name_.end() || said.user.empty() ? nullptr : known->second;
  return knows_password(one, said.password) ? one : nullptr;
}

/// Whoever is not known, and whoever guesses wrong at a clear password, takes as long as one whose
/// password is kept as a hash, if there is any.
bool authenticator::knows_password(const user* one, const secret& said) const {
  const bool known = one != nullptr && is_password(one->password, said);
  const bool was_costly = one != nullptr && is_bcrypt(one->password);
  if (!known && !was_costly && !costly_hash_.empty())
    static_cast<void>(is_password(costly_hash_, said));
  return known;
}

const user* authenticator::holder_of(const secret& token) const {
  return is_password(rules_->token, token) ? token_holder_.get() : nullptr;
}

}  // namespace wirebird::auth
