#pragma once

#include "dataplane/auth/rules.hh"

#include <cstdint>
#include <memory>
#include <string>

/// What a worker asks about somebody who wants in, and what it is told. Plain data; any thread.
namespace wirebird::auth {

/// Where a connection was accepted. Each kind has a decision of its own in authenticator::judge(),
/// and what one of them permits another does not inherit.
enum class listener_kind : std::uint8_t {
  client,
  route,  ///< nobody may enter: there are no routes yet
};

/// What somebody said about himself in CONNECT; what nobody said is empty.
struct credentials {
  std::string user;
  secret password;
  secret token;
  std::string nkey;
  std::string signature;  ///< of the nonce, base64

  /// Names nobody: whom `no_auth_user` is for.
  [[nodiscard]] bool empty() const noexcept {
    return user.empty() && password.empty() && token.empty();
  }
};

/// One question: may this connection log in, and as whom?
struct login_question {
  std::uint64_t client = 0;   ///< connection id, never used twice
  std::uint32_t attempt = 0;  ///< of this client: an answer to an earlier one is void
  listener_kind listener = listener_kind::client;
  connection_kind kind = standard;
  credentials said;
  std::string nonce;        ///< that INFO told
  instant expires = never;  ///< when nobody waits for the answer any more
};

/// returns of a judgement: not to be overlooked.
enum class [[nodiscard]] verdict : std::uint8_t { refused, accepted };

/// The answer. Identity and permissions come from here and nowhere else.
struct login_answer {
  std::uint64_t client = 0;
  std::uint32_t attempt = 0;
  std::uint64_t generation = 0;  ///< of the configuration that was asked
  verdict outcome = verdict::refused;
  std::shared_ptr<const user> who;  ///< set when accepted; keeps its rules alive
};

}  // namespace wirebird::auth
