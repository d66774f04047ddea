#pragma once

#include "dataplane/crossing/mesh.hh"
#include "tests/broker/world.hh"

#include <cstddef>

namespace wirebird::broker {

/// Two brokers, the lanes between them, and one thread that moves them as a test says.
class two_workers : public testing::Test {
 protected:
  explicit two_workers(const options& rules = {},
                       std::size_t lane_bytes = crossing::mesh::lane_bytes)
      : lanes(2, lane_bytes), here(rules_of(rules, 0)), there(rules_of(rules, 1)) {}
  ~two_workers() override {
    here.broker_->shutdown(here.now);
    there.broker_->shutdown(there.now);
    settle();
  }
  world_options rules_of(const options& rules, unsigned worker) {
    world_options given;
    given.rules = rules;
    given.place = lanes.station_of(worker);
    given.ids = &ids;
    return given;
  }
  void settle() {
    for (int i = 0; i < 10; ++i) {
      here.settle();
      there.settle();
    }
  }
  counted_ids ids;
  crossing::mesh lanes;
  world here;
  world there;
};

}  // namespace wirebird::broker
