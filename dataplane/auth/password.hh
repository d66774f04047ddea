#pragma once

#include "dataplane/auth/secret.hh"

/// Passwords and tokens as the configuration keeps them: clear, or as a bcrypt hash.
namespace wirebird::auth {

/// Whether it begins as bcrypt hashes do (`$2a$`, `$2b$`, `$2x$` or `$2y$`, two digits, `$`): then
/// it is never taken for a clear password, also when the rest is no hash.
[[nodiscard]] bool is_bcrypt(const secret& kept) noexcept;

/// Whether what somebody said is what is kept. An empty one, kept or said, is never right. A clear
/// password takes the same time however much of it is right; a hash takes what its cost says,
/// 2^cost rounds, 50 ms at cost 10: not for a worker's thread.
[[nodiscard]] bool is_password(const secret& kept, const secret& said);

}  // namespace wirebird::auth
