#pragma once

#include "dataplane/base/arena.hh"
#include "dataplane/base/timer_wheel.hh"
#include "dataplane/sockets/transport.hh"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

/// One transport on real loopback sockets, driven by hand, and the doubles at both of its ends.
namespace wirebird::sockets {

class world;

/// What lives on a connection in these tests: takes everything unless told otherwise, and remembers
/// what it was told.
class recorder final : public stream::handler {
 public:
  recorder(world& home, stream::connection& wire)
      : remote(wire.remote()), home_(home), wire_(&wire) {}

  void on_bytes(slice_queue& unread, instant now) override;
  void on_end_of_stream(instant now) override;
  void on_progress(instant now) override;
  void on_ended(stream::end_reason reason, instant now) override;

  /// requires: has not ended.
  [[nodiscard]] stream::connection& wire() { return *wire_; }
  [[nodiscard]] bool ended() const { return ends == 1; }
  /// Puts text into the output and flushes.
  void say(std::string_view text);
  /// Takes `count` bytes of what was offered.
  void take(slice_queue& unread, std::size_t count);

  /// Stands in for taking everything.
  std::function<void(slice_queue&)> reader;
  std::function<void()> at_end_of_stream;
  std::function<void()> at_progress;
  std::string received;
  std::size_t offers = 0;
  std::size_t ends_of_stream = 0;
  std::size_t progress = 0;
  std::size_t ends = 0;
  stream::end_reason reason{};
  endpoint remote;

 private:
  world& home_;
  stream::connection* wire_;
};

/// The far end: an ordinary kernel socket, non-blocking.
class client {
 public:
  client() = default;
  explicit client(const endpoint& to, int receive_buffer_bytes = 0);
  client(client&& other) noexcept;
  client& operator=(client&& other) noexcept;
  ~client();

  [[nodiscard]] std::uint16_t port() const;
  /// returns: bytes that the kernel took; 0 when it has no room or the connection is gone.
  std::size_t write(std::string_view text);
  /// Reads what is there and adds it to `received`.
  void read();
  void end_output();
  void close();
  /// Closes with a RST.
  void reset();

  std::string received;
  bool saw_end = false;
  int error = 0;  ///< errno of a read or write other than EAGAIN

 private:
  int descriptor_ = -1;
};

class world final : public stream::acceptor {
 public:
  explicit world(std::size_t arena_bytes = 64 * 1024 * 1024, options limits = {});

  [[nodiscard]] stream::handler* on_accepted(stream::connection&, instant now) override;

  /// The transport's time: stands still but for skip() and run_until(). The kernel's goes on.
  [[nodiscard]] instant now() const { return now_; }
  void skip(duration by) { now_ += by; }
  /// One iteration of a worker.
  void step(duration idle = duration::zero());
  /// Steps, 10 µs each, until `done` holds. returns: false when that took longer than ten seconds.
  [[nodiscard]] bool run_until(const std::function<bool()>& done);
  /// Steps `times` times without waiting: whatever is there is dealt with.
  void run(int times = 50);
  /// Connects to `address`; its recorder is the last of `handlers`.
  [[nodiscard]] client connect(int receive_buffer_bytes = 0);
  [[nodiscard]] recorder& last() { return *handlers.back(); }

  void enter() { EXPECT_EQ(++depth_, 1) << "calls nest"; }
  void leave() { --depth_; }

 private:
  instant now_{std::chrono::hours(1)};
  int depth_ = 0;

 public:
  arena memory;
  timer_wheel timers;
  sockets::transport transport;
  endpoint address;
  std::vector<std::unique_ptr<recorder>> handlers;
  /// Called with every new recorder before it is handed to the transport; false refuses.
  std::function<bool(recorder&)> greeter;
};

[[nodiscard]] endpoint loopback(std::uint16_t port = 0);
/// `size` bytes that tell their position.
[[nodiscard]] std::string pattern(std::size_t size);
[[nodiscard]] std::size_t open_descriptors();

}  // namespace wirebird::sockets
