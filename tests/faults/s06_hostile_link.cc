#include "perf/load/connection.hh"
#include "tests/faults/control_plane.hh"
#include "tests/faults/scenarios.hh"

#include <algorithm>
#include <array>
#include <cstring>
#include <random>
#include <string>
#include <string_view>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace wirebird::faults {

namespace {

std::string link_path() {
  return "/tmp/wirebird-faults-link-" + std::to_string(::getpid());
}

std::string configuration(run_size size) {
  return with_monitoring(size) + "control: external\ncontrol_link: \"" + link_path() + "\"\n";
}

/// A process that says it is wirebird-control.
load::descriptor pretend() {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  link_path().copy(to.sun_path, sizeof to.sun_path - 1);
  load::descriptor made(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (::connect(made.number(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    return load::descriptor();
  return made;
}

template <typename Number>
void put(std::string& to, Number value) {
  to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// A message whose head is good, most of the time, and whose fields may be.
std::string generated(std::mt19937_64& dice) {
  std::string packet;
  put(packet, static_cast<std::uint16_t>(dice() % 20));
  put(packet, static_cast<std::uint16_t>(dice() % 4));
  put(packet, static_cast<std::uint32_t>(dice()));
  for (std::uint64_t fields = dice() % 4; fields > 0; --fields) {
    const std::uint32_t size = dice() % 8 == 0 ? static_cast<std::uint32_t>(dice() % 20'000) : 8;
    put(packet, static_cast<std::uint16_t>(dice() % 8));
    put(packet, std::uint16_t{0});
    put(packet, dice() % 16 == 0 ? static_cast<std::uint32_t>(dice()) : size);
    // Large enough never to be the id of one of the probe's clients.
    for (std::uint32_t at = 0; at < size; at += 8) put(packet, dice() | std::uint64_t{1} << 50);
  }
  if (dice() % 8 == 0) packet.resize(dice() % (packet.size() + 1));
  if (dice() % 8 == 0 && !packet.empty())
    packet[dice() % packet.size()] ^= static_cast<char>(1 << dice() % 8);
  return packet;
}

bool is_lame_duck(std::string_view packet) {
  constexpr std::string_view type("\x11\0", 2);
  return packet.starts_with(type);
}

std::uint64_t attack(const load::descriptor& link, std::mt19937_64& dice, std::uint64_t count) {
  std::array<char, 40'000> heard;
  std::uint64_t said = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string packet = generated(dice);
    if (packet.empty()) continue;        // that is how a link ends
    if (is_lame_duck(packet)) continue;  // that is how a server ends
    if (::send(link.number(), packet.data(), packet.size(), MSG_NOSIGNAL) > 0) ++said;
    while (::recv(link.number(), heard.data(), heard.size(), 0) > 0) continue;
  }
  return said;
}

/// The link answers a type that nobody knows.
bool is_sane(const load::descriptor& link) {
  static constexpr std::array<char, 8> unheard_of{'\xe7', 3, 0, 0, 77, 0, 0, 0};
  return system_tests::eventually([&] {
    // Again and again: there may be no room for it, or for the answer, behind all the rest.
    static_cast<void>(::send(link.number(), unheard_of.data(), unheard_of.size(), MSG_NOSIGNAL));
    std::array<char, 40'000> heard;
    while (::recv(link.number(), heard.data(), heard.size(), 0) > 0)
      if (heard[0] == 6 && heard[4] == 77) return true;
    return false;
  });
}

void run(stage& on) {
  const int visits = on.is_full() ? 60 : 5;
  const std::uint64_t messages = on.is_full() ? 100'000 : 4'000;
  std::mt19937_64 dice(on.seed());
  std::uint64_t said = 0;
  for (int i = 0; i < visits; ++i) {
    load::descriptor link;
    const bool in = system_tests::eventually([&] {
      link = pretend();
      return link.is_open();
    });
    if (!in) {
      on.judge().expect(false, "the door is open");
      return;
    }
    said += attack(link, dice, messages);
    if (!is_sane(link)) on.judge().expect(false, "the link lives on behind hostile messages");
  }
  on.judge().figure(std::to_string(said) + " generated messages on " + std::to_string(visits) +
                    " links");
  on.judge().expect(said > 0, "something was said");
}

}  // namespace

const scenario s06_hostile_link{
    .name = "S6",
    .title = "what comes to the plane link is not wirebird-control",
    .configuration = configuration,
    .run = run,
    .limits = {.delivery_p999_ratio = 1.5},
};

}  // namespace wirebird::faults
