#pragma once

#include "dataplane/base/address.hh"
#include "dataplane/base/bytes.hh"
#include "dataplane/steering/toeplitz.hh"

#include <cstdint>

namespace wirebird::steering {

/// For whom a received frame is.
struct direction {
  enum class kind : std::uint8_t {
    here,      ///< whoever has received it deals with it
    worker,    ///< the one that has the connection
    everyone,  ///< tells all of them where a neighbour is
  };
  kind to = kind::here;
  unsigned worker = 0;
};

/// Which worker has a connection: a hash of its 4-tuple says so, everywhere and for ever, so
/// nothing is shared and any worker can tell for any frame. The same hash as the card's, where it
/// has one. Immutable: any thread.
class flow_director {
 public:
  /// Entries of the table that turns hashes into workers, where no card has one.
  static constexpr unsigned entries_default = 128;

  /// `ours`: our address, and the port whose connections are spread; all others are the first
  /// worker's. `entries`: of the card's table (a power of two), filled as ours is: entry
  /// i is for worker i modulo `workers`.
  flow_director(const toeplitz::key& key, const endpoint& ours, unsigned workers,
                unsigned entries = entries_default) noexcept
      : hash_(key), ours_(ours), workers_(workers), mask_(entries - 1) {}

  [[nodiscard]] unsigned worker_of(const endpoint& remote, const endpoint& local) const noexcept;
  /// Of a whole Ethernet frame. TCP goes to its connection's worker; so does an ICMP error, by the
  /// segment that it quotes. ARP that concerns us is for everyone. What cannot be read, or is not
  /// for us, is dropped with a counted reason wherever it is. Constant time.
  [[nodiscard]] direction of(byte_view frame) const noexcept;

 private:
  [[nodiscard]] direction of_arp(byte_view packet) const noexcept;
  [[nodiscard]] direction of_ipv4(byte_view packet) const noexcept;

  toeplitz hash_;
  endpoint ours_;
  unsigned workers_;
  std::uint32_t mask_;
};

}  // namespace wirebird::steering
