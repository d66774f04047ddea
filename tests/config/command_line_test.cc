#include "dataplane/config/command_line.hh"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::config {
namespace {

command read(const std::vector<const char*>& words) {
  std::vector<const char*> argv{"/usr/bin/wirebird"};
  argv.insert(argv.end(), words.begin(), words.end());
  return read_command_line(static_cast<int>(argv.size()), argv.data());
}

TEST(command_line, without_flags_listens_everywhere_on_4222_over_kernel_sockets) {
  const command result = read({});
  ASSERT_TRUE(result.run);
  EXPECT_EQ(result.run->host, "0.0.0.0");
  EXPECT_EQ(result.run->port, 4222);
  EXPECT_TRUE(result.run->nic.empty());
  EXPECT_EQ(result.run->idle, idle_strategy::adaptive);
}

TEST(command_line, one_and_two_dashes_and_both_value_forms_are_the_same) {
  for (const auto& words : std::vector<std::vector<const char*>>{
           {"-p", "5000"}, {"--p=5000"}, {"-port=5000"}, {"--port", "5000"}}) {
    const command result = read(words);
    ASSERT_TRUE(result.run) << result.error;
    EXPECT_EQ(result.run->port, 5000);
  }
}

TEST(command_line, port_minus_one_asks_for_any_free_port) {
  const command result = read({"-p", "-1"});
  ASSERT_TRUE(result.run) << result.error;
  EXPECT_EQ(result.run->port, 0);
}

TEST(command_line, the_last_of_a_repeated_flag_wins) {
  const command result = read({"-p", "1", "-p", "2", "-D", "-D=false"});
  ASSERT_TRUE(result.run) << result.error;
  EXPECT_EQ(result.run->port, 2);
  EXPECT_FALSE(result.run->log.debug);
}

TEST(command_line, unknown_flag_prints_usage_and_exits_0) {
  const command result = read({"-badflag"});
  EXPECT_FALSE(result.run);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.error, "flag provided but not defined: -badflag\n");
  EXPECT_TRUE(result.out.starts_with("\nUsage: wirebird [options]\n"));
}

TEST(command_line, bad_values_print_gos_sentences_and_exit_0) {
  EXPECT_EQ(read({"-D=maybe"}).error, "invalid boolean value \"maybe\" for -D: parse error\n");
  EXPECT_EQ(read({"-p", "abc"}).error, "invalid value \"abc\" for flag -p: parse error\n");
  EXPECT_EQ(read({"-p"}).error, "flag needs an argument: -p\n");
  EXPECT_EQ(read({"-p", "abc"}).exit_code, 0);
}

TEST(command_line, a_stray_word_exits_1) {
  const command result = read({"foo", "-p", "1"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.error, "wirebird: unrecognized command: \"foo\"\n");
}

TEST(command_line, help_and_version_are_flags_and_words_in_any_letter_case) {
  for (const char* help : {"-h", "--help", "help", "HELP"}) {
    EXPECT_TRUE(read({help}).out.starts_with("\nUsage: ")) << help;
    EXPECT_EQ(read({help}).exit_code, 0);
  }
  for (const char* version : {"-v", "--version", "Version"})
    EXPECT_TRUE(read({version}).out.starts_with("wirebird: v")) << version;
}

TEST(command_line, under_the_name_nats_server_the_version_line_is_that_servers) {
  const char* argv[] = {"/opt/bin/nats-server", "-v"};
  EXPECT_EQ(read_command_line(2, argv).out, "nats-server: v2.9.10\n");
}

TEST(command_line, a_port_of_our_own_needs_an_address_and_an_address_needs_a_port) {
  EXPECT_EQ(read({"--nic", "tap:t0"}).exit_code, 1);
  EXPECT_EQ(read({"--ip", "10.0.0.1/24"}).exit_code, 1);
  EXPECT_EQ(read({"--nic", "tap:t0", "--ip", "10.0.0.1"}).exit_code, 1);
  const command result = read({"--nic", "tap:t0", "--ip", "10.0.0.1/24"});
  ASSERT_TRUE(result.run) << result.error;
  EXPECT_EQ(result.run->interface->address, *parse_ip("10.0.0.1"));
  EXPECT_EQ(result.run->interface->prefix_length, 24);
}

TEST(command_line, a_gateway_is_another_host_of_our_network) {
  const command result =
      read({"--nic", "tap:t0", "--ip", "10.0.0.130/25", "--gateway", "10.0.0.254"});
  ASSERT_TRUE(result.run) << result.error;
  EXPECT_EQ(result.run->gateway, parse_ip("10.0.0.254"));
  EXPECT_FALSE(read({"--nic", "tap:t0", "--ip", "10.0.0.130/25"}).run->gateway);
  EXPECT_NE(read({"--gateway", "10.0.0.1"}).error.find("--gateway needs --nic"), std::string::npos);

  struct row {
    const char* gateway;
    const char* part;
  };
  for (const row& wrong : {row{"10.0.0.1", "is not in the network of --ip 10.0.0.130/25"},
                           row{"fe80::1", "is not in the network"}, row{"10.0.0.130", "our own"},
                           row{"router", "is not an address"}}) {
    const command refused =
        read({"--nic", "tap:t0", "--ip", "10.0.0.130/25", "--gateway", wrong.gateway});
    EXPECT_EQ(refused.exit_code, 1) << wrong.gateway;
    EXPECT_NE(refused.error.find(wrong.part), std::string::npos) << refused.error;
  }
}

TEST(command_line, workers_are_a_count_or_auto_or_as_many_as_cores) {
  EXPECT_EQ(read({}).run->workers, 1U);
  EXPECT_FALSE(read({}).run->pin_workers);
  EXPECT_EQ(read({"--workers", "4"}).run->workers, 4U);
  EXPECT_TRUE(read({"--workers", "4"}).run->pin_workers);
  EXPECT_FALSE(read({"--workers", "auto"}).run->workers);
  const command listed = read({"--cores", "2,4-5", "--workers", "auto"});
  ASSERT_TRUE(listed.run) << listed.error;
  EXPECT_EQ(listed.run->workers, 3U);
  EXPECT_EQ(listed.run->cores, (std::vector<unsigned>{2, 4, 5}));
  EXPECT_TRUE(listed.run->pin_workers);
}

TEST(command_line, values_out_of_range_exit_1_with_one_sentence) {
  for (const auto& words :
       std::vector<std::vector<const char*>>{{"-p", "65536"},
                                             {"-p", "-2"},
                                             {"--workers", "0"},
                                             {"--workers", "many"},
                                             {"--workers", "1-2"},
                                             {"--cores", "a"},
                                             {"--cores", "1,2", "--workers", "3"},
                                             {"--idle", "lazy"}}) {
    const command result = read(words);
    EXPECT_FALSE(result.run);
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_TRUE(result.error.starts_with("wirebird: ")) << result.error;
  }
}

}  // namespace
}  // namespace wirebird::config
