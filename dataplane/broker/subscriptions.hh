#pragma once

#include "dataplane/base/ring_queue.hh"
#include "dataplane/broker/counters.hh"
#include "dataplane/broker/match_cache.hh"
#include "dataplane/broker/match_result.hh"
#include "dataplane/broker/subject_hash.hh"
#include "dataplane/broker/subject_table.hh"
#include "dataplane/broker/subscription.hh"

#include <cstdint>
#include <string_view>
#include <vector>

namespace wirebird::broker {

/// Who wants to know what this worker's clients subscribe to: the other workers.
class interest_listener {
 public:
  /// All clients of this worker together have `members` subscriptions of this kind: in a queue
  /// group their number, plainly 1 for any number. 0: none any more. `choosy`: all of the plain
  /// ones, or any of a group, may refuse a message.
  virtual void on_interest(std::string_view subject, std::string_view queue, std::uint32_t members,
                           bool choosy) = 0;

 protected:
  ~interest_listener() = default;
};

/// A worker's subscriptions: the table, the cache in front of it, and those that were retired but
/// may still be on the list of an unfinished fan-out. Frees what it retires; sessions make them.
class subscriptions {
 public:
  subscriptions(const siphash_key& key, counters& counts)
      : hash_(key), table_(hash_), cache_(hash_), counts_(counts) {}
  ~subscriptions();
  subscriptions(const subscriptions&) = delete;
  subscriptions& operator=(const subscriptions&) = delete;

  /// From now on `others` hears of every change of what clients here want.
  void listen(interest_listener& others) noexcept { others_ = &others; }

  /// requires: a subject that SUB accepts.
  void add(subscription&, std::string_view subject, std::string_view queue);
  /// Takes it out of the table, at once and for good; freed by a later release_retired().
  void retire(subscription&);
  /// Its owner may not have all that it matches, or may again. requires: it is in the table.
  void set_filtered(subscription&, bool filtered);
  /// What another worker's clients want, as on_interest() there told it.
  void set_interest(unsigned worker, std::string_view subject, std::string_view queue,
                    std::uint32_t members, bool choosy = false);
  /// Who gets a message to `subject`: one probe when it is in the cache.
  [[nodiscard]] match_ref match(std::string_view subject);

  /// A fan-out keeps its list of subscriptions beyond this iteration. returns: its number, to be
  /// told to release_retired() until it is done.
  [[nodiscard]] std::uint64_t next_walk() noexcept { return ++walks_; }
  /// Frees everything that was retired before the unfinished fan-out `oldest` began.
  /// requires: no list that began earlier is looked at again.
  void release_retired(std::uint64_t oldest);
  void release_all_retired() { release_retired(walks_ + 1); }

  [[nodiscard]] const subject_hash& hash() const noexcept { return hash_; }
  [[nodiscard]] const subject_table& table() const noexcept { return table_; }
  [[nodiscard]] const match_cache& cache() const noexcept { return cache_; }
  [[nodiscard]] std::size_t retired() const noexcept { return retired_.size(); }

 private:
  struct retired_one {
    subscription* item = nullptr;
    std::uint64_t walk = 0;  ///< the last fan-out that can have it
  };
  /// The plain subscriptions to one subject, or the members of one group there.
  struct counted {
    std::uint32_t all = 0;
    std::uint32_t filtered = 0;
  };
  [[nodiscard]] static counted count_beside(const subscription&) noexcept;
  void tell(const subscription&, const counted& before, const counted& after);
  void on_change(const subject_entry&);
  void on_change(std::string_view subject);
  void take_out(subscription&);
  void set_group(unsigned worker, std::string_view subject, std::string_view queue,
                 std::uint32_t members, bool choosy);

  subject_hash hash_;
  subject_table table_;
  match_pool pool_;
  match_cache cache_;
  counters& counts_;
  ring_queue<retired_one> retired_;
  std::vector<subscription*> remotes_;  ///< stand for other workers' members; each knows its place
  interest_listener* others_ = nullptr;
  std::uint64_t walks_ = 0;
};

}  // namespace wirebird::broker
