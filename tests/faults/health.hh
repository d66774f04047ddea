#pragma once

#include "tests/faults/stage.hh"

#include <cstddef>
#include <string>
#include <vector>

namespace wirebird::faults {

/// Looks at /healthz during a fault, as a load balancer does: always answered, and in full size
/// 99 of 100 times within 100 ms. For scenarios with_monitoring().
class health {
 public:
  void look(stage& on);
  void judge(stage& on, const std::string& during);

 private:
  std::size_t asked_ = 0;
  std::vector<double> times_;  ///< of the answers, in ms
};

}  // namespace wirebird::faults
