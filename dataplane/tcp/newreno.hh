#pragma once

#include "dataplane/tcp/congestion.hh"

#include <cstdint>

namespace wirebird::tcp {

/// RFC 5681 with the fast recovery of RFC 6582 and byte counting (RFC 3465).
class newreno final : public congestion {
 public:
  /// `mss`: payload of a full segment, bytes.
  explicit newreno(std::uint32_t mss) noexcept;

  [[nodiscard]] std::uint32_t window() const noexcept override { return window_; }
  void set_mss(std::uint32_t mss) noexcept override { mss_ = mss; }
  void on_ack(std::uint32_t acked, bool limited) noexcept override;
  void on_loss(std::uint32_t flight) noexcept override;
  void on_duplicate_ack() noexcept override;
  void on_partial_ack(std::uint32_t acked) noexcept override;
  void on_recovered(std::uint32_t flight) noexcept override;
  void on_timeout(std::uint32_t flight, bool again) noexcept override;
  void on_idle() noexcept override;

 private:
  void grow(std::uint32_t bytes) noexcept;

  std::uint32_t mss_;
  std::uint32_t initial_;
  std::uint32_t window_;
  std::uint32_t threshold_;    ///< ssthresh
  std::uint32_t counted_ = 0;  ///< acknowledged bytes towards the next step in avoidance
};

}  // namespace wirebird::tcp
