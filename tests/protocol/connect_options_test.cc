#include "protocol/connect_options.hh"

#include <limits>

#include <gtest/gtest.h>

// Cases marked `observed` were put to nats-server 2.9.10.
namespace wirebird::protocol {
namespace {

bool accepted(std::string_view json) {
  connect_options ignored;
  return merge_connect(json, ignored);
}

connect_options merged(std::string_view json, connect_options options = {}) {
  EXPECT_TRUE(merge_connect(json, options)) << json;
  return options;
}

TEST(connect, absent_fields_keep_their_defaults) {
  for (const char* json : {"{}", " \t\r\n{ } \t", "{\"unknown\":1}", "null"}) {
    const connect_options options = merged(json);
    EXPECT_TRUE(options.verbose && options.pedantic && options.echo) << json;
    EXPECT_FALSE(options.headers || options.no_responders || options.tls_required) << json;
    EXPECT_FALSE(options.new_account) << json;
    EXPECT_EQ(options.protocol, 0) << json;
    EXPECT_EQ(options.name + options.user + options.pass + options.account, "") << json;
  }
}

TEST(connect, every_field_is_read) {
  const connect_options all =
      merged(R"({"verbose":false,"pedantic":false,"tls_required":true,"auth_token":"t","user":"u",)"
             R"("pass":"p","nkey":"n","sig":"s","jwt":"j","name":"N","lang":"L","version":"V",)"
             R"("protocol":1,"echo":false,"headers":true,"no_responders":true,"account":"A",)"
             R"("new_account":true,"import":{"allow":["x"]},"export":{}})");
  EXPECT_FALSE(all.verbose || all.pedantic || all.echo);
  EXPECT_TRUE(all.tls_required && all.headers && all.no_responders && all.new_account);
  EXPECT_EQ(all.protocol, 1);
  EXPECT_EQ(all.auth_token + all.user + all.pass + all.nkey + all.sig + all.jwt, "tupnsj");
  EXPECT_EQ(all.name + all.lang + all.version + all.account, "NLVA");
}

TEST(connect, fields_are_merged_into_earlier_ones) {
  const connect_options first = merged(R"({"verbose":false,"name":"a","user":"u"})");
  const connect_options second = merged(R"({"name":"b","user":null})", first);
  EXPECT_FALSE(second.verbose);
  EXPECT_EQ(second.name, "b");
  EXPECT_EQ(second.user, "u");
}

TEST(connect, keys_match_in_any_letter_case_and_with_escapes) {
  EXPECT_FALSE(merged(R"({"VERBOSE":false})").verbose);
  EXPECT_FALSE(merged(R"({"verbo\u0073e":false})").verbose);  // observed
  EXPECT_EQ(merged(R"({"Auth_Token":"x"})").auth_token, "x");
  EXPECT_TRUE(merged(R"({"verbos":false,"verbosee":false,"":false})").verbose);
}

TEST(connect, the_last_of_equal_keys_wins_and_null_changes_nothing) {
  EXPECT_FALSE(merged(R"({"Verbose":true,"verbose":false})").verbose);                 // observed
  EXPECT_FALSE(merged(R"({"verbose":null,"verbose":false,"VERBOSE":null})").verbose);  // observed
  EXPECT_EQ(merged(R"({"name":"a","name":"b"})").name, "b");
}

TEST(connect, a_wrong_type_is_refused) {
  for (const char* json :
       {R"({"verbose":0})", R"({"verbose":"true"})", R"({"verbose":[]})", R"({"verbose":{}})",
        R"({"name":5})", R"({"NAME":5})", R"({"name":true})", R"({"name":["a"]})",
        R"({"name":{"name":"a"}})", R"({"protocol":"1"})", R"({"protocol":true})",
        R"({"protocol":[1]})", R"({"protocol":{}})", R"({"import":5})", R"({"import":[]})",
        R"({"export":"x"})", R"({"import":true})"})
    EXPECT_FALSE(accepted(json)) << json;
}

TEST(connect, what_is_no_object_is_refused) {
  for (const char* json : {"", " ", "[]", "\"x\"", "5", "5.5", "true", "{", "}", "{}x", "{} {}",
                           "[{}]", "nul", "[null]", "\xef\xbb\xbf{}"})
    EXPECT_FALSE(accepted(json)) << json;
}

TEST(connect, malformed_text_is_refused) {
  for (const char* json :
       {R"({"a":1,})", R"({"a":01})", R"({"a":+1})", R"({"a":.5})", R"({"a":1.})", R"({a:1})",
        R"({'a':1})", R"({"a" 1})", R"({"a":1 "b":2})", R"({"a":})", R"({"a"})", "{\"a\":\"\x01\"}",
        R"({"a":"\x"})", R"({"a":"\u12"})", R"({"a":NaN})", R"({"a":tru})", "{\"name\":\"a",
        R"({"a":1}/**/)", R"({/**/})"})
    EXPECT_FALSE(accepted(json)) << json;
}

TEST(connect, the_protocol_is_an_integer_without_point_or_exponent) {
  EXPECT_FALSE(accepted(R"({"protocol":1.0})"));                  // observed
  EXPECT_FALSE(accepted(R"({"protocol":1e0})"));                  // observed
  EXPECT_FALSE(accepted(R"({"protocol":9999999999999999999})"));  // observed
  EXPECT_FALSE(accepted(R"({"protocol":99999999999999999999999999})"));
  EXPECT_FALSE(accepted(R"({"protocol":1e999})"));
  EXPECT_EQ(merged(R"({"protocol":-0})").protocol, 0);  // observed
  EXPECT_EQ(merged(R"({"protocol":2})").protocol, 2);
  EXPECT_EQ(merged(R"({"protocol":-1})").protocol, -1);
}

TEST(connect, a_protocol_beyond_int_is_wrong_and_not_malformed) {
  EXPECT_EQ(merged(R"({"protocol":99999999999})").protocol,  // observed
            std::numeric_limits<int>::max());
  EXPECT_EQ(merged(R"({"protocol":-99999999999})").protocol, std::numeric_limits<int>::min());
  EXPECT_EQ(merged(R"({"protocol":4294967297})").protocol, std::numeric_limits<int>::max());
}

TEST(connect, unknown_members_may_be_anything) {
  const connect_options options =
      merged(R"({"a":{"verbose":false,"name":5,"b":[{"echo":false},[1.5,null,"x"]]},)"
             R"("c":1e999,"d":[{"user":"x"}],"e":-1,"f":"\"\\","name":"n"})");
  EXPECT_TRUE(options.verbose && options.echo);
  EXPECT_EQ(options.user, "");
  EXPECT_EQ(options.name, "n");
}

TEST(connect, the_inside_of_a_wanted_object_is_not_looked_at) {
  EXPECT_TRUE(merged(R"({"import":{"verbose":false,"x":[1,{"y":"z"},null]}})").verbose);
}

TEST(connect, strings_are_decoded) {
  EXPECT_EQ(merged(R"({"name":"a\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00"})").name,
            "a\"\\/\b\f\n\r\tA\u00e9\U0001f600");
  EXPECT_EQ(merged("{\"name\":\"a\x7f\"}").name, "a\x7f");  // observed
  EXPECT_EQ(merged(R"({"name":""})", merged(R"({"name":"x"})")).name, "");
  EXPECT_EQ(merged(R"({"name":"\u0000"})").name, std::string(1, '\0'));
  const std::string long_name(100'000, 'n');
  EXPECT_EQ(merged("{\"name\":\"" + long_name + "\\n" + long_name + "\"}").name,
            long_name + "\n" + long_name);
}

TEST(connect, bytes_that_are_no_utf8_become_replacement_characters) {
  EXPECT_EQ(merged("{\"name\":\"a\xff\"}").name, "a\ufffd");
  EXPECT_EQ(merged("{\"name\":\"\xed\xa0\x80\"}").name, "\ufffd\ufffd\ufffd") << "a surrogate";
  EXPECT_EQ(merged("{\"name\":\"\xc0\xaf\"}").name, "\ufffd\ufffd") << "an overlong form";
  EXPECT_EQ(merged("{\"name\":\"\xe2\x82\"}").name, "\ufffd\ufffd") << "cut short";
  EXPECT_EQ(merged("{\"a\":\"\xff\",\"\xff\":1}").name, "");  // observed
}

TEST(connect, half_a_surrogate_pair_is_refused) {
  for (const char* json :
       {R"({"name":"\ud800"})", R"({"name":"\udc00"})", R"({"a":"\ud800\u0041"})"})
    EXPECT_FALSE(accepted(json)) << json;
}

TEST(connect, nesting_is_bounded) {
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  EXPECT_TRUE(accepted(nested(31)));
  EXPECT_FALSE(accepted(nested(32)));
  EXPECT_FALSE(accepted(nested(1'000'000)));
  EXPECT_FALSE(accepted("{\"a\":" + std::string(1'000'000, '[')));
}

}  // namespace
}  // namespace wirebird::protocol
