#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace wirebird::control {

/// A plane memory as version 1 froze it, byte by byte: not made by the writer of this build.
class frozen_memory {
 public:
  /// `row_stride`: of connections; `entry_bytes`: of the table of sections, at least 32.
  explicit frozen_memory(std::uint64_t row_stride = 512, std::uint32_t entry_bytes = 32)
      : row_stride_(row_stride), bytes_(64 * 1024, 0) {
    put64(0, 0x316e'6c70'6472'6277);
    put32(8, 1);
    put32(12, 32);
    put32(16, 5);
    put32(20, entry_bytes);
    put64(24, bytes_.size());
    const std::uint64_t table[5][4] = {{1, settings_at, 1024, 1},
                                       {2, names_at, 256, 1},
                                       {3, worker_at, 64, 1},
                                       {4, counters_at, 64, 1},
                                       {5, rows_at, row_stride, 4}};
    for (std::size_t i = 0; i < 5; ++i)
      for (std::size_t k = 0; k < 4; ++k) put64(32 + i * entry_bytes + k * 8, table[i][k]);
    put_text(settings_at, R"({"server_id":"NAME","port":4222,"start_ns":5})");
    put_text(names_at, "broker.in_msgs\nbroker.out_msgs\n");
    put64(counters_at, 7);
    put64(counters_at + 8, 9);
  }

  void put64(std::size_t at, std::uint64_t value) { std::memcpy(&bytes_[at], &value, 8); }
  void put32(std::size_t at, std::uint32_t value) { std::memcpy(&bytes_[at], &value, 4); }

  void put_text(std::size_t at, const std::string& text) {
    put64(at, 2);
    put64(at + 8, text.size());
    std::memcpy(&bytes_[at + 16], text.data(), text.size());
  }

  /// A row with offsets as version 1 has them.
  void put_row(std::size_t index, std::uint64_t sequence, std::uint64_t cid) {
    const std::size_t at = rows_at + index * row_stride_;
    put64(at, sequence);
    put64(at + 8, cid);
    put64(at + 8 + 6 * 8, 11);  // in_msgs
    bytes_[at + 8 + 104] = 3;   // name: size
    std::memcpy(&bytes_[at + 113], "bob", 3);
    put64(worker_at + 16, index + 1);  // connection_rows
  }

  [[nodiscard]] int descriptor() const {
    const int made = memfd_create("frozen", MFD_CLOEXEC);
    EXPECT_EQ(write(made, bytes_.data(), bytes_.size()), static_cast<ssize_t>(bytes_.size()));
    return made;
  }

  static constexpr std::size_t settings_at = 1024, names_at = 2048, worker_at = 3072,
                               counters_at = 3136, rows_at = 4096;

 private:
  std::uint64_t row_stride_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace wirebird::control
