#pragma once

#include "dataplane/agent/login_helper.hh"
#include "dataplane/auth/authenticator.hh"
#include "dataplane/worker/worker.hh"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace wirebird::agent {

/// Who judges the logins of all workers, from configuration to configuration. Main thread.
class gate {
 public:
  /// Each worker has its window, also while nobody has to log in: a reload may ask for it. Before
  /// the workers run; they outlive the gate, or stop().
  void open(const std::vector<worker::worker*>&);
  /// From now on these rules decide; threads start with the first that ask for a login. Before the
  /// workers get the snapshot of the same generation. requires: open().
  /// returns: who of those that are there needs no other login; never null.
  std::shared_ptr<const auth::succession> judge_by(const auth::rules&, std::uint64_t generation);
  /// No worker is woken any more. While workers still run.
  void stop();

 private:
  std::optional<login_helper> helper_;
  std::shared_ptr<const auth::authenticator> judge_;  ///< null: nobody has to log in
  bool runs_ = false;
};

}  // namespace wirebird::agent
