// What a run found: figures in the order they were added, and faults. Printed once at the end, for
// people or as one JSON object for scripts; both show the same keys.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wirebird::load {

class report {
 public:
  // Keys are snake_case and end in their unit where they have one.
  void add(std::string_view key, std::string_view text);
  void add(std::string_view key, std::uint64_t number);
  void add(std::string_view key, double number);

  // Something was delivered wrongly or not at all; the exit code becomes 1.
  void fault(std::string text) { faults_.push_back(std::move(text)); }
  [[nodiscard]] bool failed() const { return !faults_.empty(); }

  void print_text(std::ostream& out) const;
  void print_json(std::ostream& out) const;

 private:
  struct figure {
    std::string key;
    std::variant<std::string, std::uint64_t, double> value;
  };
  std::vector<figure> figures_;
  std::vector<std::string> faults_;
};

}  // namespace wirebird::load
