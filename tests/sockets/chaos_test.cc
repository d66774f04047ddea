#include "dataplane/base/random.hh"
#include "dataplane/sockets/limits.hh"
#include "tests/sockets/world.hh"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace wirebird::sockets {
namespace {

/// Clients and sessions that do anything at any time, from one seed. Every stream must arrive as a
/// beginning of what was sent, and every session must hear of its end exactly once.
class chaos {
 public:
  explicit chaos(std::uint64_t seed) : dice_(seed) {
    world_.greeter = [this](recorder& fresh) { return greet(fresh); };
  }

  void run(int rounds) {
    for (int i = 0; i < rounds && !testing::Test::HasFatalFailure(); ++i) {
      act_outside();
      if (dice_.chance(1, 3)) act_inside();
      if (dice_.chance(1, 50)) world_.skip(std::chrono::milliseconds(dice_.below(1500)));
      world_.step();
    }
    finish();
  }

 private:
  struct pair {
    client far;
    std::string sent;  ///< by the client
    std::string said;  ///< by the session
  };

  bool greet(recorder& fresh) {
    recorder* session = &fresh;
    fresh.reader = [this, session](slice_queue& unread) {
      session->take(unread, dice_.chance(1, 2) ? unread.size() : dice_.below(unread.size() + 1));
      act(*session);
    };
    fresh.at_progress = [this, session] { act(*session); };
    fresh.at_end_of_stream = [this, session] { act(*session); };
    act(fresh);
    return !dice_.chance(1, 30);
  }

  /// Something that a session does, also to sessions other than the one that is called.
  void act(recorder& session) {
    if (calm_ || session.ends != 0) return;
    switch (dice_.below(24)) {
      case 0:
      case 1:
      case 2: say(session, dice_.below(2000)); break;
      case 3: say(session, dice_.below(900'000)); break;
      case 4:
      case 5: session.wire().pause_reading(); break;
      case 6:
      case 7:
      case 8: session.wire().resume_reading(); break;
      case 9: session.wire().close(world_.now()); break;
      case 10:
        if (dice_.chance(1, 2)) session.wire().abort(world_.now());
        break;
      case 11: session.wire().flush(world_.now()); break;
      case 12: act_inside(); break;
      default: break;
    }
  }
  void act_inside() {
    if (world_.handlers.empty()) return;
    act(*world_.handlers[dice_.below(world_.handlers.size())]);
  }
  void say(recorder& session, std::size_t size) {
    const std::string_view text = text_of(size);
    session.say(text);
    pairs_[session.remote.port].said += text;
  }

  std::string_view text_of(std::size_t size) {
    return std::string_view(text_).substr(dice_.below(text_.size() - size), size);
  }

  void act_outside() {
    if (pairs_.size() < 12 && dice_.chance(1, 10)) {
      client fresh(world_.address);
      const std::uint16_t port = fresh.port();
      pairs_[port].far = std::move(fresh);
    }
    for (auto& [port, each] : pairs_) {
      switch (dice_.below(40)) {
        case 0: each.far.close(); break;
        case 1: each.far.reset(); break;
        case 2: each.far.end_output(); break;
        case 3: write(each, dice_.below(500'000)); break;
        case 4:
        case 5:
        case 6:
        case 7: write(each, dice_.below(3000)); break;
        case 8:
        case 9:
        case 10: each.far.read(); break;
        default: break;
      }
    }
  }
  void write(pair& each, std::size_t size) {
    const std::string_view text = text_of(size);
    each.sent += text.substr(0, each.far.write(text));
  }

  void finish() {
    calm_ = true;
    for (auto& [port, each] : pairs_) {
      each.far.read();
      each.far.close();
    }
    // Connections that are still in the backlog come too.
    const auto all_over = [&] {
      for (const auto& each : world_.handlers) {
        each->reader = nullptr;
        if (each->ends != 0) continue;
        each->wire().resume_reading();
        if (each->ends_of_stream != 0) each->wire().close(world_.now());
      }
      return world_.transport.connections() == 0 && world_.transport.lingering() == 0;
    };
    ASSERT_TRUE(world_.run_until(all_over));
    world_.skip(close_time_max);
    world_.run(5);
    ASSERT_TRUE(world_.run_until(all_over));
    for (const auto& session : world_.handlers) {
      EXPECT_EQ(session->ends, 1U);
      const pair& own = pairs_[session->remote.port];
      EXPECT_TRUE(own.sent.starts_with(session->received));
      EXPECT_TRUE(own.said.starts_with(own.far.received));
    }
    EXPECT_EQ(world_.timers.armed(), 0U);
    EXPECT_EQ(world_.memory.blocks_in_use(), 0U);
    EXPECT_FALSE(world_.transport.has_work());
  }

  random dice_;
  std::string text_ = pattern(1'000'000);
  std::map<std::uint16_t, pair> pairs_;
  bool calm_ = false;
  world world_;
};

TEST(chaos, every_session_ends_once_and_no_byte_is_out_of_place) {
  const std::size_t descriptors = open_descriptors();
  for (std::uint64_t seed = 1; seed <= 20 && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    chaos(seed).run(400);
  }
  EXPECT_EQ(open_descriptors(), descriptors);
}

}  // namespace
}  // namespace wirebird::sockets
