#pragma once

#include "dataplane/base/frame.hh"

#include <cstddef>
#include <cstdint>

#include <rte_mbuf.h>

namespace wirebird::port {

/// Private area of our mbufs. A whole cache line, so that the data behind it starts on one.
inline constexpr std::size_t mbuf_private_bytes = 64;

static_assert(sizeof(frame_buffer) <= mbuf_private_bytes);
static_assert(alignof(frame_buffer) <= RTE_MBUF_PRIV_ALIGN);
static_assert(mbuf_private_bytes % RTE_MBUF_PRIV_ALIGN == 0);
static_assert(sizeof(rte_mbuf) % alignof(frame_buffer) == 0);
static_assert(frame_headroom_bytes == RTE_PKTMBUF_HEADROOM);
static_assert(frame_headroom_bytes + frame_data_bytes == RTE_MBUF_DEFAULT_BUF_SIZE);

/// The head lies right behind the mbuf.
[[nodiscard]] inline frame_buffer& head_of(rte_mbuf& packet) noexcept {
  return *reinterpret_cast<frame_buffer*>(reinterpret_cast<std::uint8_t*>(&packet) +
                                          sizeof(rte_mbuf));
}

[[nodiscard]] inline rte_mbuf& mbuf_of(frame_buffer& head) noexcept {
  void* at = reinterpret_cast<std::uint8_t*>(&head) - sizeof(rte_mbuf);
  return *static_cast<rte_mbuf*>(at);
}

}  // namespace wirebird::port
