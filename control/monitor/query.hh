#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wirebird::control {

/// A query parameter has a value that makes no sense; the text is what the client reads, in
/// nats-server's words, with status 400.
class bad_query : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// `text` without its %XX, and in parameters (`plus_is_blank`) without its `+`. returns: nothing
/// where a `%` stands before anything else than two digits. Any thread.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_blank);

/// The parameters of one request: decoded, the first of equal names counts. Names and values that
/// cannot be decoded are left out. Any thread.
class query {
 public:
  /// What a request line may ask for, taken apart; more than this is left out.
  static constexpr std::size_t parameters_max = 64;

  query() = default;
  explicit query(std::string_view text);

  /// Empty when it is not there.
  [[nodiscard]] std::string_view text(std::string_view name) const noexcept;
  /// In Go's words for yes and no; not there or empty: no. throws: bad_query.
  [[nodiscard]] bool boolean(std::string_view name) const;
  /// throws: bad_query.
  [[nodiscard]] std::int64_t integer(std::string_view name) const;
  [[nodiscard]] std::uint64_t unsigned_integer(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

}  // namespace wirebird::control
