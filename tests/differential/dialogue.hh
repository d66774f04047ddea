#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// The differential test: the same bytes to Wirebird and to nats-server 2.9.10, answers compared.
namespace wirebird::differential {

/// What one connection does; after each step but `arrive`, `part` and `abort` everybody is asked
/// for a PONG, so that the next step meets a broker that has finished.
enum class action : std::uint8_t {
  arrive,  ///< connects and reads INFO: nobody can be asked for a PONG who may not speak yet
  open,    ///< connects, reads INFO, and sends `bytes` (a CONNECT line, or nothing)
  send,    ///< sends `bytes`
  part,    ///< sends `bytes` that end within an operation: nobody can be asked for a PONG yet
  finish,  ///< sends `bytes`, ends its half of the connection and reads until the broker closes
  wait,    ///< reads until the broker closes of its own accord
  abort,   ///< resets the connection
};

struct step {
  char connection = 'a';
  action what = action::send;
  std::string bytes;
};

/// A conversation of several clients with one broker. The broker decides what is right.
struct dialogue {
  std::string name;
  std::string place;                ///< file and line, or the seed
  std::vector<std::string> server;  ///< lines of the broker's configuration file
  /// `connection/sid` of subscriptions among which a broker picks at random: what they get is
  /// compared as one pile.
  std::set<std::string> members;
  std::vector<step> steps;
};

/// `bytes` as they stand in a case file: printable ASCII, `\r \n \t \s \\`, and `\xNN`.
[[nodiscard]] std::string escaped(std::string_view bytes);

/// The reverse; also knows `\e` (nothing) and `\{COUNT TEXT}`. throws std::runtime_error if it is
/// malformed.
[[nodiscard]] std::string unescaped(std::string_view text);

/// As it would stand in a case file.
[[nodiscard]] std::string text_of(const dialogue& shown);

}  // namespace wirebird::differential
