#pragma once

#include "dataplane/base/packet_queue.hh"
#include "dataplane/port/counters.hh"
#include "dataplane/port/nic_spec.hh"
#include "dataplane/port/outcome.hh"
#include "dataplane/port/rss.hh"

#include <cstddef>
#include <memory>
#include <string>

namespace wirebird::port {

struct port_options {
  nic_spec nic;
  /// Each has frames of its own; the first ones, as many as the device can have queues, a queue
  /// pair: a TAP device up to 4, an interface of the kernel its own number.
  unsigned workers = 1;
  rss_key key{};  ///< for devices that spread flows by a hash
  /// Takes the checksums of received packets for good without looking: for a peer that shares this
  /// machine and leaves them to a card that is not there.
  bool trust_receive_checksums = false;
  bool no_huge = false;              ///< ordinary pages even where huge ones are free
  std::size_t frames_per_queue = 0;  ///< limit of frames that one worker and its queue hold
  bool debug_log = false;            ///< DPDK's own log to stderr
};

/// The port that this process owns: DPDK, one device and a queue pair per worker. Opened on the
/// main thread before the workers start, ended there after they have; once per process, because
/// DPDK cannot be started twice. Nothing of this room runs before open(), so children forked
/// before are free of it.
class port {
 public:
  /// Takes all memory and creates the device; a tenth to half of a second. Errors are the
  /// operator's to settle: no such device, no rights, in use by another, too little memory.
  [[nodiscard]] static outcome<port> open(const port_options&);
  ~port();
  port(const port&) = delete;
  port& operator=(const port&) = delete;

  [[nodiscard]] unsigned queues() const noexcept;
  /// requires: index < workers. The queue is for one worker, and without a device's queue from
  /// queues() on; its frames must be back before the port ends.
  [[nodiscard]] packet_queue& queue(unsigned index) noexcept;
  [[nodiscard]] const counters& counts(unsigned index) const noexcept;
  /// From any thread; asks the driver, so not for the packet path.
  [[nodiscard]] device_losses losses() const noexcept;

  [[nodiscard]] const std::string& device_name() const noexcept;
  /// Entries of the table by which the device spreads TCP's flows over its queues, as it was read
  /// back: entry i is for queue i modulo queues(). 0: it does not, or not so.
  [[nodiscard]] unsigned spread_entries() const noexcept;
  /// How packets get here, for the log.
  [[nodiscard]] const std::string& path() const noexcept;
  /// One sentence when huge pages were wanted and ordinary ones are used; else empty.
  [[nodiscard]] const std::string& memory_notice() const noexcept;
  /// Something else that the operator should know although all is well; else empty.
  [[nodiscard]] const std::string& device_notice() const noexcept;

 private:
  struct parts;
  explicit port(std::unique_ptr<parts>) noexcept;
  // The steps of open(). returns: why not, or an empty text.
  /// Makes sure that the device can be had, and is ours alone.
  [[nodiscard]] static std::string claim(const port_options&, parts&);
  [[nodiscard]] static std::string start_dpdk(const port_options&, parts&);
  [[nodiscard]] static std::string open_device(const port_options&, parts&);

  std::unique_ptr<parts> parts_;
};

}  // namespace wirebird::port
