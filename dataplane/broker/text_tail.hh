#pragma once

#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

namespace wirebird::broker {

/// An object with a text of its own in one piece of memory: half the allocations and none of the
/// unused room that strings would cost a table of a million subscriptions. Made and ended by
/// make() and end() only.
template <typename T>
class with_text {
 public:
  with_text(const with_text&) = delete;
  with_text& operator=(const with_text&) = delete;

  [[nodiscard]] static T& make(std::string_view text) {
    void* const memory = ::operator new(sizeof(T) + text.size());
    T& made = *new (memory) T;
    made.text_bytes_ = static_cast<std::uint32_t>(text.size());
    if (!text.empty())
      std::memcpy(static_cast<char*>(memory) + sizeof(T), text.data(), text.size());
    return made;
  }
  static void end(T& made) noexcept {
    made.~T();
    ::operator delete(static_cast<void*>(&made));
  }

  [[nodiscard]] std::string_view text() const noexcept {
    const auto* const self = static_cast<const T*>(this);
    return {reinterpret_cast<const char*>(self) + sizeof(T), text_bytes_};
  }

 protected:
  with_text() = default;
  ~with_text() = default;

 private:
  std::uint32_t text_bytes_ = 0;
};

}  // namespace wirebird::broker
