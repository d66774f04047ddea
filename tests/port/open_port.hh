#pragma once

#include "dataplane/port/port.hh"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

namespace wirebird::port::testing {

/// For what `--nic` would say.
inline port_options options_for_nic(const std::string& text) {
  const nic_spec_result spec = parse_nic_spec(text);
  EXPECT_TRUE(spec.value) << spec.error;
  port_options options;
  options.nic = spec.value.value_or(nic_spec{});
  options.no_huge = true;
  options.frames_per_queue = 512;
  return options;
}

/// For a TAP device of this name.
inline port_options options_for(const std::string& name) {
  return options_for_nic("tap:" + name);
}

/// A port that must open; the child that asked ends with a failure otherwise.
inline std::unique_ptr<port> open_port(const port_options& options) {
  outcome<port> opened = port::open(options);
  EXPECT_TRUE(opened) << opened.error;
  if (!opened) _exit(1);
  return std::move(opened.value);
}

/// Polls until a frame comes that `wanted` accepts; others are dropped. Empty after 5 s.
template <typename Predicate>
frame receive_until(packet_queue& queue, Predicate wanted) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (std::chrono::steady_clock::now() < deadline) {
    frame one;
    if (queue.receive({&one, 1}) == 0)
      queue.wait(std::chrono::milliseconds(100));
    else if (wanted(one))
      return one;
  }
  return {};
}

}  // namespace wirebird::port::testing
