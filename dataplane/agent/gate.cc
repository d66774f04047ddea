#include "dataplane/agent/gate.hh"

#include <algorithm>
#include <thread>
#include <utility>

namespace wirebird::agent {

namespace {

constexpr unsigned threads_max = 4;

}  // namespace

/// Its threads get the cores that no worker has.
void gate::open(const std::vector<worker::worker*>& workers) {
  const auto taken = static_cast<unsigned>(workers.size());
  const unsigned cores = std::max(std::thread::hardware_concurrency(), taken + 1);
  helper_.emplace(std::min(cores - taken, threads_max));
  for (worker::worker* const each : workers)
    each->broker.judge_logins_at(helper_->open_window([each] {
      if (each->sockets) each->sockets->wake();
      if (each->port) each->port->queue.wake();
    }));
}

std::shared_ptr<const auth::succession> gate::judge_by(const auth::rules& rules,
                                                       std::uint64_t generation) {
  const auto before = std::exchange(judge_, nullptr);
  if (!rules.required()) return std::make_shared<const auth::succession>();
  judge_ = std::make_shared<const auth::authenticator>(std::make_shared<const auth::rules>(rules),
                                                       generation);
  helper_->judge_by(judge_);
  if (!std::exchange(runs_, true)) helper_->start();
  return std::make_shared<const auth::succession>(judge_->heirs_of(before));
}

void gate::stop() {
  if (helper_) helper_->stop();
}

}  // namespace wirebird::agent
