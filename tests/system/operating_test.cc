// What an operator does to a running server: lame duck and reload.
#include "tests/system/operating.hh"

#include <array>
#include <csignal>
#include <fstream>
#include <string>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wirebird::system_tests {
namespace {

using testing::HasSubstr;

TEST_P(operating, a_lame_duck_tells_its_clients_lets_them_go_one_by_one_and_ends) {
  start("lame_duck_duration: \"30s\"\nlame_duck_grace_period: \"4s\"\n");
  raw_client told = connect(new_client);
  raw_client untold = connect(old_client);
  raw_client silent(broker_->host(), broker_->port());
  send("ldm");
  EXPECT_THAT(told.read_through(" \r\n"), HasSubstr("\"ldm\":true"));
  EXPECT_TRUE(eventually([&] { return !can_connect(broker_->host(), broker_->port()); }));
  told.send("SUB a 1\r\nPUB a 2\r\nhi\r\nPING\r\n");
  EXPECT_EQ(told.read_through("PONG\r\n"), "MSG a 1 2\r\nhi\r\nPONG\r\n");
  broker_->child().signal(SIGTERM);  // it ends by itself
  for (raw_client* each : {&told, &untold, &silent})
    EXPECT_THAT(each->read_until_closed(), testing::Not(HasSubstr("INFO")));
  EXPECT_EQ(broker_->child().wait(), (exit_status{.code = 0, .signal = 0}));
  const std::string log = broker_->child().output();
  EXPECT_THAT(log, HasSubstr("[INF] Entering lame duck mode, stop accepting new clients\n"));
  EXPECT_THAT(log, HasSubstr("[INF] Closing existing clients\n"));
  EXPECT_THAT(log, HasSubstr("Client connection closed: Server Shutdown\n"));
  EXPECT_THAT(log, HasSubstr("[INF] Initiating Shutdown...\n"));
  EXPECT_THAT(log, HasSubstr("[INF] Server Exiting..\n"));
  for (const auto& [name, number] : figures_of(log, "Leftovers:")) EXPECT_EQ(number, 0U) << name;
}

TEST_P(operating, a_lame_duck_without_clients_ends_at_once) {
  start("");
  // The look whether it is there was a client.
  require_eventually("the first client's end", [&] {
    return broker_->child().output().find("Client connection closed") != std::string::npos;
  });
  send("ldm");
  // Long before the usual time of grace, 10 s, is over.
  EXPECT_EQ(broker_->child().wait(seconds(8)), (exit_status{.code = 0, .signal = 0}));
}

TEST_P(operating, a_reload_counts_for_clients_that_are_there) {
  start("max_payload: 1000\n");
  raw_client client = connect(old_client);
  reload("max_payload: 10\nping_max: 5\nwrite_deadline: \"3s\"\nclient_advertise: \"1.2.3.4:5\"\n",
         "Reloaded server configuration");
  for (const char* line :
       {"[INF] Reloaded: max_payload = 10\n", "[INF] Reloaded: ping_max = 5\n",
        "[INF] Reloaded: write_deadline = 3s\n", "[INF] Reload: client_advertise = 1.2.3.4:5\n"})
    EXPECT_THAT(said_, HasSubstr(line));
  client.send("PUB a 11\r\n");
  EXPECT_EQ(client.read_until_closed(), "-ERR 'Maximum Payload Violation'\r\n");
  raw_client later(broker_->host(), broker_->port());
  EXPECT_THAT(later.info(), HasSubstr("\"host\":\"1.2.3.4\",\"port\":5,"));
  EXPECT_THAT(later.info(), HasSubstr("\"max_payload\":10"));
  reload("", "Reloaded server configuration");
  EXPECT_THAT(said_, HasSubstr("[INF] Reloaded: max_payload = 1048576\n"));
}

TEST_P(operating, a_lower_limit_of_connections_closes_what_is_too_much) {
  start("");
  raw_client first = connect(old_client);
  raw_client second = connect(old_client);
  reload("max_connections: 1\n", "Reloaded server configuration");
  EXPECT_TRUE(eventually([&] { return !first.take_available() || !second.take_available(); }));
  EXPECT_EQ(first.received() + second.received(), "-ERR 'maximum connections exceeded'\r\n");
}

TEST_P(operating, a_reload_changes_the_log) {
  start("");
  const std::string file = folder_ / "log";
  reload("log_file: \"" + file + "\"\nlogtime: false\n", "Trapped \"hangup\" signal");
  const auto content = [&] {
    std::ifstream read(file);
    return std::string(std::istreambuf_iterator<char>(read), {});
  };
  const std::string prefix = "[" + std::to_string(broker_->child().pid()) + "] [INF] ";
  EXPECT_TRUE(eventually([&] {
    return content().find(prefix + "Reloaded server configuration\n") != std::string::npos;
  })) << content();
}

TEST_P(operating, a_reload_is_all_or_nothing) {
  start("max_payload: 1000\n");
  const std::string failed = "[ERR] Failed to reload server configuration: ";
  reload("max_payload: 10\nmax_pending: 2000000\n",
         failed + "config reload not supported for MaxPending: old=67108864, new=2000000\n");
  reload("max_payload: 10\nlame_duck_duration: \"40s\"\n",
         failed + "config reload not supported for LameDuckDuration: old=2m0s, new=40s\n");
  reload("max_payload: 10\nbogus: 3\n", "unknown field \"bogus\"");
  EXPECT_THAT(said_, HasSubstr(failed + (folder_ / "conf").string() + ":2:"));
  reload("max_payload:\n", failed);
  raw_client client(broker_->host(), broker_->port());
  EXPECT_THAT(client.info(), HasSubstr("\"max_payload\":1000,"));
}

TEST_P(operating, without_a_file_there_is_nothing_to_reload) {
  broker_ = std::make_unique<broker_process>(GetParam());
  send("reload");
  EXPECT_TRUE(eventually([&] {
    return broker_->child().output().find(
               "[ERR] Failed to reload server configuration: can only reload config when a file "
               "is provided using -c or --config\n") != std::string::npos;
  }));
}

TEST_P(operating, a_trace_shows_every_operation_and_no_secret) {
  start("trace: true\nmax_traced_msg_len: 4\n");
  raw_client client =
      connect(R"({"verbose":false,"protocol":1,"name":"me","user":"u","pass":"hunter2"})");
  client.send("SUB foo 1\r\nPUB foo 6\r\nsecret\r\nPUB foo..x 2\r\nhi\r\nSUB a..b 2\r\nPING\r\n");
  EXPECT_THAT(client.read_through("PONG\r\n"), HasSubstr("MSG foo 1 6\r\nsecret\r\n"));
  EXPECT_TRUE(eventually([&] {
    const std::string log = broker_->child().output();
    return log.find("->> [-ERR Invalid Subject]\n") != std::string::npos &&
           log.rfind("->> [PONG]\n") > log.find("->> [-ERR Invalid Subject]\n");
  }));
  const std::string log = broker_->child().output();
  for (const char* line :
       {"<<- [SUB foo 1]\n", "<<- [PUB foo 6]\n", "<<- MSG_PAYLOAD: [\"secr...\"]\n",
        "<<- MSG_PAYLOAD: [\"hi\"]\n", "->> [MSG foo 1 6]\n", "<<- [PING]\n", "[TRC] ",
        "\"pass\":\"[REDACTED]\""})
    EXPECT_THAT(log, HasSubstr(line));
  EXPECT_EQ(log.find("hunter2"), std::string::npos);
}

/// A connection that speaks first.
class forward_client {
 public:
  forward_client(const std::string& host, std::uint16_t port)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    EXPECT_EQ(::inet_pton(AF_INET, host.c_str(), &to.sin_addr), 1);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  }
  ~forward_client() { ::close(socket_); }
  forward_client(const forward_client&) = delete;
  forward_client& operator=(const forward_client&) = delete;

  void send(const std::string& text) const {
    EXPECT_EQ(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  /// returns: what has come when `until` has, or when the peer closed.
  [[nodiscard]] std::string read(const std::string& until) const {
    std::string received;
    const deadline end(patience);
    while (received.find(until) == std::string::npos) {
      pollfd waited{socket_, POLLIN, 0};
      if (::poll(&waited, 1, end.left_ms()) != 1) return received + "(in vain)";
      std::array<char, 4096> bytes{};
      const ssize_t count = ::recv(socket_, bytes.data(), bytes.size(), 0);
      if (count <= 0) return received + "(closed)";
      received.append(bytes.data(), static_cast<std::size_t>(count));
    }
    return received;
  }

 private:
  int socket_;
};

TEST_P(operating, behind_a_load_balancer_clients_keep_their_addresses) {
  if (GetParam() == transport::oracle) GTEST_SKIP() << "2.9.10 knows no PROXY protocol";
  start("proxy_protocol: true\n");
  const forward_client named(broker_->host(), broker_->port());
  named.send("PROXY TCP4 192.0.2.7 192.0.2.1 4711 4222\r\nPING\r\n");
  EXPECT_THAT(named.read("PONG\r\n"), HasSubstr("\"client_ip\":\"192.0.2.7\""));
  const forward_client nameless(broker_->host(), broker_->port());
  nameless.send("PING\r\n");
  EXPECT_EQ(nameless.read("PONG"), "(closed)");
  EXPECT_TRUE(eventually(
      [&] { return broker_->child().output().find(" - no PROXY header\n") != std::string::npos; }));
  const std::string log = broker_->child().output();
  EXPECT_THAT(log, HasSubstr("[DBG] 192.0.2.7:4711 - cid:4 - Client connection created\n"));
  EXPECT_EQ(log.find("[ERR]"), log.rfind("[ERR]")) << "probes are quiet";
}

INSTANTIATE_TEST_SUITE_P(on, operating,
                         testing::Values(transport::kernel, transport::tap, transport::oracle),
                         name_of);

}  // namespace
}  // namespace wirebird::system_tests
