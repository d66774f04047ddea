#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wirebird::tcp {

/// The states of RFC 9293 3.3.2. A control block is born in syn_sent or syn_received: listen is a
/// listener, and syn_received before the handshake ends is a small entry of the SYN queue. It is
/// left in closed or time_wait, the latter as an entry of the TIME_WAIT table.
enum class state : std::uint8_t {
  closed,
  listen,
  syn_sent,
  syn_received,
  established,
  fin_wait_1,
  fin_wait_2,
  close_wait,
  closing,
  last_ack,
  time_wait,
};
inline constexpr std::size_t states = 11;

[[nodiscard]] constexpr std::string_view to_string(state which) noexcept {
  constexpr std::array<std::string_view, states> names{
      "CLOSED",     "LISTEN",     "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
      "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING",  "LAST-ACK",     "TIME-WAIT"};
  return names[static_cast<std::size_t>(which)];
}

namespace detail {

constexpr std::uint16_t bit(state which) noexcept {
  return static_cast<std::uint16_t>(1U << static_cast<unsigned>(which));
}

/// Row: from; bits: to. RFC 9293 figure 5, and from everywhere to closed (RST, abort, timeout).
constexpr std::array<std::uint16_t, states> transitions{
    static_cast<std::uint16_t>(bit(state::listen) | bit(state::syn_sent) |
                               bit(state::syn_received)),
    static_cast<std::uint16_t>(bit(state::closed) | bit(state::syn_received)),
    static_cast<std::uint16_t>(bit(state::closed) | bit(state::syn_received) |
                               bit(state::established)),
    static_cast<std::uint16_t>(bit(state::closed) | bit(state::established) |
                               bit(state::fin_wait_1) | bit(state::close_wait)),
    static_cast<std::uint16_t>(bit(state::closed) | bit(state::fin_wait_1) |
                               bit(state::close_wait)),
    static_cast<std::uint16_t>(bit(state::closed) | bit(state::fin_wait_2) | bit(state::closing) |
                               bit(state::time_wait)),
    static_cast<std::uint16_t>(bit(state::closed) | bit(state::time_wait)),
    static_cast<std::uint16_t>(bit(state::closed) | bit(state::last_ack)),
    static_cast<std::uint16_t>(bit(state::closed) | bit(state::time_wait)),
    bit(state::closed),
    bit(state::closed),
};

}  // namespace detail

[[nodiscard]] constexpr bool transition_is_legal(state from, state to) noexcept {
  return (detail::transitions[static_cast<std::size_t>(from)] & detail::bit(to)) != 0;
}

}  // namespace wirebird::tcp
