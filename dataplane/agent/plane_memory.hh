#pragma once

#include "dataplane/worker/plane_port.hh"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wirebird::agent {

/// What wirebird-control sees of this process: the memory of protocol/plane_memory.hh, made here,
/// written by the workers and the main thread, sealed against everybody else's writing and gone
/// with the last process that has it open. Main thread; outlives the workers.
class plane_memory {
 public:
  struct shape {
    std::size_t workers;
    std::string_view counter_names;    ///< as worker::counter_names says
    std::size_t connections = 65'536;  ///< rows of each worker
    std::size_t closed = 10'000;       ///< rows of each worker's ring
    /// Bytes of each worker's list of subscriptions: about 1.5 million. Touched when a list is
    /// asked for, as far as it is long.
    std::size_t list_bytes = std::size_t{128} << 20;
  };

  /// See error().
  explicit plane_memory(const shape&);
  ~plane_memory();
  plane_memory(const plane_memory&) = delete;
  plane_memory& operator=(const plane_memory&) = delete;

  /// errno of making it; 0 when it is there.
  [[nodiscard]] int error() const noexcept { return error_; }
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  /// requires: no error; worker < shape.workers.
  [[nodiscard]] worker::plane_share share(std::size_t worker) const noexcept;
  /// JSON that describes the server; see the room's README. At most settings_bytes_max.
  void write_settings(std::string_view json) noexcept;

  static constexpr std::size_t settings_bytes_max = 64 * 1024;

 private:
  struct region {
    std::size_t offset = 0;
    std::size_t stride = 0;
    std::size_t count = 0;
  };
  [[nodiscard]] static region reserve(std::size_t& end, std::size_t stride, std::size_t count);
  void write_text(const region&, std::string_view text) noexcept;
  void write_header() noexcept;

  shape shape_;
  std::size_t counter_count_;
  std::size_t bytes_ = 0;
  region settings_, names_, workers_, counters_, connections_, closed_, lists_, latency_, loops_,
      steps_;
  int descriptor_ = -1;
  int error_ = 0;
  std::uint8_t* memory_ = nullptr;
};

}  // namespace wirebird::agent
