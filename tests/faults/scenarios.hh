#pragma once

#include "tests/faults/scenario.hh"

/// One file each; a new one is named here, in scenarios.cc and in meson.build.
namespace wirebird::faults {

extern const scenario s01_control_killed;
extern const scenario s02_control_stopped;
extern const scenario s03_broker_killed;
extern const scenario s06_hostile_link;
extern const scenario s07_slow_subscribers;
extern const scenario s08_zero_window_army;
extern const scenario s09_half_logins;
extern const scenario s10_cut_anywhere;
extern const scenario s12_many_subjects;
extern const scenario s13_wide_fanout;
extern const scenario s14_login_storm;
extern const scenario s25_slow_http;
extern const scenario load_scenario;

}  // namespace wirebird::faults
