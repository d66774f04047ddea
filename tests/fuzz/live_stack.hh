#pragma once

#include "dataplane/base/plain_frame_pool.hh"
#include "dataplane/tcp/stack.hh"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

namespace wirebird::fuzz {

/// Ends the run and says where.
inline void require(bool holds, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  if (holds) return;
  std::fprintf(stderr, "%s:%d: does not hold\n", file, line);
  std::abort();
}

/// What is costly to make and must look untouched after each input.
struct memories {
  plain_frame_pool frames{64};
  arena memory{std::size_t{1} << 20};

  void require_untouched() const {
    require(frames.in_use() == 0);
    require(memory.blocks_in_use() == 0);
  }
};

/// Lives on the connections of a fuzzed stack, as greedy or as lazy as it is told.
class user final : public stream::handler {
 public:
  void on_bytes(slice_queue& unread, instant) override {
    require(!ended && !unread.empty());
    const std::size_t before = unread.size();
    std::size_t left = std::min(takes, before);
    while (left > 0) {
      const std::size_t count = std::min<std::size_t>(unread.front().size(), left);
      unread.consume(count);
      left -= count;
    }
    require(unread.size() + std::min(takes, before) == before);
  }
  void on_end_of_stream(instant now) override {
    require(!ended && !end_of_stream);
    end_of_stream = true;
    if (closes) below->close(now);
  }
  void on_progress(instant) override { require(!ended); }
  void on_ended(stream::end_reason, instant) override {
    require(!ended);
    ended = true;
    below = nullptr;
  }

  stream::connection* below = nullptr;
  std::size_t takes = ~std::size_t{0};
  bool closes = false;
  bool end_of_stream = false;
  bool ended = false;
};

/// Accepts everything until it has had enough.
class users final : public stream::acceptor {
 public:
  stream::handler* on_accepted(stream::connection& opened, instant) override {
    if (all.size() >= 16) return nullptr;
    return &add(&opened);
  }
  user& add(stream::connection* below) {
    all.push_back(std::make_unique<user>());
    all.back()->below = below;
    return *all.back();
  }
  /// returns: one that still has its connection, or null.
  [[nodiscard]] user* pick(unsigned which) {
    if (all.empty()) return nullptr;
    user& chosen = *all[which % all.size()];
    return chosen.below != nullptr ? &chosen : nullptr;
  }

  std::vector<std::unique_ptr<user>> all;
};

/// Limits so small that a few segments reach them.
[[nodiscard]] inline tcp::options small_options() {
  tcp::options settings;
  settings.receive_buffer_bytes = 4096;
  settings.connections_max = 6;
  settings.half_open_max = 2;
  settings.time_wait_max = 2;
  settings.resets_per_second = 5;
  settings.keepalive_idle = std::chrono::seconds(5);
  return settings;
}

}  // namespace wirebird::fuzz
