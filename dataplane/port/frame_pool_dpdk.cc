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

constexpr std::uint32_t element_bytes =
    sizeof(rte_mbuf) + mbuf_private_bytes + frame_headroom_bytes + frame_data_bytes;

/// What rte_pktmbuf_pool_create_by_ops() does, with the flag that it does not pass on.
rte_mempool* make_mempool(const std::string& name, const frame_pool_dpdk::shape& wanted, int node) {
  const auto frames = static_cast<unsigned>(wanted.frames);
  const auto cache = static_cast<unsigned>(std::min(cache_frames_max, wanted.frames / 4));
  rte_mempool* made = rte_mempool_create_empty(
      name.c_str(), frames, element_bytes, cache, sizeof(rte_pktmbuf_pool_private), node,
      wanted.for_hardware ? 0 : RTE_MEMPOOL_F_NO_IOVA_CONTIG);
  if (made == nullptr) return nullptr;
  rte_pktmbuf_pool_private sizes{};
  sizes.mbuf_data_room_size = frame_headroom_bytes + frame_data_bytes;
  sizes.mbuf_priv_size = mbuf_private_bytes;
  int error = rte_mempool_set_ops_byname(made, pool_kind, nullptr);
  if (error == 0) {
    rte_pktmbuf_pool_init(made, &sizes);
    error = rte_mempool_populate_default(made);
  }
  if (error < 0) {
    rte_mempool_free(made);
    rte_errno = -error;
    return nullptr;
  }
  rte_mempool_obj_iter(made, rte_pktmbuf_init, nullptr);
  return made;
}

void prepare(rte_mempool*, void* home, void* object, unsigned) {
  auto& packet = *static_cast<rte_mbuf*>(object);
  auto* head = new (&head_of(packet)) frame_buffer;
  head->bytes = static_cast<std::uint8_t*>(packet.buf_addr);
  head->capacity = packet.buf_len;
  head->home = static_cast<frame_pool_dpdk*>(home);
}

}  // namespace

std::size_t frame_pool_dpdk::memory_bytes(const shape& wanted, std::size_t page_bytes) noexcept {
  // DPDK spreads objects over the memory channels, which it knows only once it runs: it adds fewer
  // than four cache lines (optimize_object_size of its mempool).
  constexpr std::size_t spread_bytes = 4 * RTE_CACHE_LINE_SIZE;
  const std::size_t object_bytes =
      rte_mempool_calc_obj_size(element_bytes, RTE_MEMPOOL_F_NO_SPREAD, nullptr) + spread_bytes;
  const std::size_t ring_bytes = std::bit_ceil(wanted.frames + 1) * sizeof(void*);
  constexpr std::size_t caches_bytes = RTE_MAX_LCORE * sizeof(rte_mempool_cache);
  if (!wanted.for_hardware)
    return wanted.frames * object_bytes + page_bytes + ring_bytes + caches_bytes;
  // On pages of 4 KiB each frame takes a whole one.
  const std::size_t per_page = page_bytes / object_bytes;
  const std::size_t pages = (wanted.frames + per_page - 1) / per_page;
  return pages * page_bytes + ring_bytes + caches_bytes;
}

outcome<frame_pool_dpdk> frame_pool_dpdk::make(unsigned queue, const shape& wanted, int node) {
  check(wanted.frames >= 16, "a pool of too few frames");
  const std::string name = "frames-" + std::to_string(queue);
  rte_mempool* mempool = make_mempool(name, wanted, node);
  if (mempool == nullptr && node != SOCKET_ID_ANY)
    mempool = make_mempool(name, wanted, SOCKET_ID_ANY);
  if (mempool == nullptr)
    return outcome<frame_pool_dpdk>::failure("no DPDK memory for " + std::to_string(wanted.frames) +
                                             " frames: " + rte_strerror(rte_errno));
  std::unique_ptr<frame_pool_dpdk> pool(new frame_pool_dpdk(*mempool, wanted.lost_at_end));
  rte_mempool_obj_iter(mempool, prepare, pool.get());
  // The AF_XDP driver takes it that all frames lie in one piece, and does not look.
  if (!wanted.for_hardware && mempool->nb_mem_chunks != 1)
    return outcome<frame_pool_dpdk>::failure("DPDK's memory is in too many pieces for " +
                                             std::to_string(wanted.frames) + " frames in a row");
  return outcome<frame_pool_dpdk>::of(std::move(pool));
}

frame_pool_dpdk::~frame_pool_dpdk() {
  check(rte_mempool_avail_count(mempool_) + lost_at_end_ >= mempool_->size,
        "a frame outlives its pool");
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
