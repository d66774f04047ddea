#include "tests/faults/crowd.hh"
#include "tests/faults/scenarios.hh"
#include "tests/faults/stage.hh"

#include <algorithm>
#include <array>
#include <cstdio>

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace wirebird::faults {

namespace {

constexpr std::string_view login = "CONNECT {\"verbose\":false,\"headers\":true}\r\n";

/// What a client says and what it must hear, to the byte, however it is cut. `@` is replaced by
/// a number of the client's own, so that thousands play at once.
struct dialogue {
  std::string_view says;
  std::string_view hears;
  bool closed = false;  ///< by the broker, behind that
};

constexpr std::array dialogues{
    dialogue{"CONNECT {\"verbose\":true}\r\nPING\r\n", "+OK\r\nPONG\r\n"},
    dialogue{"PING\r\nPONG\r\n+OK\r\nPING\r\n", "PONG\r\nPONG\r\n"},
    dialogue{"SUB @ 1\r\nPUB @ 2\r\nhi\r\nPING\r\n", "MSG @ 1 2\r\nhi\r\nPONG\r\n"},
    dialogue{"SUB @.* g 7\r\nPUB @.a r.b 5\r\nP\r\nI!\r\nUNSUB 7\r\nPUB @.a 0\r\n\r\nPING\r\n",
             "MSG @.a 7 r.b 5\r\nP\r\nI!\r\nPONG\r\n"},
    dialogue{"SUB @ 1\r\nUNSUB 1 1\r\nPUB @ 1\r\na\r\nPUB @ 1\r\nb\r\nPING\r\n",
             "MSG @ 1 1\r\na\r\nPONG\r\n"},
    dialogue{"SUB @ 1\r\nHPUB @ r 12 14\r\nNATS/1.0\r\n\r\nhi\r\nPING\r\n",
             "HMSG @ 1 r 12 14\r\nNATS/1.0\r\n\r\nhi\r\nPONG\r\n"},
    dialogue{"sub @ 1\r\npub @ 002\r\nhi\r\nping\r\n", "MSG @ 1 002\r\nhi\r\nPONG\r\n"},
    dialogue{"SUB @..x 1\r\nPING\r\n", "-ERR 'Invalid Subject'\r\nPONG\r\n"},
    dialogue{"PUB @ 1048577\r\n", "-ERR 'Maximum Payload Violation'\r\n", true},
    dialogue{"PUB @ 999999999\r\n", "-ERR 'Maximum Payload Violation'\r\n", true},
    dialogue{"PUB @ 2\r\nhiX", "-ERR 'Unknown Protocol Operation'\r\n", true},
    dialogue{"PUB @ 2147483648\r\n", "", true},
    dialogue{"PUB @ 9223372036854775808\r\n", "", true},
    dialogue{"PUB @ 1111111111222222222233333333334444444444555555555566666666667777\r\n", "",
             true},
    dialogue{"PUB @ -1\r\n", "", true},
    dialogue{"PUB @ +1\r\n", "", true},
    dialogue{"HPUB @ 99999999999 4\r\n", "", true},
    dialogue{"HPUB @ 5 4\r\n", "", true},
    dialogue{"UNSUB \r\n", "", true},
    dialogue{"BYE\r\n", "-ERR 'Unknown Protocol Operation'\r\n", true},
};

std::string with_number(std::string_view text, std::size_t number) {
  std::array<char, 16> digits;
  const int size = std::snprintf(digits.data(), digits.size(), "s10x%06zu", number);
  std::string result;
  for (const char c : text) {
    if (c == '@')
      result.append(digits.data(), static_cast<std::size_t>(size));
    else
      result += c;
  }
  return result;
}

bool has_left(const crowd::member& one) {
  int queued = 0;
  return one.ended_at != 0 ||
         (one.unsent.empty() && ioctl(one.socket.number(), SIOCOUTQ, &queued) == 0 && queued == 0);
}

/// One client for each place at which `what` can be cut. returns: how many heard something else.
std::size_t play(stage& on, const dialogue& what, std::size_t& number, std::string& first_wrong) {
  const std::size_t size = with_number(what.says, 0).size();
  crowd clients(on.broker().host(), on.broker().port());
  clients.join(size);
  const std::size_t first = number;
  number += size;
  for (std::size_t cut = 0; cut < size; ++cut)
    clients.say(cut, std::string(login) + with_number(what.says, first + cut).substr(0, cut));
  // The first half has been received on the other side before the second leaves.
  static_cast<void>(
      clients.drive([&] { return std::ranges::all_of(clients.members(), has_left); }, seconds(10)));
  for (std::size_t cut = 0; cut < size; ++cut)
    clients.say(cut, with_number(what.says, first + cut).substr(cut));
  const auto is_right = [&](std::size_t cut) {
    const crowd::member& one = clients.members()[cut];
    return one.received == with_number(what.hears, first + cut) &&
           (one.ended_at != 0) == what.closed;
  };
  std::size_t wrong = size;
  static_cast<void>(clients.drive(
      [&] {
        wrong = 0;
        for (std::size_t cut = 0; cut < size; ++cut) wrong += is_right(cut) ? 0U : 1U;
        return wrong == 0;
      },
      seconds(10)));
  for (std::size_t cut = 0; cut < size && first_wrong.empty() && wrong > 0; ++cut)
    if (!is_right(cut))
      first_wrong = "'" + std::string(what.says) + "' cut at " + std::to_string(cut) + " heard '" +
                    clients.members()[cut].received + "'";
  return wrong;
}

/// Sends `segments` pieces of `piece` bytes. returns: how long each took, from the first to the
/// PONG behind the last, in nanoseconds.
double segment_time(stage& on, std::size_t piece, std::size_t segments) {
  const std::string message = "PUB s10.segments 46\r\n" + std::string(46, 's') + "\r\n";
  crowd one(on.broker().host(), on.broker().port());
  one.join(1);
  one.say(0, login);
  std::string stream;
  while (stream.size() < piece * segments) stream += message;
  const int socket = one.members()[0].socket.number();
  const load::nanoseconds begin = load::now_ns();
  std::size_t at = 0;
  while (at + piece <= stream.size() && one.ended() == 0) {
    const ssize_t sent = ::send(socket, stream.data() + at, piece, MSG_NOSIGNAL);
    if (sent > 0) at += static_cast<std::size_t>(sent);
    if (sent <= 0) one.drive_for(milliseconds(1));
  }
  one.say(0, stream.substr(at) + "PING\r\n");
  const bool alive = one.drive([&] { return one.members()[0].received.ends_with("PONG\r\n"); },
                               system_tests::patience);
  on.judge().expect(alive, "a stream in segments of " + std::to_string(piece) + " is taken whole");
  return static_cast<double>(load::now_ns() - begin) / static_cast<double>(segments);
}

void run(stage& on) {
  std::size_t clients = 0;
  std::size_t wrong = 0;
  std::string first_wrong;
  for (const dialogue& each : dialogues) wrong += play(on, each, clients, first_wrong);
  on.judge().figure(std::to_string(dialogues.size()) +
                    " dialogues, each cut at every byte: " + std::to_string(clients) + " clients");
  on.judge().expect(wrong == 0, "all hear the same, whatever the cut; others: " +
                                    std::to_string(wrong) + " " + first_wrong);
  const std::size_t segments = on.is_full() ? 1'000'000 : 50'000;
  const double large = segment_time(on, 64, segments);
  const double small = segment_time(on, 1, segments);
  on.judge().figure("a segment of 64 bytes takes " + std::to_string(large) + " ns, one of 1 byte " +
                    std::to_string(small) + " ns");
  if (on.is_full()) on.judge().expect(small <= 3 * large, "at most three times as much");
}

}  // namespace

const scenario s10_cut_anywhere{
    .name = "S10",
    .title = "every verb cut at every byte, absurd sizes, tiny segments",
    .run = run,
    .limits = {},
};

}  // namespace wirebird::faults
