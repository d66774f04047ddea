#pragma once

#include "tests/faults/scenario.hh"

/// One file each; a new one is named here, in scenarios.cc and in meson.build.
namespace wirebird::faults {

extern const scenario s07_slow_subscribers;
extern const scenario s08_zero_window_army;
extern const scenario s09_half_logins;
extern const scenario s10_cut_anywhere;
extern const scenario s12_many_subjects;
extern const scenario s13_wide_fanout;
extern const scenario load_scenario;

}  // namespace wirebird::faults
