#pragma once

#include "dataplane/broker/hash_index.hh"
#include "dataplane/broker/match_result.hh"
#include "dataplane/broker/subject_hash.hh"
#include "dataplane/broker/subscription.hh"
#include "dataplane/broker/wildcard_trie.hh"

#include <cstddef>
#include <string_view>

namespace wirebird::broker {

/// One worker's subscriptions by subject: literal subjects by hash, patterns in a trie, queue
/// groups by name at each subject. Adding and removing cost time per token, matching one probe plus
/// the walk of the trie, whatever the number of subscriptions. Owns entries and groups, not the
/// subscriptions. Every subscription must be removed before the table ends.
class subject_table {
 public:
  explicit subject_table(const subject_hash& hash) : hash_(hash), patterns_(hash) {}
  subject_table(const subject_table&) = delete;
  subject_table& operator=(const subject_table&) = delete;

  /// requires: a subject that SUB accepts; the subscription is in no table. `queue`: empty for a
  /// plain subscription.
  void add(subscription&, std::string_view subject, std::string_view queue);
  /// requires: it is in this table.
  void remove(subscription&);
  /// Another worker has, or no longer has, plain subscriptions to this subject. `choosy`: all of
  /// them may refuse a message. requires: a subject that SUB accepts.
  void set_worker(std::string_view subject, unsigned worker, bool wants, bool choosy = false);
  /// No other worker has plain subscriptions to anything. Costs a walk of the whole table.
  void forget_workers();
  /// returns: what stands for another worker's members of a queue group, or null.
  [[nodiscard]] subscription* find_remote(std::string_view subject, std::string_view queue,
                                          unsigned worker) const noexcept;
  /// Fills `result` with everybody whom a message to `subject` reaches, taken literally: nobody,
  /// when a token is empty. `hash`: of the subject.
  void match(std::string_view subject, std::uint64_t hash, match_result& result);

  [[nodiscard]] std::size_t size() const noexcept { return subscriptions_; }
  [[nodiscard]] std::size_t literal_subjects() const noexcept { return literals_.size(); }
  [[nodiscard]] std::size_t trie_nodes() const noexcept { return patterns_.nodes(); }

 private:
  [[nodiscard]] subject_entry& entry_for(std::string_view subject);
  [[nodiscard]] subject_entry* find_entry(std::string_view subject) const noexcept;
  [[nodiscard]] queue_group* find_group(const subject_entry&, std::string_view queue,
                                        std::uint64_t hash) const noexcept;
  void drop_if_empty(subject_entry&);
  [[nodiscard]] subject_entry* literal(std::string_view subject, std::uint64_t hash) const noexcept;
  [[nodiscard]] queue_group& group_for(subject_entry&, std::string_view queue);
  void leave_group(subscription&);

  const subject_hash& hash_;
  hash_index<subject_entry> literals_;
  hash_index<queue_group> groups_;
  wildcard_trie patterns_;
  std::size_t subscriptions_ = 0;
};

}  // namespace wirebird::broker
