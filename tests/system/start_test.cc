// Flags, files and signals of a start, as an operator's scripts use them.
#include "tests/system/broker_process.hh"
#include "tests/system/raw_client.hh"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

namespace wirebird::system_tests {
namespace {

class start : public testing::TestWithParam<transport> {
 protected:
  void SetUp() override {
    if (const auto why = why_not(GetParam())) GTEST_SKIP() << "important: " << *why;
    std::string folder = testing::TempDir() + "startXXXXXX";
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    folder_ = folder;
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }
  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << text;
    return path(name);
  }
  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream file(path(name));
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] bool logs(const std::string& name, const std::string& line) const {
    return eventually([&] { return content(name).find(line) != std::string::npos; });
  }
  /// The command of a broker with `more` arguments.
  [[nodiscard]] static std::vector<std::string> with(const std::vector<std::string>& more) {
    const broker_setting setting = setting_for(GetParam());
    std::vector<std::string> command{setting.binary};
    command.insert(command.end(), setting.arguments.begin(), setting.arguments.end());
    command.insert(command.end(), more.begin(), more.end());
    return command;
  }
  /// Sends `command` as an operator would. returns: the exit code.
  [[nodiscard]] int signal(const std::string& command, pid_t to) const {
    process sender({setting_for(GetParam()).binary, "--signal", command + "=" + std::to_string(to)},
                   sanitizer_environment());
    const auto ended = sender.wait();
    return ended ? ended->code : -1;
  }

  std::filesystem::path folder_;
};

TEST_P(start, writes_its_process_id_and_its_ports_and_removes_only_the_ports) {
  broker_process broker(GetParam(), 0, {"-P", path("pid"), "--ports_file_dir", folder_.string()});
  const std::string pid = std::to_string(broker.child().pid());
  EXPECT_TRUE(eventually([&] { return content("pid") == pid; })) << content("pid");
  const std::string ports =
      std::filesystem::path(setting_for(GetParam()).binary).filename().string() + "_" + pid +
      ".ports";
  const std::string url = "nats://" + broker.host() + ":" + std::to_string(broker.port());
  EXPECT_TRUE(eventually([&] { return content(ports) == "{\"nats\":[\"" + url + "\"]}"; }))
      << content(ports);
  EXPECT_EQ(signal("quit", broker.child().pid()), 0);
  EXPECT_EQ(broker.child().wait(), (exit_status{.code = 0, .signal = 0}));
  EXPECT_EQ(content("pid"), pid);
  EXPECT_FALSE(std::filesystem::exists(path(ports)));
}

TEST_P(start, logs_to_a_file_and_opens_it_again_when_told) {
  process broker(with({"-l", path("log"), "-T=false"}), sanitizer_environment());
  const std::string prefix = "[" + std::to_string(broker.pid()) + "] [INF] ";
  EXPECT_TRUE(logs("log", prefix + "Server is ready")) << content("log");
  std::filesystem::rename(path("log"), path("old"));
  EXPECT_EQ(signal("reopen", broker.pid()), 0);
  EXPECT_TRUE(logs("log", prefix + "File log re-opened")) << content("log");
  EXPECT_EQ(content("log").find("Server is ready"), std::string::npos);
}

TEST_P(start, obeys_its_configuration_file) {
  const std::string file =
      write("c.conf", "MAX: 5\nserver_name: configured\nmax_payload: $MAX\nmax_subs: 1 # one\n");
  broker_process broker(GetParam(), 0, {"-c", file});
  raw_client client(broker.host(), broker.port());
  EXPECT_NE(client.info().find("\"server_name\":\"configured\""), std::string::npos);
  EXPECT_NE(client.info().find("\"max_payload\":5"), std::string::npos);
  EXPECT_EQ(client.connect(R"({"verbose":false})"), "PONG\r\n");
  client.send("SUB a 1\r\nSUB b 2\r\nPING\r\n");
  EXPECT_EQ(client.read_through("PONG\r\n"), "-ERR 'maximum subscriptions exceeded'\r\nPONG\r\n");
  client.send("PUB a 6\r\n");
  EXPECT_EQ(client.read_through("\r\n"), "-ERR 'Maximum Payload Violation'\r\n");
}

TEST_P(start, checks_a_file_and_says_what_is_wrong_with_it) {
  const std::string binary = setting_for(GetParam()).binary;
  const std::string program = std::filesystem::path(binary).filename().string();
  const std::string good = write("good.conf", "port: 4222\n");
  const std::string bad = write("bad.conf", "port: 4222\n  foo: 1\n");
  process checks_good({binary, "-t", "-c", good}, sanitizer_environment());
  EXPECT_EQ(checks_good.wait(), (exit_status{.code = 0, .signal = 0}));
  EXPECT_EQ(checks_good.output(), program + ": configuration file " + good + " is valid\n");
  process checks_bad({binary, "-t", "-c", bad}, sanitizer_environment());
  EXPECT_EQ(checks_bad.wait(), (exit_status{.code = 1, .signal = 0}));
  EXPECT_EQ(checks_bad.output(), program + ": " + bad + ":2:3: unknown field \"foo\"\n\n");
}

TEST_P(start, ends_with_one_fatal_line_where_a_file_cannot_be_written) {
  process child(with({"-P", path("no/pid")}), sanitizer_environment());
  EXPECT_EQ(child.wait(), (exit_status{.code = 1, .signal = 0}));
  EXPECT_NE(child.output().find("[FTL] Could not write pidfile: open " + path("no/pid") +
                                ": no such file or directory"),
            std::string::npos)
      << child.output();
}

TEST_P(start, refuses_wrong_signals_in_one_sentence) {
  const std::string binary = setting_for(GetParam()).binary;
  const std::string program = std::filesystem::path(binary).filename().string();
  for (const auto& [request, sentence] :
       {std::pair<std::string, std::string>{"stop=abc", "invalid pid: abc"},
        {"bogus=" + std::to_string(::getpid()), "unknown signal \"bogus\""},
        {"ldm=4194304", "no such process"},
        {"a=b=c", "invalid signal parameters: [c]"}}) {
    process sender({binary, "--signal", request}, sanitizer_environment());
    EXPECT_EQ(sender.wait(), (exit_status{.code = 1, .signal = 0})) << request;
    EXPECT_EQ(sender.output(), program + ": " + sentence + "\n");
  }
}

WIREBIRD_ON_EVERY_TRANSPORT(start);

}  // namespace
}  // namespace wirebird::system_tests
