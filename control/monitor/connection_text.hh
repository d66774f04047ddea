#pragma once

#include "control/monitor/json_text.hh"
#include "control/monitor/subscription_text.hh"
#include "control/plane/snapshot.hh"
#include "protocol/plane_memory.hh"

namespace wirebird::control {

/// One client as an element of /connz. Any thread.
void add_connection(json_text&, const snapshot&, const protocol::plane::connection_row&,
                    bool with_auth, subscription_detail);

}  // namespace wirebird::control
