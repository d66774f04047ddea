#pragma once

#include "dataplane/base/random.hh"
#include "dataplane/stream/connection.hh"

#include <cstddef>
#include <cstdint>
#include <string>

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
  /// From here on the connection may break, as its peer is gone; what arrived must still be right.
  void may_break() noexcept { may_break_ = true; }
  /// A turn of the application: may write, pause, resume, close.
  void act(instant now);

  void on_bytes(slice_queue& unread, instant now) override;
  void on_end_of_stream(instant now) override;
  void on_progress(instant now) override;
  void on_ended(stream::end_reason reason, instant now) override;

  [[nodiscard]] bool has_ended() const noexcept { return ended_; }
  [[nodiscard]] const stream::connection* below() const noexcept { return below_; }
  /// What is known to be wrong before the end.
  [[nodiscard]] const std::string& wrong() const noexcept { return wrong_; }
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
  bool may_break_ = false;
  bool paused_ = false;
  bool closed_ = false;
  bool ended_ = false;
  std::string wrong_;
  stream::end_reason reason_{};
};

}  // namespace wirebird::tcp
