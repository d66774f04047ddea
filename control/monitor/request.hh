#pragma once

#include <string>
#include <string_view>

namespace wirebird::control {

/// How somebody came to control's HTTP.
enum class entrance {
  relay,     ///< through wirebird's monitoring port; a PROXY line says who it is
  network,   ///< control's own TCP address
  operators  ///< the operators' unix socket: whoever may open it may give commands
};

/// One request, as far as answers depend on it. Views are good during the call only.
struct request {
  std::string_view target;  ///< path and query
  bool is_post = false;
  entrance through = entrance::relay;
};

}  // namespace wirebird::control
