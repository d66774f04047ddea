#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace wirebird::auth {

/// Text that no log, page or dump may show: there is no way to print it by accident.
class secret {
 public:
  secret() = default;
  explicit secret(std::string text) noexcept : text_(std::move(text)) {}

  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  /// For a comparison or a signature, nothing else.
  [[nodiscard]] std::string_view reveal() const noexcept { return text_; }

 private:
  std::string text_;
};

}  // namespace wirebird::auth
