#pragma once

#include "dataplane/base/arena.hh"
#include "dataplane/base/intrusive_list.hh"
#include "dataplane/base/timer_wheel.hh"
#include "dataplane/tcp/counters.hh"
#include "dataplane/tcp/demux.hh"
#include "dataplane/tcp/emitter.hh"
#include "dataplane/tcp/options.hh"
#include "dataplane/tcp/time_wait.hh"

#include <cstddef>

namespace wirebird::tcp {

class connection;
struct ready_tag;
struct output_tag;
struct all_tag;

/// What the connections of one stack share; it outlives them.
struct environment {
  const options& settings;
  frame_pool& frames;
  arena& memory;
  timer_wheel& wheel;
  counters& counts;
  emitter& out;
  demux& flows;
  time_wait_table& time_waits;
  std::size_t frames_low;  ///< with fewer frames left, unread input is copied out of its frames

  intrusive_list<connection, ready_tag> ready;    ///< have something to tell their handlers
  intrusive_list<connection, output_tag> output;  ///< owe segments

  [[nodiscard]] bool frames_are_low() const noexcept { return frames.available() < frames_low; }
};

}  // namespace wirebird::tcp
