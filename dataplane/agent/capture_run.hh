#pragma once

#include "dataplane/agent/log.hh"
#include "dataplane/agent/order_outcome.hh"
#include "dataplane/base/time.hh"
#include "dataplane/worker/capture.hh"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace wirebird::agent {

/// What an operator wants to see, checked.
struct capture_order {
  worker::capture_filter filter;
  std::uint64_t frames_max = 10'000;
  duration time_max = std::chrono::seconds(10);

  static constexpr std::uint64_t frames_most = 10'000'000;
  static constexpr duration time_most = std::chrono::hours(1);
};

/// Writes frames of running workers to a pcapng file, one capture at a time. Files are made in one
/// folder only, under names of our own, never over anything that is there. Main thread; the disk
/// may make it wait, and a full ring then loses frames of the capture.
class capture_run {
 public:
  capture_run(log& sink, std::string folder) : log_(sink), folder_(std::move(folder)) {}
  ~capture_run();
  capture_run(const capture_run&) = delete;
  capture_run& operator=(const capture_run&) = delete;

  /// Which queues there are to look into. At start; destroyed after the workers that they belong
  /// to.
  void look_into(std::vector<worker::capture_queue*> queues) { queues_ = std::move(queues); }
  /// returns: the file's path as the text of one that is taken.
  [[nodiscard]] order_outcome begin(const capture_order&, instant now);
  /// Writes what has come, and ends the capture when it is complete.
  void tick(instant now);
  [[nodiscard]] instant next_tick() const noexcept;

 private:
  [[nodiscard]] std::string open_file();
  void write(const std::string& bytes);
  void drain(worker::capture& from);
  void end(instant now);
  void clear_done();

  static constexpr duration tick_every = std::chrono::milliseconds(20);

  log& log_;
  std::string folder_;
  std::vector<worker::capture_queue*> queues_;
  std::vector<std::unique_ptr<worker::capture>> running_;  ///< one per queue; empty: none
  std::vector<std::unique_ptr<worker::capture>> ending_;   ///< workers may still hold these
  std::string path_;
  int file_ = -1;
  unsigned files_ = 0;  ///< names tried so far
  std::uint64_t frames_left_ = 0;
  std::uint64_t written_ = 0;
  instant until_{};
  instant next_ = never;
  std::int64_t wall_offset_ns_ = 0;  ///< from the monotonic clock to 1970
};

}  // namespace wirebird::agent
