#pragma once

#include "dataplane/broker/events.hh"

#include <atomic>
#include <cstdint>

namespace wirebird::agent {

/// The process-wide sequence of connection ids. A plain server's first client has id 4: the ones
/// before stand for internal clients, as operators know it from nats-server.
class client_ids final : public broker::id_source {
 public:
  [[nodiscard]] std::uint64_t next_client_id() noexcept override {
    return next_.fetch_add(1, std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> next_{4};
};

}  // namespace wirebird::agent
