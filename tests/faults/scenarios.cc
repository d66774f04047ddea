#include "tests/faults/scenarios.hh"

#include <array>

namespace wirebird::faults {

std::span<const scenario* const> all_scenarios() {
  static constexpr std::array all{
      &s01_control_killed,   &s02_control_stopped,  &s03_broker_killed, &s06_hostile_link,
      &s07_slow_subscribers, &s08_zero_window_army, &s09_half_logins,   &s10_cut_anywhere,
      &s12_many_subjects,    &s13_wide_fanout,      &s14_login_storm,   &s25_slow_http,
      &load_scenario,
  };
  return all;
}

}  // namespace wirebird::faults
