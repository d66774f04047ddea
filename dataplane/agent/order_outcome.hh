#pragma once

#include <string>

namespace wirebird::agent {

/// What has come of an operator's order.
struct order_outcome {
  std::string error{};  ///< why it is refused; empty: it is taken
  std::string text{};   ///< what there is to say of one that is taken
};

}  // namespace wirebird::agent
