#include "dataplane/config/file_reader.hh"

#include <map>
#include <string>

#include <gtest/gtest.h>

namespace wirebird::config {
namespace {

/// Files and variables in memory.
struct memory {
  std::map<std::string, std::string> files;
  std::map<std::string, std::string> variables;

  [[nodiscard]] read_result read(const std::string& text) {
    files["main.conf"] = text;
    return read_configuration("main.conf",
                              {[this](const std::string& path) -> sources::file {
                                 const auto found = files.find(path);
                                 if (found == files.end()) return {"", "no such file or directory"};
                                 return {found->second, ""};
                               },
                               [this](const std::string& name) -> std::optional<std::string> {
                                 const auto found = variables.find(name);
                                 if (found == variables.end()) return std::nullopt;
                                 return found->second;
                               }});
  }
};

std::string tree(const std::string& text) {
  const read_result result = memory().read(text);
  return result.error.empty() ? printed({result.content, {}, false}) : result.error;
}

TEST(file_reader, numbers_take_sizes_and_overflow_is_an_error) {
  EXPECT_EQ(tree("a: 5k, b: 5kb, c: 5Ki, d: 5GiB, e: -2m"),
            "map[a:5000 b:5120 c:5120 d:5368709120 e:-2000000]");
  EXPECT_EQ(tree("a: 9223372036854775807"), "map[a:9223372036854775807]");
  EXPECT_EQ(tree("a: 9223372036854775808"), "integer '9223372036854775808' is out of the range");
  EXPECT_EQ(tree("a: 9223372036854775807k"), "integer '9223372036854775807' is out of the range");
}

TEST(file_reader, arrays_may_hold_numbers_up_to_their_bracket) {
  EXPECT_EQ(tree("a: [1, 2]\nb: [[1], [x]]"), "map[a:[1 2] b:[[1] [x]]]");
}

TEST(file_reader, a_repeated_key_overrides) {
  EXPECT_EQ(tree("a: 1\na: 2"), "map[a:2]");
}

TEST(file_reader, inner_variables_hide_outer_ones_and_the_environment) {
  memory files;
  files.variables = {{"x", "outside"}, {"y", "[1, $x]"}};
  const read_result result = files.read("a: $x\nx: 1\nm { x: 2, b: $x }\nc: $x\nd: $y");
  ASSERT_EQ(result.error, "");
  EXPECT_EQ(printed({result.content, {}, false}), "map[a:outside x:1 m:map[x:2 b:2] c:1 d:[1 1]]");
}

TEST(file_reader, a_variable_of_itself_is_refused) {
  memory files;
  files.variables = {{"loop", "$loop"}};
  EXPECT_NE(files.read("a: $loop").error.find("nested too deeply"), std::string::npos);
}

TEST(file_reader, files_that_include_each_other_are_refused) {
  memory files;
  files.files["b.conf"] = "include main.conf";
  EXPECT_NE(files.read("include b.conf").error.find("too many files include each other"),
            std::string::npos);
}

TEST(file_reader, work_is_bounded_where_each_file_includes_the_next_often) {
  memory files;
  for (int i = 0; i < 12; ++i) {
    std::string text;
    for (int k = 0; k < 10; ++k) text += "include f" + std::to_string(i + 1) + "\n";
    files.files["f" + std::to_string(i)] = text;
  }
  files.files["f12"] = "";
  EXPECT_NE(files.read("include f0").error.find("too many files"), std::string::npos);
}

TEST(file_reader, an_included_path_stays_below_the_folder_of_the_file) {
  memory files;
  files.files["etc/passwd"] = "a: 1";
  EXPECT_EQ(files.read("include /etc/passwd").error, "");
}

TEST(file_reader, nesting_is_bounded) {
  const std::string deep(values_nested_max + 1, '[');
  EXPECT_NE(tree("a: " + deep).find("nested too deeply"), std::string::npos);
}

}  // namespace
}  // namespace wirebird::config
