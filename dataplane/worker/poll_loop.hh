#pragma once

#include "dataplane/base/time.hh"
#include "dataplane/worker/worker.hh"

namespace wirebird::worker {

/// One iteration of a worker: the path of packets from top to bottom, each step bounded. `now` is
/// the only time that anything in it sees, so a simulation calls this as the real thread does.
/// returns: whether anything came in or is still due; when not, the worker may rest until
/// next_deadline().
bool iterate(worker&, instant now);

/// The earliest instant at which an iteration without new input has something to do.
[[nodiscard]] instant next_deadline(const worker&) noexcept;

}  // namespace wirebird::worker
