#pragma once

#include <string>

namespace wirebird::port {

/// returns: how many queues of the multi-queue TAP device `name` are open, in this process and all
/// others, also those switched off; 0 when there is no such device.
[[nodiscard]] unsigned tap_queues(const std::string& name);

}  // namespace wirebird::port
