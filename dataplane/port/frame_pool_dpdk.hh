#pragma once

#include "dataplane/base/frame.hh"
#include "dataplane/port/outcome.hh"

#include <cstddef>
#include <string>

struct rte_mempool;

namespace wirebird::port {

/// The frames of one queue: DPDK's packet buffers, which the driver fills and empties itself.
///
/// ```
/// one object:  | rte_mbuf 128 B | frame_buffer in 64 B | headroom 128 B | data 2048 B |
/// ```
///
/// Frame and mbuf are two views of one object and convert by an offset. A taken frame counts its
/// references in frame_buffer; the mbuf's own count stays 1 from end to end. Made and ended on the
/// main thread; in between only the queue's worker touches it, so DPDK's cache for that thread is
/// the pool's only one and take() and recycle() are a pop and a push.
class frame_pool_dpdk final : public frame_pool {
 public:
  struct shape {
    std::size_t frames = 0;  ///< >= 16
    /// Hardware reads the frames: none may cross a page. Otherwise they lie side by side.
    bool for_hardware = false;
    std::size_t lost_at_end = 0;  ///< frames that the driver may take with it when it closes
  };

  /// DPDK memory that such a pool takes on pages of this size.
  [[nodiscard]] static std::size_t memory_bytes(const shape&, std::size_t page_bytes) noexcept;

  /// All memory is taken here, on `node` if there is some (-1: anywhere).
  [[nodiscard]] static outcome<frame_pool_dpdk> make(unsigned queue, const shape&, int node);
  /// Every frame must be back, also from the driver, but for `lost_at_end`.
  ~frame_pool_dpdk();
  frame_pool_dpdk(const frame_pool_dpdk&) = delete;
  frame_pool_dpdk& operator=(const frame_pool_dpdk&) = delete;

  [[nodiscard]] frame take() noexcept override;
  /// Counts this thread's cache and the shared ring; what the driver holds is not in it.
  [[nodiscard]] std::size_t available() const noexcept override;
  void recycle(buffer&) noexcept override;

  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] rte_mempool& mempool() noexcept { return *mempool_; }
  /// Hands what this thread's cache holds to whoever takes next; for a thread that is done with the
  /// pool.
  void flush_cache() noexcept;

 private:
  frame_pool_dpdk(rte_mempool& mempool, std::size_t lost_at_end) noexcept
      : mempool_(&mempool), lost_at_end_(lost_at_end) {}

  rte_mempool* mempool_;
  std::size_t lost_at_end_;
};

}  // namespace wirebird::port
