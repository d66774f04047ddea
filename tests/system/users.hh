#pragma once

namespace wirebird::system_tests {

/// A configuration with a user of each kind; node/client.mjs knows them too. The hash is of `U*U`,
/// the nkey's seed stands in auth_test.cc.
inline constexpr const char* users_of_each_kind = R"(
authorization {
  timeout: 20
  users: [
    {user: clear, password: word}
    {user: hashed, password: "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"}
    {nkey: UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4}
    {user: limited, password: word, permissions: {
      publish: {allow: ["open.>", "request"]}, subscribe: {allow: ["open.*", "_INBOX.>"]}}}
    {user: service, password: word, permissions: {
      subscribe: request, allow_responses: true}}
  ]
}
)";

}  // namespace wirebird::system_tests
