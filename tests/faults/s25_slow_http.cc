#include "perf/load/clock.hh"
#include "perf/load/connection.hh"
#include "tests/faults/control_plane.hh"
#include "tests/faults/crowd.hh"
#include "tests/faults/health.hh"
#include "tests/faults/load_pump.hh"
#include "tests/faults/residence.hh"
#include "tests/faults/scenarios.hh"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <sys/socket.h>

namespace wirebird::faults {

namespace {

/// HTTP clients that have all the time in the world.
class loiterers {
 public:
  loiterers(stage& on, std::size_t count, const std::string& first_words) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(monitor_port());
    ::inet_pton(AF_INET, on.broker().host().c_str(), &to.sin_addr);
    for (std::size_t i = 0; i < count; ++i) {
      load::descriptor one(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      const int small = 4096;
      ::setsockopt(one.number(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
      static_cast<void>(::connect(one.number(), reinterpret_cast<const sockaddr*>(&to), sizeof to));
      all_.push_back(std::move(one));
    }
    unsaid_.assign(count, first_words);
    say("");
  }
  /// What a socket does not take now is kept for the next time.
  void say(const std::string& more) {
    for (std::size_t i = 0; i < all_.size(); ++i) {
      unsaid_[i] += more;
      const ssize_t count =
          ::send(all_[i].number(), unsaid_[i].data(), unsaid_[i].size(), MSG_NOSIGNAL);
      if (count > 0) unsaid_[i].erase(0, static_cast<std::size_t>(count));
    }
  }

 private:
  std::vector<load::descriptor> all_;
  std::vector<std::string> unsaid_;
};

/// `calm_ms`: p99.9 of residence when nobody loiters.
void loiter(stage& on, double calm_ms, const std::string& what, std::size_t count,
            const std::string& first, const std::string& more) {
  const int rounds = on.is_full() ? 200 : 20;
  loiterers slow(on, count, first);
  health well;
  const residence before(on);
  for (int i = 0; i < rounds; ++i) {
    static_cast<void>(system_tests::eventually([] { return false; }, milliseconds(20)));
    slow.say(more);
    well.look(on);
  }
  well.judge(on, what);
  const double during = residence(on).p999_ms_since(before);
  on.judge().figure(what + ": residence time p99.9 " + milliseconds_text(during) + ", before " +
                    milliseconds_text(calm_ms));
  constexpr double always_good_ms = 0.5;  // what the bounds of an iteration add up to
  if (on.is_full())
    on.judge().expect(during <= std::max(2 * calm_ms, always_good_ms),
                      what + ": at most twice the residence time, or half a millisecond");
}

void ask_for_too_much(stage& on) {
  const std::string largest = "9223372036854775807";
  const auto status = [&on](const std::string& target) { return http_get(on, target).status; };
  on.judge().expect(status("/connz?offset=" + largest + "&limit=" + largest) == 200,
                    "offset and limit as large as they go");
  on.judge().expect(status("/connz?x=" + std::string(64'000, 'y')) == 200, "a target of 64 KB");
  on.judge().expect(status("/varz?callback=alert(1)//") == 400, "a script as callback");
  on.judge().expect(status("/" + std::string(200'000, 'y')) == 431, "a target of 200 KB");
}

constexpr std::string_view planted = "canary-25-planted";

std::string configuration(run_size size) {
  return with_monitoring(size) +
         "ignore_unsupported: true\ncluster { routes: [\"nats://a:" + std::string(planted) +
         "@127.0.0.1:1\"] }\n";
}

void expect_no_secrets(stage& on) {
  crowd guest(on.broker().host(), on.broker().port());
  guest.join(1);
  guest.say(0, "CONNECT {\"verbose\":false,\"pass\":\"" + std::string(planted) +
                   "\",\"auth_token\":\"" + std::string(planted) + "\"}\r\nPING\r\n");
  const bool in = guest.drive([&] { return guest.members()[0].received.ends_with("PONG\r\n"); },
                              system_tests::patience);
  on.judge().expect(in, "who has a secret is in");
  for (const char* page : {"/", "/varz", "/connz?auth=1&subs=detail&limit=100000",
                           "/connz?state=all&auth=1", "/routez", "/subsz?subs=1", "/accountz",
                           "/accstatz", "/metrics", "/workerz", "/eventz", "/nothing"})
    if (http_get(on, page).body.find(planted) != std::string::npos)
      on.judge().expect(false, std::string("no secret on ") + page);
}

void run(stage& on) {
  const std::size_t count = on.is_full() ? 1000 : 150;
  const bool served = system_tests::eventually([&] { return http_get(on, "/varz").status == 200; });
  on.judge().expect(served, "pages before");
  const pid_t control = child_of(on.broker().child().pid());
  const std::size_t before = resident_bytes_of(control);
  const double wanted_rate = on.is_full() ? 50'000 : 2'000;
  load_pump pump(on.broker().host(), on.broker().port(), "under.load", 1, 128, wanted_rate);
  const load::nanoseconds began = load::now_ns();
  const residence start(on);
  static_cast<void>(system_tests::eventually([] { return false; }, seconds(on.is_full() ? 10 : 1)));
  const double calm_ms = residence(on).p999_ms_since(start);
  loiter(on, calm_ms, "slow heads", count, "GET /varz HTTP/1.1\r\nHost: x\r\nX: ", "y");
  loiter(on, calm_ms, "slow bodies", count,
         "POST /varz HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n", "y");
  std::string many;
  for (int i = 0; i < 50; ++i) many += "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
  loiter(on, calm_ms, "slow readers", count, many, "");
  loiter(on, calm_ms, "idle connections", on.is_full() ? 10'000 : 600, "", "");
  ask_for_too_much(on);
  const double share = static_cast<double>(pump.delivered()) /
                       load::seconds_of(load::now_ns() - began) / wanted_rate;
  on.judge().figure("meanwhile " + std::to_string(100 * share) + " % of " +
                    std::to_string(static_cast<int>(wanted_rate)) + " messages a second");
  const std::string complaint = pump.stop();
  on.judge().expect(complaint.empty(), "all of them came, once and in order " + complaint);
  constexpr double share_least = 0.99;
  if (on.is_full()) on.judge().expect(share >= share_least, "the dataplane does 99 % at least");
  expect_no_secrets(on);
  const std::size_t after = resident_bytes_of(child_of(on.broker().child().pid()));
  const std::size_t growth = after - std::min(after, before);
  on.judge().figure("control grew by " + std::to_string(growth / 1024) + " KiB");
  constexpr std::size_t growth_max = 32 * 1024 * 1024;
  if (!system_tests::is_sanitised())
    on.judge().expect(growth <= growth_max, "control grows by 32 MB at most");
  on.judge().expect(child_of(on.broker().child().pid()) == control, "it is the same control");
}

}  // namespace

const scenario s25_slow_http{
    .name = "S25",
    .title = "HTTP clients that loiter, and requests for too much",
    .configuration = configuration,
    .run = run,
    // Its baseline has the probe alone. What the broker adds is judged by residence.
    .limits = {.delivery_p999_ratio = 1e9},
    .own_cpu = true,
};

}  // namespace wirebird::faults
