#pragma once

#include "dataplane/auth/login.hh"
#include "dataplane/auth/succession.hh"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace wirebird::auth {

/// The rules of one configuration, made ready to be asked: who somebody is, or that he is nobody.
///
/// The only place that decides it. Immutable, so any thread may ask at any time; an answer takes
/// as long as bcrypt takes, so no worker does.
class authenticator {
 public:
  /// `generation`: of the configuration that the rules are from. requires: rules->required().
  authenticator(std::shared_ptr<const rules>, std::uint64_t generation);

  [[nodiscard]] login_answer judge(const login_question&) const;
  /// Who of those that `before` let in, or this one, needs no other login: the same name or key,
  /// the same password or token, the same kinds of connections. Null: nobody had to log in before.
  /// Says nothing about those who are there by `no_auth_user`: they prove nothing.
  [[nodiscard]] succession heirs_of(const std::shared_ptr<const authenticator>& before) const;

 private:
  /// returns: null when refused.
  [[nodiscard]] const user* client_of(const login_question&) const;
  [[nodiscard]] const user* signer_of(const login_question&) const;
  [[nodiscard]] const user* named(const credentials&) const;
  [[nodiscard]] const user* holder_of(const secret& token) const;
  [[nodiscard]] bool knows_password(const user*, const secret& said) const;
  /// returns: the user with that name or that key; null: there is none.
  [[nodiscard]] const user* namesake(const user&) const;
  [[nodiscard]] std::shared_ptr<const user> kept(const user*) const;

  std::shared_ptr<const rules> rules_;
  std::uint64_t generation_;
  std::unordered_map<std::string_view, const user*> by_name_;  ///< with passwords
  std::unordered_map<std::string_view, const user*> by_key_;   ///< by the nkey's text
  const user* anonymous_ = nullptr;                            ///< no_auth_user
  std::shared_ptr<const user> token_holder_;                   ///< who they are that have the token
  secret costly_hash_;  ///< some hash of the rules; empty: no password there is one
};

}  // namespace wirebird::auth
