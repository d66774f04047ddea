#include "dataplane/auth/password.hh"

#include <string>

#include <gtest/gtest.h>

namespace wirebird::auth {
namespace {

bool matches(std::string kept, std::string said) {
  return is_password(secret(std::move(kept)), secret(std::move(said)));
}

// A known answer of crypt_blowfish's own tests.
const std::string hash_of_u_u = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

TEST(password, clear_is_compared_byte_by_byte) {
  EXPECT_TRUE(matches("s3cr3t", "s3cr3t"));
  for (const char* wrong : {"S3cr3t", "s3cr3", "s3cr3t ", "", "x"})
    EXPECT_FALSE(matches("s3cr3t", wrong)) << wrong;
}

TEST(password, an_empty_one_is_never_right) {
  EXPECT_FALSE(matches("", ""));
  EXPECT_FALSE(matches("", "x"));
  EXPECT_FALSE(matches(hash_of_u_u, ""));
}

TEST(password, a_known_hash_has_its_password_and_no_other) {
  EXPECT_TRUE(matches(hash_of_u_u, "U*U"));
  for (const char* wrong : {"U*V", "U*", "U*U*", "u*u"})
    EXPECT_FALSE(matches(hash_of_u_u, wrong)) << wrong;
}

TEST(password, the_letter_of_the_revision_does_not_matter) {
  for (const char letter : {'a', 'b', 'x', 'y'}) {
    std::string kept = hash_of_u_u;
    kept[2] = letter;
    EXPECT_TRUE(matches(kept, "U*U")) << letter;
  }
}

TEST(password, a_hash_is_not_its_own_password) {
  EXPECT_FALSE(matches(hash_of_u_u, hash_of_u_u));
}

TEST(password, what_looks_like_a_hash_and_is_none_admits_nobody) {
  for (const std::string& kept :
       {std::string("$2a$05$"), hash_of_u_u.substr(0, 59), hash_of_u_u + "x",
        "$2a$99$" + hash_of_u_u.substr(7), "$2a$05$" + std::string(53, '!')}) {
    EXPECT_TRUE(is_bcrypt(secret(kept))) << kept;
    EXPECT_FALSE(matches(kept, "U*U")) << kept;
    EXPECT_FALSE(matches(kept, kept)) << kept;
  }
}

TEST(password, others_are_clear) {
  for (const char* text : {"$2c$05$x", "$2a$5$xx", "2a$05$x", "$1$05$xx", "$2a$0", ""})
    EXPECT_FALSE(is_bcrypt(secret(text))) << text;
}

TEST(password, nothing_is_right_up_to_a_nul) {
  EXPECT_FALSE(matches(hash_of_u_u, std::string("U*U\0x", 5)));
  EXPECT_FALSE(matches("s3cr3t", std::string("s3cr3t\0", 7)));
}

}  // namespace
}  // namespace wirebird::auth
