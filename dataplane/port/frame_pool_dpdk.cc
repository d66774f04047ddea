#include "dataplane/port/frame_pool_dpdk.hh"

#include "dataplane/base/check.hh"
#include "dataplane/port/mbuf_layout.hh"

#include <algorithm>
#include <bit>
#include <new>

#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_mempool.h>
#include <rte_ring.h>

namespace wirebird::port {

namespace {

/// Frames that a thread keeps at hand; DPDK refills it in one go. Eight bursts, and DPDK wants at
/// least 1.5 times as many frames in the pool.
constexpr std::size_t cache_frames_max = 256;

/// An rte_ring that any thread may use (some are not the worker's: start-up and end). Named, so
/// that available() can count it: rte_mempool_avail_count() visits the cache of every possible
/// lcore.
constexpr const char* pool_kind = "ring_mp_mc";

void prepare(rte_mempool*, void* home, void* object, unsigned) {
  auto& packet = *static_cast<rte_mbuf*>(object);
  auto* head = new (&head_of(packet)) frame_buffer;
  head->bytes = static_cast<std::uint8_t*>(packet.buf_addr);
  head->capacity = packet.buf_len;
  head->home = static_cast<frame_pool_dpdk*>(home);
}

}  // namespace

std::size_t frame_pool_dpdk::memory_bytes(std::size_t frames, std::size_t page_bytes) noexcept {
  constexpr std::uint32_t element_bytes =
      sizeof(rte_mbuf) + mbuf_private_bytes + frame_headroom_bytes + frame_data_bytes;
  // DPDK spreads objects over the memory channels, which it knows only once it runs: it adds fewer
  // than four cache lines (optimize_object_size of its mempool).
  constexpr std::size_t spread_bytes = 4 * RTE_CACHE_LINE_SIZE;
  const std::size_t object_bytes =
      rte_mempool_calc_obj_size(element_bytes, RTE_MEMPOOL_F_NO_SPREAD, nullptr) + spread_bytes;
  // No frame crosses a page, so on pages of 4 KiB each takes a whole one.
  const std::size_t per_page = page_bytes / object_bytes;
  const std::size_t pages = (frames + per_page - 1) / per_page;
  const std::size_t ring_bytes = std::bit_ceil(frames + 1) * sizeof(void*);
  constexpr std::size_t caches_bytes = RTE_MAX_LCORE * sizeof(rte_mempool_cache);
  return pages * page_bytes + ring_bytes + caches_bytes;
}

outcome<frame_pool_dpdk> frame_pool_dpdk::make(unsigned queue, std::size_t frames) {
  check(frames >= 16, "a pool of too few frames");
  const std::string name = "frames-" + std::to_string(queue);
  const auto cache = static_cast<unsigned>(std::min(cache_frames_max, frames / 4));
  rte_mempool* mempool = rte_pktmbuf_pool_create_by_ops(
      name.c_str(), static_cast<unsigned>(frames), cache, mbuf_private_bytes,
      frame_headroom_bytes + frame_data_bytes, static_cast<int>(rte_socket_id()), pool_kind);
  if (mempool == nullptr)
    return outcome<frame_pool_dpdk>::failure("no DPDK memory for " + std::to_string(frames) +
                                             " frames: " + rte_strerror(rte_errno));
  std::unique_ptr<frame_pool_dpdk> pool(new frame_pool_dpdk(*mempool));
  rte_mempool_obj_iter(mempool, prepare, pool.get());
  return outcome<frame_pool_dpdk>::of(std::move(pool));
}

frame_pool_dpdk::~frame_pool_dpdk() {
  check(rte_mempool_full(mempool_) == 1, "a frame outlives its pool");
  rte_mempool_free(mempool_);
}

frame frame_pool_dpdk::take() noexcept {
  rte_mbuf* packet = rte_mbuf_raw_alloc(mempool_);
  if (packet == nullptr) return {};
  frame_buffer& head = head_of(*packet);
  head.references = 1;
  head.offset = frame_headroom_bytes;
  head.length = 0;
  head.marks = {};
  return frame(head);
}

void frame_pool_dpdk::recycle(buffer& block) noexcept {
  rte_mbuf_raw_free(&mbuf_of(static_cast<frame_buffer&>(block)));
}

std::size_t frame_pool_dpdk::available() const noexcept {
  const rte_mempool_cache* cache = rte_mempool_default_cache(mempool_, rte_lcore_id());
  return rte_ring_count(static_cast<const rte_ring*>(mempool_->pool_data)) +
         (cache != nullptr ? cache->len : 0);
}

std::size_t frame_pool_dpdk::size() const noexcept {
  return mempool_->size;
}

void frame_pool_dpdk::flush_cache() noexcept {
  rte_mempool_cache* cache = rte_mempool_default_cache(mempool_, rte_lcore_id());
  if (cache != nullptr) rte_mempool_cache_flush(cache, mempool_);
}

}  // namespace wirebird::port
