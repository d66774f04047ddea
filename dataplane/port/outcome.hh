#pragma once

#include <memory>
#include <string>
#include <utility>

namespace wirebird::port {

/// What start-up made, or one sentence for the operator that says why not and what to do.
template <typename T>
struct outcome {
  std::unique_ptr<T> value;  ///< null exactly when there is an error
  std::string error;

  explicit operator bool() const noexcept { return value != nullptr; }

  [[nodiscard]] static outcome of(std::unique_ptr<T> value) { return {std::move(value), {}}; }
  [[nodiscard]] static outcome failure(std::string sentence) {
    return {nullptr, std::move(sentence)};
  }
};

}  // namespace wirebird::port
