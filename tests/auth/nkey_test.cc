#include "dataplane/auth/nkey.hh"

#include <string>

#include <gtest/gtest.h>

namespace wirebird::auth {
namespace {

constexpr std::string_view known = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";

TEST(nkeys, a_known_key_reads_and_writes_as_it_is) {
  const auto key = read_nkey(key_role::user, known);
  ASSERT_TRUE(key);
  EXPECT_EQ(nkey_text(key_role::user, *key), known);
}

TEST(nkeys, another_role_is_refused) {
  EXPECT_FALSE(read_nkey(key_role::account, known));
  EXPECT_EQ(nkey_text(key_role::server, {}).front(), 'N');
  EXPECT_EQ(nkey_text(key_role::account, {}).front(), 'A');
  EXPECT_EQ(nkey_text(key_role::cluster, {}).front(), 'C');
  EXPECT_EQ(nkey_text(key_role::op, {}).front(), 'O');
}

TEST(nkeys, every_changed_letter_is_noticed) {
  for (std::size_t at = 0; at < known.size(); ++at) {
    for (const char other : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567a0= ")) {
      std::string text(known);
      if (text[at] == other) continue;
      text[at] = other;
      EXPECT_FALSE(read_nkey(key_role::user, text)) << text;
    }
  }
}

TEST(nkeys, every_other_length_is_refused) {
  for (std::size_t size = 0; size < known.size(); ++size)
    EXPECT_FALSE(read_nkey(key_role::user, known.substr(0, size)));
  EXPECT_FALSE(read_nkey(key_role::user, std::string(known) + "A"));
}

}  // namespace
}  // namespace wirebird::auth
