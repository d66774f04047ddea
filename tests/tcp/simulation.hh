#pragma once

#include "dataplane/base/plain_frame_pool.hh"
#include "dataplane/tcp/stack.hh"
#include "tests/sim/clock.hh"
#include "tests/sim/wire.hh"

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <vector>

namespace wirebird::tcp {

/// One end of a simulated conversation: writes a stream that its seed defines, in random pieces,
/// compares what it reads with what the other end's seed defines, pauses at random, and closes when
/// it has written and read everything.
class talker final : public stream::handler {
 public:
  /// `writes`, `reads`: lengths of the two streams.
  talker(std::uint64_t seed, std::size_t writes, std::size_t reads, unsigned direction)
      : dice_(seed), writes_(writes), reads_(reads), direction_(direction) {}

  void attach(stream::connection& below) noexcept { below_ = &below; }
  /// A turn of the application: may write, pause, resume, close.
  void act(instant now);

  void on_bytes(slice_queue& unread, instant now) override;
  void on_end_of_stream(instant now) override;
  void on_progress(instant now) override;
  void on_ended(stream::end_reason reason, instant now) override;

  [[nodiscard]] bool has_ended() const noexcept { return ended_; }
  /// returns: what went wrong, empty if nothing.
  [[nodiscard]] std::string verdict() const;

 private:
  [[nodiscard]] static std::uint8_t byte_at(unsigned direction, std::size_t position) noexcept;
  void write_some(instant now);

  random dice_;
  stream::connection* below_ = nullptr;
  std::size_t writes_;
  std::size_t reads_;
  unsigned direction_;
  std::size_t written_ = 0;
  std::size_t read_ = 0;
  unsigned ends_ = 0;
  unsigned ends_of_stream_ = 0;
  bool paused_ = false;
  bool closed_ = false;
  bool ended_ = false;
  std::string wrong_;
  stream::end_reason reason_{};
};

/// One machine: a stack and everything it needs.
struct host final : stream::acceptor {
  host(sim::clock&, datagram_sink&, const options&, std::uint64_t seed, std::size_t frames);

  /// One worker iteration without its input.
  void iterate(instant now);
  stream::handler* on_accepted(stream::connection&, instant now) override;
  /// returns: what was not given back, empty if nothing. After the stack's end.
  [[nodiscard]] std::string leftovers();

  random dice;
  plain_frame_pool frames;
  arena memory;
  timer_wheel wheel;
  std::unique_ptr<stack> tcp;
  std::vector<std::unique_ptr<talker>> talkers;
  std::vector<std::unique_ptr<talker>> waiting;  ///< for connections to come
};

/// Runs one simulation. returns: what went wrong, empty if nothing. Deterministic.
[[nodiscard]] std::string simulate(std::uint64_t seed);

}  // namespace wirebird::tcp
