#include "perf/load/clock.hh"
#include "tests/faults/control_plane.hh"
#include "tests/faults/scenarios.hh"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>

#include <signal.h>

namespace wirebird::faults {

namespace {

std::ptrdiff_t shared_memory_files() {
  const std::filesystem::directory_iterator files("/dev/shm");
  return std::distance(begin(files), end(files));
}

// A second broker, on kernel sockets; the probe stays with the first.
void run(stage& on) {
  const int kills = on.is_full() ? 20 : 3;
  constexpr double control_gone_ms_max = 1000;
  constexpr double listening_ms_max = 2000;
  const auto start = [&](std::uint16_t port) {
    return std::make_unique<broker_process>(
        system_tests::transport::kernel, port,
        std::vector<std::string>{"-m", std::to_string(monitor_port())});
  };
  auto victim = start(0);
  const std::uint16_t port = victim->port();
  const std::string host = victim->host();
  const std::ptrdiff_t files = shared_memory_files();
  double slowest_end = 0;
  double slowest_start = 0;
  for (int i = 0; i < kills; ++i) {
    const pid_t control = child_of(victim->child().pid());
    const load::nanoseconds killed = load::now_ns();
    victim->child().signal(SIGKILL);
    static_cast<void>(victim->child().wait());
    const bool gone = system_tests::eventually([&] { return is_gone(control); });
    if (!gone) on.judge().expect(false, "control ends with its broker");
    slowest_end = std::max(slowest_end, static_cast<double>(load::now_ns() - killed) / 1e6);
    const load::nanoseconds started = load::now_ns();
    victim = start(port);
    slowest_start = std::max(slowest_start, static_cast<double>(load::now_ns() - started) / 1e6);
    const bool served = system_tests::eventually(
        [&] { return http_ask(host, monitor_port(), "GET /varz HTTP/1.0").status == 200; });
    if (!served) on.judge().expect(false, "pages on the same port as before");
  }
  on.judge().figure(std::to_string(kills) + " kills: control gone within " +
                    milliseconds_text(slowest_end) + ", listening again within " +
                    milliseconds_text(slowest_start));
  on.judge().expect(shared_memory_files() <= files, "no shared memory is left behind");
  if (!on.is_full()) return;
  on.judge().expect(slowest_end <= control_gone_ms_max, "control gone within a second");
  on.judge().expect(slowest_start <= listening_ms_max, "listening within two seconds");
}

}  // namespace

const scenario s03_broker_killed{
    .name = "S3",
    .title = "the broker is killed and started again on the same ports",
    .run = run,
};

}  // namespace wirebird::faults
