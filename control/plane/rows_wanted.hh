#pragma once

namespace wirebird::control {

/// What a page wants besides counters and figures of workers: each of these costs time per row, in
/// the workers and here.
struct rows_wanted {
  bool open = false;           ///< clients that are connected
  bool paths = false;          ///< and what their transports know
  bool closed = false;         ///< former clients
  bool subscriptions = false;  ///< the list of them
  bool cache = false;          ///< figures of match caches
  bool events = false;         ///< the latest that wirebird told
  bool all_new = false;        ///< also where that costs more than a page is worth

  [[nodiscard]] bool operator==(const rows_wanted&) const = default;
  rows_wanted& operator|=(const rows_wanted& more) noexcept {
    open = open || more.open;
    paths = paths || more.paths;
    closed = closed || more.closed;
    subscriptions = subscriptions || more.subscriptions;
    cache = cache || more.cache;
    events = events || more.events;
    all_new = all_new || more.all_new;
    return *this;
  }
};

}  // namespace wirebird::control
