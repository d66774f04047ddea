#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wirebird::port {

/// Which device to own, as `--nic` names it. Today a TAP device, which DPDK creates: our end is the
/// port, the other end is a network interface of the kernel with this name.
struct nic_spec {
  std::string tap;  ///< name of the kernel's interface, 1 to 15 bytes
};

struct nic_spec_result {
  std::optional<nic_spec> value;
  std::string error;  ///< one sentence when there is no value
};

/// Reads `tap:NAME`. Refuses names that the kernel refuses or that would not arrive there as
/// written, and the kinds of port that are not built yet.
[[nodiscard]] nic_spec_result parse_nic_spec(std::string_view text);

}  // namespace wirebird::port
