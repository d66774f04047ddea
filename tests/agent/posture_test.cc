#include "dataplane/agent/posture.hh"

#include <string>

#include <gtest/gtest.h>

namespace wirebird::agent {
namespace {

auth::user known(std::string name, std::string password) {
  auth::user made;
  made.name = std::move(name);
  made.password = auth::secret(std::move(password));
  return made;
}

TEST(posture, says_who_may_enter_and_with_what) {
  config::options options;
  EXPECT_EQ(posture(options, "0.0.0.0:4222"),
            "Who may connect: clients on 0.0.0.0:4222: anybody, without a login, may publish and "
            "subscribe everything");
  options.monitor.http_port = 8222;
  options.authorization.token = auth::secret("canary");
  EXPECT_EQ(posture(options, "h:1"),
            "Who may connect: clients on h:1: whoever has the token may publish and subscribe "
            "everything; monitoring pages: anybody may read them");
  options.control.allow = {"10.0.0.0/8", "::1"};
  EXPECT_EQ(posture(options, "h:1"),
            "Who may connect: clients on h:1: whoever has the token may publish and subscribe "
            "everything; monitoring pages: who comes from 10.0.0.0/8, ::1 may read them");
  options.authorization.token_may.emplace();
  EXPECT_NE(posture(options, "h:1").find("within its permissions"), std::string::npos);
  options.authorization.token = {};
  options.monitor.http_port.reset();
  auto& users = options.authorization.users;
  users = {known("a", "canary"), known("b", "$2a$04$canary"), known("c", "")};
  users.front().may.emplace();
  options.authorization.no_auth_user = "c";
  EXPECT_EQ(posture(options, "h:1"),
            "Who may connect: clients on h:1: 3 users (1 by clear password, 1 by bcrypt, 0 by "
            "nkey, 1 by no login), 2 without limits; who sends no credentials is one of them");
}

TEST(posture, warns_of_clear_and_missing_passwords_and_of_nothing_else) {
  config::options options;
  EXPECT_TRUE(password_warnings(options).empty());
  options.authorization.users = {known("b", "$2a$04$xxxx")};
  EXPECT_TRUE(password_warnings(options).empty());
  options.authorization.users.push_back(known("a", "x"));
  EXPECT_EQ(password_warnings(options).front(),
            "Plaintext passwords detected, use nkeys or bcrypt");
  options.authorization.users = {known("c", "")};
  EXPECT_EQ(password_warnings(options).front(),
            "1 user has no password: nobody can log in with such a name");
}

}  // namespace
}  // namespace wirebird::agent
