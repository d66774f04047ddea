#pragma once

#include "dataplane/base/arena.hh"
#include "dataplane/base/intrusive_list.hh"
#include "dataplane/base/timer_wheel.hh"
#include "dataplane/sockets/counters.hh"
#include "dataplane/sockets/read_block.hh"
#include "dataplane/sockets/waiting_line.hh"

#include <algorithm>
#include <array>
#include <cstddef>

namespace wirebird::sockets {

class connection;
struct aside_tag;

/// Connections that could not be read because the arena was dry. They are tried again in a while,
/// not at once: memory comes back with acknowledgements, and asking in a loop does not hasten them.
class starved_list final : public timer {
 public:
  starved_list(timer_wheel& timers, read_block& block, counters& counts) noexcept;
  ~starved_list() override;

  /// requires: the connection is in no list of aside_tag.
  void add(connection&, instant now) noexcept;
  void on_timer(instant now) override;

 private:
  timer_wheel& timers_;
  read_block& block_;
  counters& counts_;
  intrusive_list<connection, aside_tag> waiting_;
};

/// What the connections of one transport share. Owned by the transport, on its worker's thread.
struct host {
  host(arena&, timer_wheel&) noexcept;
  ~host();

  [[nodiscard]] waiting_line& line_of(precedence which) noexcept {
    return lines[static_cast<std::size_t>(which)];
  }

  [[nodiscard]] bool is_anybody_due() const noexcept {
    return std::ranges::any_of(lines, [](const waiting_line& each) { return !each.due.empty(); });
  }

  arena& memory;
  timer_wheel& timers;
  counters counts;
  read_block block;
  std::array<waiting_line, 2> lines{{{first_bounds}, {second_bounds}}};  ///< by precedence
  starved_list starved;
};

}  // namespace wirebird::sockets
