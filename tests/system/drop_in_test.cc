// What client libraries rely on, with the broker in nats-server's place: under its name, first on
// the PATH.
#include "tests/system/broker_process.hh"
#include "tests/system/nats_client.hh"
#include "tests/system/raw_client.hh"

#include <atomic>
#include <csignal>
#include <deque>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::system_tests {
namespace {

/// What a libnats connection has told.
struct told {
  std::atomic<int> disconnected{0};
  std::atomic<int> reconnected{0};
  std::atomic<int> lame_duck{0};
  std::atomic<int> closed{0};

  template <std::atomic<int> told::*Count>
  static void on(natsConnection*, void* self) {
    ++(static_cast<told*>(self)->*Count);
  }
};

/// The library may call back after its connection has been destroyed.
told& told_for_ever() {
  static std::deque<told> all;
  return all.emplace_back();
}

/// Options of a client that comes back whatever happens.
nats_client::change coming_back(told& into) {
  return [&into](natsOptions* options) {
    natsOptions_SetAllowReconnect(options, true);
    natsOptions_SetMaxReconnect(options, -1);
    natsOptions_SetReconnectWait(options, 20);
    natsOptions_SetReconnectJitter(options, 5, 5);
    natsOptions_SetNoRandomize(options, true);
    natsOptions_SetDisconnectedCB(options, told::on<&told::disconnected>, &into);
    natsOptions_SetReconnectedCB(options, told::on<&told::reconnected>, &into);
    natsOptions_SetLameDuckModeCB(options, told::on<&told::lame_duck>, &into);
    natsOptions_SetClosedCB(options, told::on<&told::closed>, &into);
  };
}

/// The same of one that also notices when nobody tells it: a stack of our own dies without a RST.
/// After 2.6 s: a machine that stands still for less is no server that hangs.
nats_client::change noticing(told& into) {
  return [come_back = coming_back(into)](natsOptions* options) {
    come_back(options);
    natsOptions_SetPingInterval(options, 200);
    natsOptions_SetMaxPingsOut(options, 12);
  };
}

class drop_in : public testing::TestWithParam<transport> {
 protected:
  void SetUp() override {
    if (const auto why = why_not(GetParam())) GTEST_SKIP() << "important: " << *why;
    std::string folder = testing::TempDir() + "dropXXXXXX";
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    setting_ = setting_for(GetParam());
    std::filesystem::create_symlink(setting_.binary, folder_ / "nats-server");
  }
  void TearDown() override {
    server_.reset();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  /// Starts it, always in the same place.
  void start(const std::string& configuration = "") {
    server_.reset();
    std::ofstream(folder_ / "conf") << configuration;
    std::vector<std::string> command{"/usr/bin/env", "nats-server", "-c", folder_ / "conf"};
    command.insert(command.end(), setting_.arguments.begin(), setting_.arguments.end());
    std::vector<std::string> environment = sanitizer_environment();
    environment.push_back("PATH=" + folder_.string() + ":/usr/bin:/bin");
    // The device of one that was killed goes with its last descriptor.
    require_eventually("the device to go", [] { return !device_exists(GetParam()); });
    server_ = std::make_unique<process>(command, environment);
    require_eventually("the server",
                       [&] { return !server_->is_running() || log_has("Server is ready"); });
    attach_host(GetParam());
    require_eventually("the listener", [&] { return can_connect(setting_.host, setting_.port); });
  }
  void kill_it() {
    server_->signal(SIGKILL);
    ASSERT_EQ(server_->wait(), (exit_status{.code = -1, .signal = SIGKILL}));
  }
  [[nodiscard]] bool log_has(const std::string& words) const {
    return server_->output().find(words) != std::string::npos;
  }
  [[nodiscard]] std::string url() const {
    return "nats://" + setting_.host + ":" + std::to_string(setting_.port);
  }

  std::filesystem::path folder_;
  broker_setting setting_;
  std::unique_ptr<process> server_;
};

TEST_P(drop_in, clients_come_back_after_a_kill_and_a_restart_in_the_same_place) {
  start();
  told& heard = told_for_ever();
  nats_client client(url(), noticing(heard));
  subscription kept(client, "kept");
  client.publish("kept", "before");
  EXPECT_EQ(data_of(kept.next().get()), "before");
  kill_it();
  require_eventually("the client to notice", [&] { return !client.is_connected(); });
  client.publish("kept", "meanwhile");  // waits in the client
  start();
  require_eventually("the client to come back", [&] { return heard.reconnected > 0; });
  EXPECT_EQ(data_of(kept.next().get()), "meanwhile");
}

TEST_P(drop_in, clients_find_out_that_it_hangs_and_come_back) {
  start();
  told& heard = told_for_ever();
  nats_client client(url(), noticing(heard));
  subscription kept(client, "kept");
  server_->signal(SIGSTOP);
  require_eventually("the client to notice", [&] { return heard.disconnected > 0; });
  server_->signal(SIGCONT);
  require_eventually("the client to come back", [&] { return heard.reconnected > 0; });
  client.publish("kept", "after");
  EXPECT_EQ(data_of(kept.next().get()), "after");
}

TEST_P(drop_in, who_does_not_answer_is_stale_and_who_does_is_not) {
  start("ping_interval: \"1s\"\nping_max: 3\n");
  told& heard = told_for_ever();
  nats_client client(url(), coming_back(heard));
  raw_client silent(setting_.host, setting_.port, pings::shown);
  silent.send("CONNECT {\"verbose\":false}\r\n");
  EXPECT_EQ(silent.read_until_closed(), "PING\r\nPING\r\nPING\r\n-ERR 'Stale Connection'\r\n");
  client.flush();
  EXPECT_EQ(heard.disconnected, 0);
}

TEST_P(drop_in, clients_leave_a_lame_duck_for_the_next_of_their_list) {
  if (const auto why = why_not(transport::oracle)) GTEST_SKIP() << "important: " << *why;
  start("lame_duck_duration: \"30s\"\nlame_duck_grace_period: \"500ms\"\n");
  // The next one is Debian's, on the loopback: only the first is under test.
  const auto refuge = std::make_unique<broker_process>(transport::oracle);
  const std::string servers[] = {url(), refuge->url()};
  told& heard = told_for_ever();
  const auto come_back = coming_back(heard);
  nats_client client(url(), [&](natsOptions* options) {
    come_back(options);
    const char* urls[] = {servers[0].c_str(), servers[1].c_str()};
    natsOptions_SetServers(options, urls, 2);
  });
  subscription kept(client, "kept");
  server_->signal(SIGUSR2);
  require_eventually("the lame duck's word", [&] { return heard.lame_duck == 1; });
  require_eventually("the client to move", [&] { return heard.reconnected == 1; });
  EXPECT_EQ(server_->wait(), (exit_status{.code = 0, .signal = 0}));
  client.publish("kept", "elsewhere");
  EXPECT_EQ(data_of(kept.next().get()), "elsewhere");
}

TEST_P(drop_in, a_draining_client_gets_all_that_was_sent_to_it) {
  start();
  told& heard = told_for_ever();
  nats_client publisher(url());
  nats_client client(url(), coming_back(heard));
  std::atomic<int> got{0};
  subscription drained(client, "drained", [&](natsMsg*) { ++got; });
  for (int i = 0; i < 2000; ++i) publisher.publish("drained", "x");
  publisher.flush();
  EXPECT_EQ(natsConnection_Drain(client.handle()), NATS_OK);
  require_eventually("the end of draining", [&] { return heard.closed == 1; });
  EXPECT_EQ(got, 2000);
}

INSTANTIATE_TEST_SUITE_P(on, drop_in,
                         testing::Values(transport::kernel, transport::tap, transport::nat,
                                         transport::oracle),
                         name_of);

}  // namespace
}  // namespace wirebird::system_tests
