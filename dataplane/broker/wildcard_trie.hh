#pragma once

#include "dataplane/broker/hash_index.hh"
#include "dataplane/broker/match_result.hh"
#include "dataplane/broker/subject_hash.hh"
#include "dataplane/broker/subscription.hh"

#include <cstdint>
#include <string_view>
#include <vector>

namespace wirebird::broker {

/// One token of the patterns that run through it; its text is the token. Literal children are found
/// in one index for the whole trie, so a node is small and a step is one probe.
struct trie_node final : with_text<trie_node> {
  trie_node* parent = nullptr;
  trie_node* star = nullptr;      ///< the child for `*`
  subject_entry* here = nullptr;  ///< patterns that end with this token
  subject_entry* more = nullptr;  ///< patterns that go on with `>`
  std::uint64_t id = 0;           ///< never reused: the context of its children's hashes
  std::uint64_t hash = 0;         ///< of token and parent
  std::uint32_t children = 0;     ///< literal ones
  [[nodiscard]] bool is_needed() const noexcept {
    return here != nullptr || more != nullptr || star != nullptr || children > 0;
  }
};

/// The subscriptions whose subject has a wildcard. Adding and removing cost one probe per token;
/// matching walks the tokens once with all nodes that still fit, so it visits every node at most
/// once. Owns its nodes and entries. One worker.
class wildcard_trie {
 public:
  explicit wildcard_trie(const subject_hash& hash);
  ~wildcard_trie();
  wildcard_trie(const wildcard_trie&) = delete;
  wildcard_trie& operator=(const wildcard_trie&) = delete;

  /// requires: a valid subject with a wildcard. returns: its entry, new or not.
  [[nodiscard]] subject_entry& entry_for(std::string_view subject);
  /// returns: the entry of exactly this subject, or null.
  [[nodiscard]] subject_entry* find(std::string_view subject) const noexcept;
  /// All entries. Costs a walk of the whole trie.
  [[nodiscard]] std::vector<subject_entry*> entries() const;
  /// requires: the entry is empty and of this trie.
  void remove(subject_entry&);
  /// Adds every entry that a message to `subject` reaches. requires: no token is empty.
  void match(std::string_view subject, match_result&);
  /// Nodes besides the root.
  [[nodiscard]] std::size_t nodes() const noexcept { return nodes_; }

 private:
  [[nodiscard]] trie_node* child(const trie_node& parent, std::string_view token) const noexcept;
  [[nodiscard]] trie_node& make_child(trie_node& parent, std::string_view token);
  void prune(trie_node* from);

  const subject_hash& hash_;
  hash_index<trie_node> edges_;
  trie_node& root_;
  std::uint64_t last_id_ = 0;
  std::size_t nodes_ = 0;
  std::vector<trie_node*> fitting_, next_;  ///< while matching
};

}  // namespace wirebird::broker
