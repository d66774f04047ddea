#pragma once

#include "protocol/plane_memory.hh"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wirebird::control {

/// The plane memory as control reads it, possibly from a wirebird that is one release older or
/// newer. Everything that the header claims is checked against the size of the memory once; rows
/// that were being written are left out. Control's one thread.
class memory_view {
 public:
  /// Takes over `descriptor`. See error().
  explicit memory_view(int descriptor);
  ~memory_view();
  memory_view(const memory_view&) = delete;
  memory_view& operator=(const memory_view&) = delete;

  /// One sentence on why it cannot be read; empty when it can.
  [[nodiscard]] const std::string& error() const noexcept { return error_; }

  [[nodiscard]] std::size_t workers() const noexcept;
  [[nodiscard]] protocol::plane::worker_record worker(std::size_t index) const noexcept;
  [[nodiscard]] std::vector<std::uint64_t> counters(std::size_t worker) const;
  [[nodiscard]] std::string counter_names() const;
  [[nodiscard]] std::string settings() const;
  /// Clients of that worker as of its last refresh.
  [[nodiscard]] std::vector<protocol::plane::connection_row> connections(std::size_t worker) const;
  /// Its former clients, oldest first, as many as its ring still holds.
  [[nodiscard]] std::vector<protocol::plane::connection_row> closed(std::size_t worker) const;
  /// That worker's counts of times, a bucket each as plane_histogram.hh says; `which`: latency,
  /// loop_time or listing_time. All zero of a wirebird that has none.
  [[nodiscard]] std::vector<std::uint64_t> histogram(protocol::plane::section_id which,
                                                     std::size_t worker) const;
  /// The list of that worker's subscriptions as of its last refresh that had one: entries as
  /// plane_memory.hh says, unchecked. Empty while it is being written.
  [[nodiscard]] std::string subscriptions(std::size_t worker) const;

 private:
  struct section {
    std::uint64_t offset = 0;
    std::uint64_t stride = 0;
    std::uint64_t count = 0;
  };
  void read_header();
  [[nodiscard]] const section& at(protocol::plane::section_id) const noexcept;
  [[nodiscard]] const std::uint8_t* record(const section&, std::size_t index) const noexcept;
  [[nodiscard]] std::string text(protocol::plane::section_id) const;
  [[nodiscard]] std::optional<protocol::plane::connection_row> row(const section&,
                                                                   std::size_t index) const;

  static constexpr std::size_t known_sections = 11;  ///< ids from 1

  const std::uint8_t* memory_ = nullptr;
  std::size_t bytes_ = 0;
  std::array<section, known_sections> sections_{};
  std::string error_;
};

}  // namespace wirebird::control
