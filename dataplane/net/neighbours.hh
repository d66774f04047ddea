#pragma once

#include "dataplane/base/address.hh"
#include "dataplane/base/frame.hh"
#include "dataplane/base/random.hh"
#include "dataplane/base/timer_wheel.hh"
#include "dataplane/net/counters.hh"
#include "dataplane/net/ipv4_network.hh"
#include "dataplane/net/limits.hh"
#include "dataplane/net/rate_limit.hh"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace wirebird::net {

/// What the neighbour table asks of its link.
class neighbour_output {
 public:
  /// Asks `wanted` for its address; `ask` is the broadcast address, or the one to confirm.
  virtual void request(ipv4_address wanted, const mac_address& ask) noexcept = 0;
  /// Sends an IP packet that has waited for its address.
  virtual void transmit(frame&& packet, const mac_address& to) noexcept = 0;

 protected:
  ~neighbour_output() = default;
};

/// Who has which Ethernet address, and the packets that wait to know (RFC 826, RFC 1122 2.3.2).
///
///   (none) --resolve--> resolving --answer--> reachable --a minute old, used--> probing
///                           |3 requests           ^--------------answer------------|
///                           v                                                      |3 requests
///                      unreachable --3 s, resolve--> resolving               (none)
///
/// A fixed table: a flood of any kind costs no memory. An entry in use is asked again by unicast
/// once its answer is a minute old, and serves meanwhile; one out of use just ages. When the table
/// is full, the least useful of a small sample goes: unanswered ones first, then those learnt from
/// a request and never used, then the longest unused. Owned by a link, on its worker. find() is one
/// hash probe.
class neighbours {
 public:
  /// All must outlive it. `random` seeds the hash, so that hosts cannot choose to collide.
  neighbours(neighbour_output&, timer_wheel&, random&, counters&);
  neighbours(const neighbours&) = delete;
  neighbours& operator=(const neighbours&) = delete;

  /// returns: the address to send to, or null when it must be resolved; valid until the next call.
  /// An old one is also asked to confirm itself.
  [[nodiscard]] const mac_address* find(ipv4_address, instant now) noexcept;
  /// Keeps the packet until the address is known and asks for it. Drops and counts when too many
  /// wait (the oldest for this neighbour), the neighbour does not answer, or too many are asked
  /// for.
  void resolve(ipv4_address, frame&& packet, instant now) noexcept;

  /// An ARP packet from a host: refreshes what is known of it and sends what waits (RFC 826's
  /// merge). returns: false when the host is unknown; nothing happened then.
  [[nodiscard]] bool update(ipv4_address, const mac_address&, instant now) noexcept;
  /// A request to us from an unknown host, which will soon be answered: remembers it, unless that
  /// would push out a neighbour in use. requires: update() said false.
  void learn(ipv4_address, const mac_address&, instant now) noexcept;

  /// Entries of all states.
  [[nodiscard]] std::size_t size() const noexcept { return neighbours_max - free_.size(); }

 private:
  using index = std::uint16_t;
  static constexpr index none = 0xffff;
  static_assert(neighbours_max < none && waiting_frames_max < none);

  enum class state : std::uint8_t { unused, unreachable, resolving, probing, reachable };

  struct neighbour final : timer {
    void on_timer(instant now) override { table->on_deadline(*this, now); }

    neighbours* table = nullptr;
    ipv4_address address = 0;
    neighbours::state state = state::unused;
    std::uint8_t requests = 0;   ///< sent without an answer
    mac_address mac;             ///< when reachable or probing
    index first_waiting = none;  ///< a queue in waiting_
    index last_waiting = none;
    std::uint16_t waiting = 0;      ///< packets in it
    instant since{};                ///< of the last answer, or of giving up
    instant used = instant::min();  ///< last packet sent to it
  };
  struct waiting_packet {
    frame packet;
    index next = none;
  };

  [[nodiscard]] neighbour* lookup(ipv4_address) noexcept;
  [[nodiscard]] std::size_t slot_of(ipv4_address) const noexcept;
  [[nodiscard]] neighbour& insert(ipv4_address) noexcept;
  void remove(neighbour&) noexcept;
  void unindex(const neighbour&) noexcept;

  [[nodiscard]] neighbour& least_useful() noexcept;
  void evict(neighbour&) noexcept;

  void ask(neighbour&, const mac_address&, instant now) noexcept;
  void confirm(neighbour&, const mac_address&, instant now) noexcept;
  void on_deadline(neighbour&, instant now) noexcept;

  void enqueue(neighbour&, frame&& packet) noexcept;
  [[nodiscard]] frame dequeue(neighbour&) noexcept;
  void drop_waiting(neighbour&, counter& reason) noexcept;

  static constexpr unsigned slot_bits = 11;
  static constexpr std::size_t slots = std::size_t{1} << slot_bits;
  static_assert(slots >= 2 * neighbours_max, "an open-addressed table wants to be half empty");

  neighbour_output& output_;
  timer_wheel& timers_;
  counters& counts_;
  std::uint64_t multiplier_;  ///< odd; multiplicative hashing with a random factor
  rate_limit resolutions_{arp_resolutions};
  std::array<index, slots> slots_;  ///< linear probing without tombstones
  std::unique_ptr<neighbour[]> entries_;
  std::vector<index> free_;  ///< unused entries
  std::vector<waiting_packet> waiting_;
  index free_waiting_ = 0;  ///< unused places of waiting_, linked by next
  std::size_t hand_ = 0;    ///< where the next eviction sample begins
};

}  // namespace wirebird::net
