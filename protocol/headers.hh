#pragma once

#include <cstddef>
#include <string_view>

namespace wirebird::protocol {

/// A view of a header block as it travels in HPUB and HMSG (reference: client protocol, headers):
///
///     NATS/1.0[ status[ description]] CR LF
///     name: value CR LF             any number, order and repetitions kept
///     CR LF
///
/// The broker passes blocks on unread; this is for who has to look inside. Tolerant, because nobody
/// has checked the block: LF alone ends a line, a line without a colon or without a name is passed
/// over, and the end of the bytes ends everything. Copies nothing, lives as long as the bytes.
/// Each pair costs one search for the line end and one for the colon.
class headers {
 public:
  explicit headers(std::string_view block) noexcept;

  /// The first line begins with `NATS/1.0`; a block without it has no status and no pairs.
  [[nodiscard]] bool valid() const noexcept { return valid_; }
  /// What stands behind the version, as `503`; empty: none.
  [[nodiscard]] std::string_view status() const noexcept { return status_; }
  [[nodiscard]] std::string_view description() const noexcept { return description_; }

  /// A name as it was sent, and its value without the blanks around it.
  struct pair {
    std::string_view name;
    std::string_view value;
  };
  class iterator;
  struct sentinel {};
  [[nodiscard]] iterator begin() const noexcept;
  [[nodiscard]] sentinel end() const noexcept { return {}; }

 private:
  std::string_view status_, description_;
  std::string_view lines_;  ///< behind the first line
  bool valid_ = false;
};

class headers::iterator {
 public:
  [[nodiscard]] const pair& operator*() const noexcept { return pair_; }
  [[nodiscard]] const pair* operator->() const noexcept { return &pair_; }
  iterator& operator++() noexcept;
  [[nodiscard]] bool operator==(sentinel) const noexcept { return at_end_; }

 private:
  friend class headers;
  explicit iterator(std::string_view lines) noexcept : rest_(lines) { ++*this; }

  std::string_view rest_;
  pair pair_;
  bool at_end_ = false;
};

}  // namespace wirebird::protocol
