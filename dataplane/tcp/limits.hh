#pragma once

#include "dataplane/base/frame.hh"
#include "dataplane/base/time.hh"

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every number of this room that is not an option, with where it comes from.
namespace wirebird::tcp::limits {

using namespace std::chrono_literals;

// Segment sizes.
/// Peers that announce less are treated as if they announced this: below it headers cost more than
/// data and a window of tiny segments becomes a weapon (FreeBSD's net.inet.tcp.minmss is the same).
inline constexpr std::uint32_t mss_floor = 216;
/// What a peer that announces nothing takes (RFC 9293 3.7.1): 576 - 40 and 1280 - 60.
inline constexpr std::uint32_t mss_default_v4 = 536;
inline constexpr std::uint32_t mss_default_v6 = 1220;
/// IP and TCP headers without options.
inline constexpr std::uint32_t headers_v4 = 20 + 20;
inline constexpr std::uint32_t headers_v6 = 40 + 20;
/// The least path MTU that an ICMP error can bring a connection down to, whatever it says: every
/// IPv4 link that matters carries 552 bytes, and a forged error costs no more than a third of the
/// bytes of a packet (RFC 5927 7.2).
inline constexpr std::uint32_t path_mtu_floor = 552;
/// Where an error says no MTU, and where full segments time out without one (a black hole, RFC 2923
/// 2.1), the next of these is tried (RFC 1191 7.1, less what Ethernet has no use for, plus IPv6's).
inline constexpr std::uint32_t path_mtu_plateaus[] = {1492, 1280, 1006, path_mtu_floor};
inline constexpr std::uint32_t path_mtu_black_hole = 1280;
inline constexpr unsigned timeouts_before_black_hole = 2;
/// A larger path MTU is tried again after this long (RFC 1191 6.3).
inline constexpr duration path_mtu_ages = std::chrono::minutes(10);
/// A segment is built in one frame: header and payload stay within its data room.
inline constexpr std::uint32_t segment_bytes_max = frame_data_bytes;

// Windows.
/// Our shift: 65535 << 7 is 8 MiB, room for the window to grow into.
inline constexpr std::uint8_t window_shift = 7;
inline constexpr std::uint8_t window_shift_max = 14;  ///< RFC 7323 2.3
inline constexpr std::uint32_t window_unscaled_max = 65535;
/// IW10: min(10 * MSS, max(2 * MSS, 14600)) (RFC 6928 2).
inline constexpr std::uint32_t initial_window_segments = 10;
inline constexpr std::uint32_t initial_window_bytes = 14600;
/// A window we let a peer open to us: sequence comparison needs less than 2^31 (RFC 7323 2.3).
inline constexpr std::uint32_t congestion_window_max = 1U << 30;

// Retransmission.
inline constexpr unsigned duplicate_acks_for_loss = 3;    ///< RFC 5681 3.2
inline constexpr unsigned limited_transmit_segments = 2;  ///< RFC 3042
inline constexpr unsigned backoff_max = 16;  ///< doublings: any rto_min reaches any rto_max
/// After a SYN-ACK that had to be repeated the network is taken to be slow (RFC 6298 5.7).
inline constexpr duration rto_after_repeated_syn = 3s;

// Half-open connections: SYN-ACKs leave 0, 1, 3, 7, 15 s after the SYN, forgotten at 31 s.
inline constexpr duration syn_ack_first_wait = 1s;
inline constexpr unsigned syn_ack_tries = 5;

/// SYN cookies are taken for as long as 64 to 128 s after the last one was sent.
inline constexpr duration cookie_period = 64s;

// Receiving.
/// A piece of less than a quarter of the block that it pins is copied: at most four times the
/// payload is ever pinned by what stays.
inline constexpr std::uint32_t small_fraction = 4;
/// Slices that may wait uncopied for a session that reads: twice a receive burst.
inline constexpr std::size_t unread_slices_max = 64;
/// Unread memory may exceed what full-sized frames need (1.5 times the bytes) by this much.
inline constexpr std::size_t footprint_slack = 64 * 1024;
/// Out-of-order pieces of one connection: 256 KiB in segments of 1024 bytes. Inserting one moves at
/// most so many others, which is what bounds the price of a segment.
inline constexpr std::size_t pieces_max = 256;
inline constexpr std::size_t pieces_kept_idle = 32;
/// With less than 1/4 of the frames left, what stays unread is copied out of its frames.
inline constexpr std::size_t frames_low_fraction = 4;
/// Duplicate ACKs sent in one flush: one for each segment of a burst.
inline constexpr unsigned duplicate_acks_per_flush = 32;

// Answers to strangers.
/// Challenge ACKs (RFC 5961 7) and ACKs for segments outside the window, per connection and second.
inline constexpr unsigned challenge_acks_per_second = 10;

/// TS.Recent is not trusted when nothing came for 24 days (RFC 7323 5.5).
inline constexpr duration timestamp_idle_max = 24h * 24;

/// Ephemeral ports for active opens (RFC 6335) and how many are tried.
inline constexpr std::uint16_t ephemeral_port_first = 49152;
inline constexpr unsigned ephemeral_ports = 16384;
inline constexpr unsigned ephemeral_tries = 64;

}  // namespace wirebird::tcp::limits
