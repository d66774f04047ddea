#include "dataplane/broker/wildcard_trie.hh"

#include "protocol/subject.hh"

#include <utility>

namespace wirebird::broker {

wildcard_trie::wildcard_trie(const subject_hash& hash) : hash_(hash), root_(trie_node::make({})) {}

wildcard_trie::~wildcard_trie() {
  check(!root_.is_needed(), "a subscription outlives its table");
  trie_node::end(root_);
}

trie_node* wildcard_trie::child(const trie_node& parent, std::string_view token) const noexcept {
  if (parent.children == 0) return nullptr;
  return edges_.find(hash_(token, parent.id), [&](const trie_node& node) {
    return node.parent == &parent && node.text() == token;
  });
}

trie_node& wildcard_trie::make_child(trie_node& parent, std::string_view token) {
  trie_node& made = trie_node::make(token);
  made.parent = &parent;
  made.id = ++last_id_;
  ++nodes_;
  if (token == "*") {
    parent.star = &made;
  } else {
    made.hash = hash_(token, parent.id);
    edges_.insert(made.hash, made);
    ++parent.children;
  }
  return made;
}

subject_entry& wildcard_trie::entry_for(std::string_view subject) {
  trie_node* node = &root_;
  subject_entry** place = nullptr;
  for (const std::string_view token : protocol::tokens(subject)) {
    if (token == ">") {
      place = &node->more;
      break;
    }
    trie_node* const next = token == "*" ? node->star : child(*node, token);
    node = next != nullptr ? next : &make_child(*node, token);
    place = &node->here;
  }
  if (*place == nullptr) {
    *place = &subject_entry::make(subject);
    (*place)->place = node;
  }
  return **place;
}

subject_entry* wildcard_trie::find(std::string_view subject) const noexcept {
  const trie_node* node = &root_;
  for (const std::string_view token : protocol::tokens(subject)) {
    if (token == ">") return node->more;
    node = token == "*" ? node->star : child(*node, token);
    if (node == nullptr) return nullptr;
  }
  return node->here;
}

std::vector<subject_entry*> wildcard_trie::entries() const {
  std::vector<subject_entry*> all;
  const auto visit = [&all](const trie_node& from) {
    // Literal children are in the index; those for `*` hang on their parents only.
    for (const trie_node* node = &from; node != nullptr; node = node->star) {
      if (node->here != nullptr) all.push_back(node->here);
      if (node->more != nullptr) all.push_back(node->more);
    }
  };
  visit(root_);
  edges_.for_each(visit);
  return all;
}

void wildcard_trie::remove(subject_entry& entry) {
  trie_node* const node = entry.place;
  (node->more == &entry ? node->more : node->here) = nullptr;
  subject_entry::end(entry);
  prune(node);
}

void wildcard_trie::prune(trie_node* from) {
  while (from != &root_ && !from->is_needed()) {
    trie_node* const parent = from->parent;
    if (parent->star == from) {
      parent->star = nullptr;
    } else {
      edges_.erase(from->hash, *from);
      --parent->children;
    }
    --nodes_;
    trie_node::end(*std::exchange(from, parent));
  }
}

void wildcard_trie::match(std::string_view subject, match_result& result) {
  if (!root_.is_needed()) return;
  fitting_.assign(1, &root_);
  for (const std::string_view token : protocol::tokens(subject)) {
    next_.clear();
    for (trie_node* const node : fitting_) {
      if (node->more != nullptr) result.add(*node->more);
      if (node->star != nullptr) next_.push_back(node->star);
      if (trie_node* const literal = child(*node, token)) next_.push_back(literal);
    }
    fitting_.swap(next_);
    if (fitting_.empty()) return;
  }
  for (const trie_node* const node : fitting_)
    if (node->here != nullptr) result.add(*node->here);
}

}  // namespace wirebird::broker
