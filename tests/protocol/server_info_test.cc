#include "protocol/server_info.hh"

#include <gtest/gtest.h>

namespace wirebird::protocol {
namespace {

server_info smallest() {
  server_info info;
  info.server_id = "NABC";
  info.server_name = "NABC";
  info.version = "2.9.10";
  info.go = "go1.19.8";
  info.host = "127.0.0.1";
  info.port = 4901;
  info.client_id = 5;
  info.client_ip = "127.0.0.1";
  return info;
}

std::string json_of(const server_info& info) {
  const std::string line = info_line(info);
  EXPECT_TRUE(line.starts_with("INFO {") && line.ends_with("} \r\n")) << line;
  return line.substr(5, line.size() - 8);
}

/// The text between the quotes that `name` becomes.
std::string escaped(const std::string& name) {
  server_info info;
  info.server_id = name;
  const std::string json = json_of(info);
  constexpr std::string_view before = "{\"server_id\":\"";
  EXPECT_TRUE(json.starts_with(before));
  return json.substr(before.size(), json.find("\",\"server_name\"") - before.size());
}

TEST(info, the_smallest_line_has_the_bytes_of_the_reference) {
  EXPECT_EQ(info_line(smallest()),
            "INFO {\"server_id\":\"NABC\",\"server_name\":\"NABC\",\"version\":\"2.9.10\","
            "\"proto\":1,\"go\":\"go1.19.8\",\"host\":\"127.0.0.1\",\"port\":4901,"
            "\"headers\":true,\"max_payload\":1048576,\"client_id\":5,"
            "\"client_ip\":\"127.0.0.1\"} \r\n");
}

TEST(info, every_field_stands_in_its_place) {
  server_info info = smallest();
  info.git_commit = "abcdef0";
  info.headers = false;
  info.auth_required = info.tls_required = info.tls_verify = info.tls_available = true;
  info.max_payload = -1;
  info.nonce = "n";
  info.cluster = "c";
  info.connect_urls = {"a:1", "[::1]:2"};
  info.ldm = true;
  info.wirebird_version = "0.1.0";
  EXPECT_EQ(info_line(info),
            "INFO {\"server_id\":\"NABC\",\"server_name\":\"NABC\",\"version\":\"2.9.10\","
            "\"proto\":1,\"git_commit\":\"abcdef0\",\"go\":\"go1.19.8\",\"host\":\"127.0.0.1\","
            "\"port\":4901,\"headers\":false,\"auth_required\":true,\"tls_required\":true,"
            "\"tls_verify\":true,\"tls_available\":true,\"max_payload\":-1,\"client_id\":5,"
            "\"client_ip\":\"127.0.0.1\",\"nonce\":\"n\",\"cluster\":\"c\","
            "\"connect_urls\":[\"a:1\",\"[::1]:2\"],\"ldm\":true,\"wirebird\":\"0.1.0\"} \r\n");
}

TEST(info, what_is_written_can_be_read) {
  server_info info = smallest();
  info.server_name = "<\"\\\n\u2028\u00e9\U0001f600>";
  info.client_id = 18446744073709551615U;
  info.connect_urls = {"a:1", "b:2"};
  info.ldm = true;
  info.wirebird_version = "0.1.0";
  server_info read;
  read.connect_urls = {"old"};
  ASSERT_TRUE(read_info(json_of(info), read));
  EXPECT_EQ(read.server_name, info.server_name);
  EXPECT_EQ(read.client_id, info.client_id);
  EXPECT_EQ(read.port, 4901);
  EXPECT_EQ(read.connect_urls, info.connect_urls);
  EXPECT_EQ(info_line(read), info_line(info));
}

TEST(info, strings_are_escaped_as_the_reference_server_does) {
  EXPECT_EQ(escaped("a<b>&c"), "a\\u003cb\\u003e\\u0026c");
  EXPECT_EQ(escaped("\"\\/"), "\\\"\\\\/");
  EXPECT_EQ(escaped("\n\r\t\b\f"), "\\n\\r\\t\\u0008\\u000c");
  EXPECT_EQ(escaped(std::string("\0\x1f\x7f", 3)), "\\u0000\\u001f\x7f");
  EXPECT_EQ(escaped("\u2027\u2028\u2029\u202a"), "\u2027\\u2028\\u2029\u202a");
  EXPECT_EQ(escaped("\u00e9\U0010ffff\ufffd"), "\u00e9\U0010ffff\ufffd");
}

TEST(info, each_byte_that_is_no_utf8_is_escaped_on_its_own) {
  EXPECT_EQ(escaped("a\xff"), "a\\ufffd");
  EXPECT_EQ(escaped("\xc3"), "\\ufffd");
  EXPECT_EQ(escaped("\xc3("), "\\ufffd(");
  EXPECT_EQ(escaped("\xe0\x80\x80"), "\\ufffd\\ufffd\\ufffd");
  EXPECT_EQ(escaped("\xed\xa0\x80"), "\\ufffd\\ufffd\\ufffd");
  EXPECT_EQ(escaped("\xf4\x90\x80\x80"), "\\ufffd\\ufffd\\ufffd\\ufffd");
  EXPECT_EQ(escaped("\xf0\x9f\x98"), "\\ufffd\\ufffd\\ufffd");
}

TEST(info, every_sequence_of_two_bytes_keeps_the_line_one_line) {
  for (int pair = 0; pair < 65536; ++pair) {
    const std::string name = {static_cast<char>(pair >> 8), static_cast<char>(pair & 0xff)};
    server_info info;
    info.server_name = name;
    const std::string json = json_of(info);
    ASSERT_EQ(json.find_first_of("\r\n"), std::string::npos) << pair;
    server_info read;
    ASSERT_TRUE(read_info(json, read)) << pair;
  }
}

TEST(info, reading_refuses_wrong_types_and_ranges) {
  for (const char* json :
       {"", "x", "[]", R"({"port":"x"})", R"({"port":-1})", R"({"port":65536})", R"({"port":1.5})",
        R"({"client_id":-1})", R"({"client_id":18446744073709551616})", R"({"headers":1})",
        R"({"connect_urls":"a"})", R"({"connect_urls":[1]})", R"({"connect_urls":[["a"]]})",
        R"({"connect_urls":[{}]})", R"({"connect_urls":{}})", R"({"connect_urls":[true]})",
        R"({"max_payload":9223372036854775808})", R"({"proto":2147483648})",
        R"({"server_id":[]})"}) {
    server_info info;
    EXPECT_FALSE(read_info(json, info)) << json;
  }
}

TEST(info, reading_ignores_what_it_does_not_know) {
  server_info info = smallest();
  EXPECT_TRUE(read_info(R"({"xkey":"X","api_lvl":5,"nested":{"port":"x"},"port":7,)"
                        R"("connect_urls":["a",null]})",
                        info));
  EXPECT_EQ(info.port, 7);
  EXPECT_EQ(info.connect_urls, (std::vector<std::string>{"a", ""}));
  EXPECT_EQ(info.server_id, "NABC");
  EXPECT_TRUE(read_info(R"({"nested":{"connect_urls":["b"],"port":8}})", info));
  EXPECT_EQ(info.connect_urls.size(), 2U) << "a key of an inner object is not ours";
  EXPECT_EQ(info.port, 7);
  EXPECT_TRUE(read_info("null", info));
  EXPECT_TRUE(read_info(R"({"connect_urls":null})", info));
  EXPECT_EQ(info.connect_urls.size(), 2U);
}

}  // namespace
}  // namespace wirebird::protocol
