#pragma once

#include "control/monitor/json_text.hh"
#include "control/plane/snapshot.hh"

namespace wirebird::control {

/// The eight members that describe the subject table, on /subsz and /accountz.
void add_sublist_stats(json_text&, const snapshot&);
/// The same of an account that has none.
void add_no_sublist_stats(json_text&);

}  // namespace wirebird::control
