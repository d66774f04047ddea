#pragma once

#include "dataplane/base/check.hh"

namespace wirebird {

/// Membership in one intrusive_list. `Tag` tells apart the lists that one object can be in.
template <typename Tag>
class list_hook {
 public:
  list_hook() noexcept = default;
  list_hook(const list_hook&) = delete;
  list_hook& operator=(const list_hook&) = delete;
  ~list_hook() { unlink(); }

  [[nodiscard]] bool is_linked() const noexcept { return next_ != nullptr; }
  /// Leaves the list it is in, if any.
  void unlink() noexcept {
    if (next_ == nullptr) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    next_ = previous_ = nullptr;
  }

 private:
  template <typename T, typename OtherTag>
  friend class intrusive_list;
  list_hook* next_ = nullptr;
  list_hook* previous_ = nullptr;
};

/// A doubly linked list of objects that derive from list_hook<Tag>: no memory of its own, leaving
/// is constant time and happens by itself when the object ends. Owns nothing. One worker.
template <typename T, typename Tag>
class intrusive_list {
  using hook = list_hook<Tag>;

 public:
  intrusive_list() noexcept { end_.next_ = end_.previous_ = &end_; }
  ~intrusive_list() {
    while (!empty()) pop_front();
    end_.next_ = end_.previous_ = nullptr;
  }
  intrusive_list(const intrusive_list&) = delete;
  intrusive_list& operator=(const intrusive_list&) = delete;

  [[nodiscard]] bool empty() const noexcept { return end_.next_ == &end_; }
  /// requires: !empty().
  [[nodiscard]] T& front() noexcept { return static_cast<T&>(*end_.next_); }
  /// requires: the object is in no list of this tag.
  void push_back(T& item) noexcept {
    hook& link = item;
    debug_check(!link.is_linked());
    link.previous_ = end_.previous_;
    link.next_ = &end_;
    end_.previous_->next_ = &link;
    end_.previous_ = &link;
  }
  /// requires: !empty(). returns: the first, now in no list.
  T& pop_front() noexcept {
    T& first = front();
    static_cast<hook&>(first).unlink();
    return first;
  }
  /// Calls `visit(T&)` for each, front to back; the visitor must not change the list.
  template <typename Visitor>
  void for_each(Visitor&& visit) {
    for (hook* at = end_.next_; at != &end_; at = at->next_) visit(static_cast<T&>(*at));
  }
  /// Moves everything that `other` holds to the end of this list.
  void splice_back(intrusive_list& other) noexcept {
    if (other.empty()) return;
    hook* first = other.end_.next_;
    hook* last = other.end_.previous_;
    other.end_.next_ = other.end_.previous_ = &other.end_;
    end_.previous_->next_ = first;
    first->previous_ = end_.previous_;
    last->next_ = &end_;
    end_.previous_ = last;
  }

 private:
  hook end_;
};

}  // namespace wirebird
