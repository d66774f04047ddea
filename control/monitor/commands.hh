#pragma once

#include "control/monitor/page.hh"
#include "control/monitor/request.hh"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace wirebird::control {

// What operators may order: by POST, on their own socket only.

/// POST /connz/close?cid=N
struct close_order {
  std::uint64_t client = 0;
};
/// POST /capture?address=A&port=P&frames=N&seconds=S; zero and empty: not said.
struct capture_order {
  std::string address;
  std::uint64_t port = 0;
  std::uint64_t frames = 0;
  std::uint64_t seconds = 0;
};
/// POST /lameduck: what SIGUSR2 does.
struct lame_duck_order {};
/// POST /reload: what SIGHUP does.
struct reload_order {};
/// Or why it is not taken.
using command = std::variant<page, close_order, capture_order, lame_duck_order, reload_order>;

/// Whether the target names a command, whoever asks and however.
[[nodiscard]] bool names_command(std::string_view target) noexcept;
/// requires: names_command().
[[nodiscard]] command read_command(const request&);
/// What is answered about a client that was to be closed.
[[nodiscard]] page closed_page(std::uint64_t client);
[[nodiscard]] page closing_page(std::uint64_t client);
[[nodiscard]] page no_such_client_page(std::uint64_t client);
/// About a capture: `text` is the file's path, or why there is none.
[[nodiscard]] page capture_page(bool is_taken, std::string_view text);
/// About lame duck and reload: `text` is why not, where it is not taken.
[[nodiscard]] page lame_duck_page(bool is_taken, std::string_view text);
[[nodiscard]] page reload_page(bool is_taken, std::string_view text);
/// wirebird is older than that order.
[[nodiscard]] page unknown_order_page();
/// wirebird has not answered.
[[nodiscard]] page no_answer_page();

}  // namespace wirebird::control
