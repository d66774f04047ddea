#pragma once

#include "dataplane/port/eal_log.hh"
#include "dataplane/port/outcome.hh"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace wirebird::port {

struct eal_options {
  // Everything that will be taken from DPDK's memory; smaller pages waste more.
  std::size_t huge_bytes = 0;      ///< on pages of 2 MiB
  std::size_t ordinary_bytes = 0;  ///< on pages of 4 KiB
  std::string pci;                 ///< address of the one PCI device to look at; empty: none
  bool no_huge = false;            ///< ordinary pages even where huge ones are free
  bool debug_log = false;          ///< DPDK's own log to stderr
};

/// DPDK's environment: memory and drivers. Started and stopped on the main thread, once per
/// process: DPDK cannot be started again, and a second start is an error.
///
/// It adds one thread, DPDK's interrupt thread, which sleeps and has every signal blocked; the main
/// thread keeps its signals and its processors. Memory is anonymous and nothing is written to the
/// file system, so nothing is left however the process ends.
class eal {
 public:
  [[nodiscard]] static outcome<eal> start(const eal_options&);
  ~eal();
  eal(const eal&) = delete;
  eal& operator=(const eal&) = delete;

  /// One sentence when huge pages were wanted and ordinary ones are used; else empty.
  [[nodiscard]] const std::string& memory_notice() const noexcept { return memory_notice_; }
  [[nodiscard]] eal_log& log() noexcept { return log_; }

 private:
  explicit eal(bool debug_log) : log_(debug_log) {}
  [[nodiscard]] std::string initialise(const eal_options&);

  eal_log log_;
  std::vector<std::string> arguments_;  ///< DPDK keeps pointers into them
  std::vector<char*> argument_vector_;
  std::string memory_notice_;
  bool started_ = false;
};

}  // namespace wirebird::port
