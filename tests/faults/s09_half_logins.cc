#include "tests/faults/crowd.hh"
#include "tests/faults/scenarios.hh"
#include "tests/faults/stage.hh"

#include <algorithm>

namespace wirebird::faults {

namespace {

// What one connection that has not said CONNECT may cost the process: 4 KiB of its bytes, the
// session, and on our own stack its TCP.
constexpr std::size_t bytes_each_max = 8 * 1024;

std::size_t growth_since(stage& on, std::size_t before) {
  const std::size_t now = on.broker().child().resident_bytes();
  return now - std::min(now, before);
}

void judge_memory(stage& on, const std::string& who, std::size_t count, std::size_t growth) {
  const std::size_t each = growth / count;
  on.judge().figure(who + ": " + std::to_string(each) + " bytes of memory each");
  // Sanitizers put walls around everything.
  if (!system_tests::is_sanitised())
    on.judge().expect(each <= bytes_each_max,
                      who + ": at most " + std::to_string(bytes_each_max) + " bytes each");
}

// CONNECT, byte by byte, a second or a fifth of one apart. All of them get their PONG in the end.
void drip(stage& on) {
  const std::size_t count = on.is_full() ? 10'000 : 400;
  const milliseconds pause = on.is_full() ? milliseconds(1000) : milliseconds(150);
  const std::string login = "CONNECT {\"a\":1}\r\nPING\r\n";
  const std::size_t before = on.broker().child().resident_bytes();
  crowd slow(on.broker().host(), on.broker().port());
  slow.join(count);
  for (std::size_t at = 0; at < login.size(); ++at) {
    slow.say_all(login.substr(at, 1));
    slow.drive_for(pause);
    if (at == login.size() / 2)
      judge_memory(on, "dripping CONNECT", count, growth_since(on, before));
  }
  const auto is_in = [](const crowd::member& one) { return one.received == "+OK\r\nPONG\r\n"; };
  on.judge().expect(slow.drive([&] { return std::ranges::all_of(slow.members(), is_in); },
                               system_tests::patience),
                    "all who drip get in; cut: " + std::to_string(slow.ended()));
}

// Half of the longest message that is taken without CONNECT, and then nothing.
void half_a_message(stage& on) {
  const std::size_t count = on.is_full() ? 1000 : 100;
  const std::size_t before = on.broker().child().resident_bytes();
  crowd half(on.broker().host(), on.broker().port());
  half.join(count);
  half.say_all("PUB x 4096\r\n" + std::string(2048, 'p'));
  half.drive_for(seconds(1));
  judge_memory(on, "half a PUB", count, growth_since(on, before));
  on.judge().expect(half.ended() == 0, "who may still finish is not closed");
}

// A PUB of a megabyte without CONNECT: nothing of it is kept.
void publish_unlogged(stage& on) {
  const std::size_t count = on.is_full() ? 1000 : 100;
  crowd large(on.broker().host(), on.broker().port());
  large.join(count);
  large.say_all("PUB x 1048576\r\n" + std::string(32 * 1024, 'p'));
  on.judge().expect(
      large.drive([&] { return large.ended() == count; }, system_tests::patience),
      "who publishes a megabyte unlogged is closed: " + std::to_string(large.ended()));
  on.expect_counters({"payload_too_large"}, count, count);
}

// The beginning of a TLS ClientHello: not ours to speak, so the connection ends at once.
void half_hello(stage& on) {
  const std::size_t count = on.is_full() ? 1000 : 100;
  crowd hello(on.broker().host(), on.broker().port());
  hello.join(count);
  hello.say_all(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) +
                std::string(32, '\x5a'));
  on.judge().expect(hello.drive([&] { return hello.ended() == count; }, system_tests::patience),
                    "half TLS hellos are closed: " + std::to_string(hello.ended()));
  on.expect_counters({"unknown_operations"}, count, count);
}

void run(stage& on) {
  drip(on);
  half_a_message(on);
  publish_unlogged(on);
  half_hello(on);
}

}  // namespace

const scenario s09_half_logins{
    .name = "S9",
    .title = "logins that drip, publish first, or speak TLS",
    .run = run,
    .limits = {.login_p99_ms = 100},
};

}  // namespace wirebird::faults
