#include "perf/load/options.hh"

#include <initializer_list>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::load {
namespace {

std::optional<options> parse(std::initializer_list<std::string> words) {
  std::vector<std::string> texts{"wirebird-bench"};
  texts.insert(texts.end(), words);
  std::vector<char*> arguments;
  for (std::string& text : texts) arguments.push_back(text.data());
  arguments.push_back(nullptr);
  return parse_options(static_cast<int>(texts.size()), arguments.data());
}

std::string refusal_of(std::initializer_list<std::string> words) {
  try {
    static_cast<void>(parse(words));
    return "accepted";
  } catch (const start_error& error) {
    return error.what();
  }
}

TEST(load_options, modes_have_their_defaults) {
  EXPECT_EQ(parse({"throughput"})->subscribers, 1U);
  EXPECT_EQ(parse({"fanout"})->subscribers, 1000U);
  EXPECT_EQ(parse({"fanout", "--subscribers", "8"})->subscribers, 8U);
  EXPECT_FALSE(parse({"throughput"})->spin);
  EXPECT_TRUE(parse({"latency"})->spin);
}

TEST(load_options, server_address_comes_in_three_spellings) {
  EXPECT_EQ(parse({"throughput", "--server", "nats://10.0.0.1:4333"})->host, "10.0.0.1");
  EXPECT_EQ(parse({"throughput", "--server", "nats://10.0.0.1:4333"})->port, "4333");
  EXPECT_EQ(parse({"throughput", "--server", "box"})->port, "4222");
  EXPECT_EQ(parse({"throughput", "--server", "[::1]:5000"})->host, "::1");
}

TEST(load_options, quantities_and_durations_know_their_suffixes) {
  EXPECT_EQ(parse_quantity("16", "x"), 16U);
  EXPECT_EQ(parse_quantity("2k", "x"), 2'000U);
  EXPECT_EQ(parse_quantity("2KiB", "x"), 2'048U);
  EXPECT_EQ(parse_quantity("1.5M", "x"), 1'500'000U);
  EXPECT_EQ(parse_duration("250ms", "x"), 250'000'000);
  EXPECT_EQ(parse_duration("1.5", "x"), 1'500'000'000);
  EXPECT_EQ(parse_duration("2m", "x"), 120 * nanoseconds_per_second);
  EXPECT_THROW(static_cast<void>(parse_quantity("5 apples", "x")), start_error);
  EXPECT_THROW(static_cast<void>(parse_quantity("-5", "x")), start_error);
  EXPECT_THROW(static_cast<void>(parse_duration("5h", "x")), start_error);
}

TEST(load_options, help_is_asked_for_in_any_place) {
  EXPECT_FALSE(parse({"--help"}).has_value());
  EXPECT_FALSE(parse({"latency", "--help"}).has_value());
}

TEST(load_options, an_option_that_would_be_ignored_is_refused) {
  EXPECT_EQ(refusal_of({"throughput", "--rate", "5"}), "--rate: has no meaning in mode throughput");
  EXPECT_EQ(refusal_of({"latency", "--ahead", "5"}), "--ahead: has no meaning in mode latency");
  EXPECT_EQ(refusal_of({"request", "--subscribers", "5"}),
            "--subscribers: has no meaning in mode request");
}

TEST(load_options, nonsense_is_refused_with_its_name) {
  EXPECT_EQ(refusal_of({"through"}),
            "mode through: throughput, fanout, request, latency or jitter; see --help");
  EXPECT_EQ(refusal_of({"throughput", "--size", "7"}), "--size 7: between 8 and 67108864");
  EXPECT_EQ(refusal_of({"throughput", "--subject", "a.*"}),
            "--subject a.*: a subject without blanks and wildcards is wanted");
  EXPECT_NE(refusal_of({"latency", "--size", "8"}), "accepted");
  EXPECT_NE(refusal_of({"throughput", "extra"}), "accepted");
  EXPECT_NE(refusal_of({}), "accepted");
}

}  // namespace
}  // namespace wirebird::load
