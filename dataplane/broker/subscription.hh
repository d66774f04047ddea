#pragma once

#include "dataplane/broker/pointer_list.hh"
#include "dataplane/broker/text_tail.hh"

#include <cstdint>
#include <string_view>

namespace wirebird::broker {

class session;
struct queue_group;
struct trie_node;

/// Who a subscription stands for: rules differ for what came over a route, and another worker
/// serves the members that it stands for itself.
enum class subscriber_kind : std::uint8_t { client, route, worker };

/// All subscriptions with one subject, which is its text: the leaf of both halves of the subject
/// table. Exists while it has a subscription, here or on another worker.
struct subject_entry final : with_text<subject_entry> {
  std::uint32_t filtered = 0;  ///< of `plain`
  pointer_list<struct subscription> plain;
  pointer_list<queue_group> groups;
  std::uint64_t hash = 0;
  std::uint64_t workers = 0;   ///< others with plain subscriptions, a bit each
  std::uint64_t choosy = 0;    ///< those of them that may refuse a message
  trie_node* place = nullptr;  ///< in the trie; null: literal, found by hash
  [[nodiscard]] bool empty() const noexcept {
    return plain.empty() && groups.empty() && workers == 0;
  }
};

/// The members with one queue name, which is its text, at one subject.
struct queue_group final : with_text<queue_group> {
  std::uint32_t filtered = 0;  ///< of `members`
  subject_entry* subject = nullptr;
  pointer_list<subscription> members;  ///< of this worker
  pointer_list<subscription> remotes;  ///< one for each other worker that has members
  std::uint64_t hash = 0;              ///< of name and subject
  std::uint32_t position = 0;          ///< in subject->groups
};

/// One SUB; its text is the sid. Made by the session, in the subject table until it is retired, and
/// freed when no fan-out can still have it on its list. One cache line with a short sid.
struct subscription final : with_text<subscription> {
  session* owner = nullptr;          ///< not to be followed once retired
  subject_entry* subject = nullptr;  ///< null when not in the table
  queue_group* group = nullptr;      ///< null: plain
  std::uint64_t delivered = 0;       ///< messages since SUB
  std::uint32_t max = 0;             ///< of `delivered`, set by UNSUB; 0: none
  std::uint32_t position = 0;        ///< in its list in the table
  std::uint32_t weight = 1;          ///< members it stands for
  subscriber_kind kind = subscriber_kind::client;
  std::uint8_t worker = 0;  ///< whose members, if it stands for another worker's
  bool filtered = false;    ///< its owner, or one it stands for, may not have all that it matches
  bool retired = false;     ///< no longer in the table: whoever still has it on a list skips it
  [[nodiscard]] std::string_view sid() const noexcept { return text(); }
};

}  // namespace wirebird::broker
