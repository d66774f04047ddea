#pragma once

namespace wirebird::port {

/// Settles how libxdp and libbpf behave, which DPDK's AF_XDP driver brings with it: they would
/// write to stderr, so their words go where DPDK's log goes; and the program is put on the
/// interface by itself instead of behind a dispatcher for several, whose traces in /sys/fs/bpf
/// outlive a killed process. requires: DPDK has started; before the device is opened. Main thread,
/// with no other thread of ours yet.
void settle_xdp_library() noexcept;

}  // namespace wirebird::port
