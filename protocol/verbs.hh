#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

/// The verbs of the two halves of the grammar, and how the parser tells them apart byte by byte.
namespace wirebird::protocol {

enum class verb : std::uint8_t {
  pub,
  hpub,
  sub,
  unsub,
  connect,
  msg,
  hmsg,
  info,
  ping,
  pong,
  ok,
  err
};

/// What may stand between a verb and its arguments.
enum class after_verb : std::uint8_t {
  blank,     ///< at least one SP or TAB, then arguments
  optional,  ///< SP and TAB as they come, then arguments
  ignored,   ///< whatever comes up to LF
};

struct verb_spelling {
  std::string_view text;  ///< lower case
  verb name;
  after_verb then;
};

// Spellings that begin alike stand side by side: next_spelling relies on it. The frequent ones come
// first.
inline constexpr std::array client_verbs = {
    verb_spelling{"pub", verb::pub, after_verb::blank},
    verb_spelling{"ping", verb::ping, after_verb::ignored},
    verb_spelling{"pong", verb::pong, after_verb::ignored},
    verb_spelling{"hpub", verb::hpub, after_verb::blank},
    verb_spelling{"sub", verb::sub, after_verb::blank},
    verb_spelling{"unsub", verb::unsub, after_verb::blank},
    verb_spelling{"connect", verb::connect, after_verb::optional},
    verb_spelling{"+ok", verb::ok, after_verb::ignored},
    verb_spelling{"-err", verb::err, after_verb::blank},
    verb_spelling{"info", verb::info, after_verb::optional},
};
inline constexpr std::array server_verbs = {
    verb_spelling{"msg", verb::msg, after_verb::blank},
    verb_spelling{"hmsg", verb::hmsg, after_verb::blank},
    verb_spelling{"ping", verb::ping, after_verb::ignored},
    verb_spelling{"pong", verb::pong, after_verb::ignored},
    verb_spelling{"+ok", verb::ok, after_verb::ignored},
    verb_spelling{"-err", verb::err, after_verb::blank},
    verb_spelling{"info", verb::info, after_verb::optional},
};

/// ASCII letters to lower case, every other byte as it is.
[[nodiscard]] constexpr char lower(char byte) noexcept {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
}

/// The first spelling at or after `candidate` that begins with the `matched` bytes of `candidate`
/// and goes on with `byte` (lower case). returns: its index, or verbs.size() when the byte is
/// wrong. requires: verbs[candidate] has more than `matched` bytes, as no verb begins with another
/// one.
[[nodiscard]] constexpr std::size_t next_spelling(std::span<const verb_spelling> verbs,
                                                  std::size_t candidate, std::size_t matched,
                                                  char byte) noexcept {
  if (verbs[candidate].text[matched] == byte) return candidate;
  const std::string_view seen = verbs[candidate].text.substr(0, matched);
  while (++candidate < verbs.size() && verbs[candidate].text.starts_with(seen))
    if (verbs[candidate].text[matched] == byte) return candidate;
  return verbs.size();
}

}  // namespace wirebird::protocol
