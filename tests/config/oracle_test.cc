// What `-t -c FILE` says, against nats-server itself: a table of small files.
#include "dataplane/config/command_line.hh"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

namespace wirebird::config {
namespace {

void replace_all(std::string& in, std::string_view what, std::string_view by) {
  for (auto at = in.find(what); at != std::string::npos; at = in.find(what, at + by.size()))
    in.replace(at, what.size(), by);
}

/// Rows of a file of this folder, each ended by a line `%`. `<CR>` and `<TAB>` stand for those
/// characters, `<END>` for the end of a text that no line end ends.
std::vector<std::string> table(const std::string& name) {
  const char* const folder = std::getenv("WIREBIRD_ORACLE_TABLES");
  std::ifstream file(std::filesystem::path(folder == nullptr ? "." : folder) / name);
  std::vector<std::string> rows;
  std::string row;
  for (std::string line; std::getline(file, line);) {
    if (line != "%") {
      row += line + "\n";
      continue;
    }
    replace_all(row, "<CR>", "\r");
    replace_all(row, "<TAB>", "\t");
    replace_all(row, "<END>\n", "");
    rows.push_back(std::move(row));
    row.clear();
  }
  EXPECT_GT(rows.size(), 20U) << "table " << name;
  return rows;
}

/// Lines in an order of their own, since nats-server's is random; without the program's name.
std::string canonical(std::string text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("nats-server: ")) line.erase(0, 13);
    replace_all(line, std::string_view("\0", 1), "\\0");
    if (!line.empty()) lines.push_back(line);
  }
  std::ranges::sort(lines);
  std::string sorted;
  for (const std::string& line : lines) sorted += line + "\n";
  return sorted;
}

class oracle : public testing::Test {
 protected:
  void SetUp() override {
    const char* const named = std::getenv("WIREBIRD_ORACLE");
    if (named == nullptr || ::access(named, X_OK) != 0)
      GTEST_SKIP() << "important: no nats-server to compare with";
    binary_ = named;
    std::string folder = testing::TempDir() + "configXXXXXX";
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    write("inc.conf", "port: 5\n");
    write("bad.conf", "foo: 1\n");
    write("syntax.conf", "listen: a b c\n");
    write("vars.conf", "X: 5\nY = abc\n");
    write("uses.conf", "listen: $X\n");
    ::setenv("WB_TEXT", "abc", 1);
    ::setenv("WB_NUMBER", "5", 1);
    ::setenv("WB_QUOTED", "\"x y\"", 1);
    ::setenv("WB_TWO", "a b", 1);
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }
  void write(const std::string& name, std::string_view text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }

  struct answer {
    std::string text;
    int code = -1;
  };
  [[nodiscard]] answer ours(const std::vector<std::string>& words) const {
    std::vector<const char*> argv{"nats-server"};
    for (const std::string& word : words) argv.push_back(word.c_str());
    const command result = read_command_line(static_cast<int>(argv.size()), argv.data());
    return {canonical(result.error), result.run ? 0 : result.exit_code};
  }
  /// requires: words that make it end by itself.
  [[nodiscard]] answer theirs(const std::vector<std::string>& words) const {
    std::string line = binary_;
    for (const std::string& word : words) line += " '" + word + "'";
    std::FILE* const pipe = ::popen((line + " 2>&1 >/dev/null").c_str(), "r");
    std::string text;
    std::array<char, 4096> part{};
    for (std::size_t size = 0; (size = std::fread(part.data(), 1, part.size(), pipe)) > 0;)
      text.append(part.data(), size);
    const int status = ::pclose(pipe);
    return {canonical(text), WIFEXITED(status) ? WEXITSTATUS(status) : -1};
  }
  void compare(std::string_view text, bool is_check = true) const {
    write("c.conf", text);
    std::vector<std::string> words{"-c", (folder_ / "c.conf").string()};
    if (is_check) words.insert(words.begin(), "-t");
    const answer expected = theirs(words);
    const answer got = ours(words);
    EXPECT_EQ(got.text, expected.text) << "file: " << text;
    EXPECT_EQ(got.code, expected.code) << "file: " << text;
  }

  std::string binary_;
  std::filesystem::path folder_;
};

TEST_F(oracle, reads_values_alike) {
  for (const std::string& value : table("values")) compare("listen: " + value);
  // Of ports we say at once what nats-server says when it listens.
  for (const std::string_view number : {"-5", "5g", "-5k", "5pb", "7E", "-0", "123456789012"})
    compare("max_traced_msg_len: " + std::string(number) + "\n");
}

TEST_F(oracle, reads_keys_blocks_includes_and_variables_alike) {
  for (const std::string& text : table("files")) compare(text);
}

TEST_F(oracle, judges_the_types_of_options_alike) {
  for (const std::string_view key : {"listen",
                                     "host",
                                     "net",
                                     "port",
                                     "client_advertise",
                                     "server_name",
                                     "http_base_path",
                                     "max_connections",
                                     "max_control_line",
                                     "max_payload",
                                     "max_subscriptions",
                                     "max_sub_tokens",
                                     "ping_interval",
                                     "write_deadline",
                                     "lame_duck_duration",
                                     "lame_duck_grace_period",
                                     "no_auth_user",
                                     "debug",
                                     "logtime",
                                     "log_file",
                                     "pid_file",
                                     "ports_file_dir",
                                     "no_header_support",
                                     "disable_sublist_cache",
                                     "no_system_account",
                                     "connect_error_reports",
                                     "reconnect_error_reports",
                                     "max_traced_msg_len",
                                     "server_tags"})
    for (const std::string_view value : {"\"abc\"", "5", "true", "1.5", "[a]", "{}", "\"5s\""})
      compare(std::string(key) + ": " + std::string(value) + "\n");
  for (const std::string_view key :
       {"max_control_line", "max_payload", "max_sub_tokens", "max_connections", "ping_max"})
    compare(std::string(key) + ": 99999999999\n");
}

TEST_F(oracle, judges_durations_alike) {
  for (const std::string_view text : {"1h2m3.5s", "5", "", "1d", "s", "1.s", ".5s", "9999999999h",
                                      "5 s", "0", "1\u00b5s", "-", "1h-2m", "+5s", "1e3s"})
    compare("ping_interval: \"" + std::string(text) + "\"\n");
}

TEST_F(oracle, judges_authorization_alike) {
  for (const std::string& block : table("authorization"))
    compare("authorization { " + block.substr(0, block.size() - 1) + " }\n");
  const std::string one = "{nkey: UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4}";
  compare("authorization { users: [" + one + ", " + one + "] }\n");
}

TEST_F(oracle, refuses_the_same_contradictions_at_the_start_and_not_in_a_check) {
  for (const std::string_view text :
       {"no_auth_user: bob\n", "max_pending: 1000\n",
        "lame_duck_duration: \"30s\"\nlame_duck_grace_period: \"30s\"\n"}) {
    compare(text);
    compare(text, false);
  }
}

TEST_F(oracle, judges_flags_alike) {
  write("c.conf", "");
  const std::string file = (folder_ / "c.conf").string();
  for (const auto& words : std::vector<std::vector<std::string>>{{"-badflag"},
                                                                 {"-p"},
                                                                 {"-p", "abc"},
                                                                 {"-p="},
                                                                 {"-p", "99999999999999999999"},
                                                                 {"-D=maybe"},
                                                                 {"---p"},
                                                                 {"-=5"},
                                                                 {"-"},
                                                                 {"foo"},
                                                                 {"--", "foo"},
                                                                 {"-p", "5", "foo"},
                                                                 {"-D", "true"},
                                                                 {"-t"},
                                                                 {"-c", folder_ / "nope.conf"},
                                                                 {"-c"},
                                                                 {"-sl"},
                                                                 {"-log_size_limit", "x"},
                                                                 {"--connect_retries=x"},
                                                                 {"-t", "-c", file},
                                                                 {"-t", "-p", "0x10", "-c", file},
                                                                 {"-t", "-p", "1_0", "-c", file},
                                                                 {"-t", "-c", file, "-badflag"},
                                                                 {"version", "x"},
                                                                 {"-h", "-v"},
                                                                 {"HELP"}}) {
    std::string line;
    for (const std::string& word : words) line += word + " ";
    const answer expected = theirs(words);
    const answer got = ours(words);
    EXPECT_EQ(got.text, expected.text) << line;
    EXPECT_EQ(got.code, expected.code) << line;
  }
}

}  // namespace
}  // namespace wirebird::config
