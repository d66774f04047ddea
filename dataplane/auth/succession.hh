#pragma once

#include "dataplane/auth/rules.hh"

#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wirebird::auth {

/// Who is who when one configuration follows another: what becomes of those who had logged in.
/// Immutable; any thread.
class succession {
 public:
  struct heir {
    std::shared_ptr<const user> who;  ///< null: nobody of that name or key is known any more
    bool same_rights = false;         ///< may do what he might before
  };

  /// Who was `before` is `now` without another login. requires: `before` lives as long as this.
  void add(const user& before, std::shared_ptr<const user> now) {
    const bool same_rights = before.may == now->may;
    heirs_.insert_or_assign(&before, heir{std::move(now), same_rights});
  }
  /// Nobody is known who could be him. requires: the same.
  void add_gone(const user& before) { heirs_.insert_or_assign(&before, heir{}); }
  /// Keeps what add() was told of.
  void keep(std::shared_ptr<const void> alive) { kept_.push_back(std::move(alive)); }

  /// returns: null when he has to prove anew who he is.
  [[nodiscard]] const heir* heir_of(const user& before) const noexcept {
    const auto found = heirs_.find(&before);
    return found == heirs_.end() ? nullptr : &found->second;
  }

 private:
  std::unordered_map<const user*, heir> heirs_;
  std::vector<std::shared_ptr<const void>> kept_;
};

}  // namespace wirebird::auth
