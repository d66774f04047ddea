#include "dataplane/agent/log.hh"

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace wirebird::agent {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

class log_to : public testing::Test {
 protected:
  log_to() {
    std::string folder = testing::TempDir() + "logXXXXXX";
    EXPECT_NE(::mkdtemp(folder.data()), nullptr);
    folder_ = folder;
  }
  ~log_to() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] static std::string content(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::filesystem::path folder_;
};

TEST_F(log_to, a_file_that_grows_too_large_begins_anew) {
  config::logging settings;
  settings.file = folder_ / "log";
  settings.size_limit = 150;
  settings.times = false;
  log sink(settings);
  ASSERT_EQ(sink.open(), "");
  sink.info("first line");
  sink.info(std::string(150, 'x'));
  sink.info("line of the new file");
  std::vector<std::string> backups;
  for (const auto& one : std::filesystem::directory_iterator(folder_))
    if (one.path() != settings.file) backups.push_back(one.path());
  ASSERT_EQ(backups.size(), 1U);
  EXPECT_THAT(backups.front().substr(settings.file.size()),
              MatchesRegex("(\\.[0-9]+){7}"));  // year to nanosecond
  EXPECT_THAT(content(backups.front()), HasSubstr("first line\n"));
  const std::string prefix = "[" + std::to_string(::getpid()) + "] [INF] ";
  EXPECT_EQ(content(settings.file), prefix + "Rotated log, backup saved as \"" + backups.front() +
                                        "\"\n" + prefix + "line of the new file\n");
}

TEST_F(log_to, a_file_without_a_limit_is_appended_to) {
  config::logging settings;
  settings.file = folder_ / "log";
  std::ofstream(settings.file) << "old\n";
  log sink(settings);
  ASSERT_EQ(sink.open(), "");
  for (int i = 0; i < 100; ++i) sink.warning(std::string(100, 'x'));
  EXPECT_THAT(content(settings.file), testing::StartsWith("old\n["));
}

TEST_F(log_to, a_file_that_cannot_be_opened_leaves_the_old_one) {
  config::logging settings;
  settings.file = folder_ / "log";
  log sink(settings);
  ASSERT_EQ(sink.open(), "");
  config::logging next = settings;
  next.file = folder_ / "no" / "log";
  EXPECT_EQ(sink.change(next),
            "error opening file: open " + next.file + ": no such file or directory");
  sink.error("still here");
  EXPECT_THAT(content(settings.file), HasSubstr("[ERR] still here\n"));
}

/// One datagram, waited for with the socket's own deadline.
std::string receive(int socket) {
  const timeval limit{5, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  std::array<char, 2048> bytes{};
  const auto size = ::recv(socket, bytes.data(), bytes.size(), 0);
  return size < 0 ? "nothing" : std::string(bytes.data(), static_cast<std::size_t>(size));
}

std::string line_of(const std::string& priority, const std::string& text) {
  return "<" + priority + ">[0-9-]+T[0-9:]+[+-][0-9][0-9]:[0-9][0-9] [^ ]+ [^ ]+\\[" +
         std::to_string(::getpid()) + "\\]: " + text + "\n";
}

TEST_F(log_to, a_remote_syslog_over_udp) {
  const int server = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(server, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::getsockname(server, reinterpret_cast<sockaddr*>(&address), &size), 0);
  config::logging settings;
  settings.remote_syslog = "udp://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  log sink(settings);
  ASSERT_EQ(sink.open(), "");
  sink.info("is told");
  sink.debug("is not told");
  sink.error("is wrong");
  EXPECT_THAT(receive(server), MatchesRegex(line_of("29", "is told")));
  EXPECT_THAT(receive(server), MatchesRegex(line_of("27", "is wrong")));
  ::close(server);
}

TEST_F(log_to, a_syslog_behind_a_path) {
  const std::string path = folder_ / "socket";
  const int server = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(server, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  config::logging settings;
  settings.remote_syslog = "unix://" + path;
  log sink(settings);
  ASSERT_EQ(sink.open(), "");
  sink.warning("is odd");
  EXPECT_THAT(receive(server), MatchesRegex(line_of("28", "is odd")));
  ::close(server);
}

TEST_F(log_to, a_syslog_that_is_not_there_is_a_reason_not_to_start) {
  config::logging settings;
  for (const auto& [url, cause] :
       {std::pair<std::string, std::string>{"unix://" + (folder_ / "none").string(),
                                            "no such file or directory"},
        {"tcp://127.0.0.1:1", "connection refused"},
        {"nonsense", "invalid remote syslog address \"nonsense\""}}) {
    settings.remote_syslog = url;
    EXPECT_EQ(log(settings).open(), "error connecting to syslog: " + cause);
  }
  settings.remote_syslog = "";
  settings.syslog = true;
  EXPECT_EQ(log(settings).open(),
            std::filesystem::exists("/dev/log")
                ? ""
                : "error connecting to syslog: \"Unix syslog delivery error\"");
}

}  // namespace
}  // namespace wirebird::agent
