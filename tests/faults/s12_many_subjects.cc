#include "tests/faults/client.hh"
#include "tests/faults/scenarios.hh"
#include "tests/faults/stage.hh"

#include <random>
#include <vector>

#include <poll.h>

namespace wirebird::faults {

namespace {

// What match caches hold is bounded whatever a client publishes; the README of the broker says
// 512 KiB of slots and 8 MiB of pointers. The rest is room for the heap and the send queues.
constexpr std::size_t growth_bytes_max = 48 * 1024 * 1024;

struct nothing {
  void on_message(const load::message&) {}
  void on_expected(const char*) {}
  void on_ping() {}
};

// One client publishes to a million subjects, in an order without order, as fast as it can, while
// wildcards listen to a part of them.
void run(stage& on) {
  const std::string host = on.broker().host();
  const std::uint16_t port = on.broker().port();
  constexpr std::uint64_t subjects = 1'000'000;
  client listener(host, port, "SUB flood.7.> 1\r\nSUB flood.*.77 2\r\n");
  client publisher(host, port, "SUB nowhere 1\r\n");
  std::mt19937_64 dice(on.seed());
  std::vector<char> scratch(256 * 1024);
  std::array<pollfd, 2> watched{
      {{listener.descriptor(), POLLIN, 0}, {publisher.descriptor(), POLLIN | POLLOUT, 0}}};
  const std::size_t resident_before = on.broker().child().resident_bytes();
  const load::nanoseconds end =
      load::now_ns() + (on.is_full() ? 30 : 4) * load::nanoseconds_per_second;
  std::uint64_t published = 0;
  nothing ignore;
  bool whole = true;
  while (load::now_ns() < end && whole) {
    if (!publisher.has_unsent()) {
      constexpr int burst = 256;
      for (int i = 0; i < burst; ++i) {
        const std::uint64_t subject = dice() % subjects;
        publisher.queue("PUB flood." + std::to_string(subject / 1000) + "." +
                        std::to_string(subject % 1000) + " 4\r\nfour\r\n");
      }
      published += burst;
    }
    publisher.flush();
    ::poll(watched.data(), watched.size(), 100);
    if (watched[0].revents != 0) whole = listener.read(scratch, ignore);
    if ((watched[1].revents & POLLIN) != 0) whole = whole && publisher.read(scratch, ignore);
  }
  const std::size_t resident = on.broker().child().resident_bytes();
  const std::size_t growth = resident - std::min(resident, resident_before);
  on.judge().figure(std::to_string(published) + " messages published; resident memory grew by " +
                    std::to_string(growth / 1024) + " KiB");
  on.judge().expect(whole,
                    "neither publisher nor listener is cut " + publisher.why() + listener.why());
  on.judge().expect(growth <= growth_bytes_max, "memory grows by at most 48 MiB");
  on.expect_counters({"in_msgs"}, published, ~std::uint64_t{0});
}

}  // namespace

const scenario s12_many_subjects{
    .name = "S12",
    .title = "one client over a million subjects flat out",
    .run = run,
    .limits = {.delivery_p999_ratio = 2, .rate_least = 0.9},
};

}  // namespace wirebird::faults
