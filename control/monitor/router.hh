#pragma once

#include "control/monitor/page.hh"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace wirebird::control {

/// From a request's target to the page that answers it, and the count of pages served. On
/// control's loop.
class router {
 public:
  /// `base_path`: in front of every page, with or without slashes at its ends; may be empty.
  explicit router(std::string_view base_path);

  /// `target`: path and query as on the request line. returns: a plan to be rendered, or an answer
  /// that needs nothing (an error, a redirection).
  [[nodiscard]] std::variant<page_plan, page> route(std::string_view target);

  /// Pages served by path, as /varz shows them.
  [[nodiscard]] const std::map<std::string, std::uint64_t>& requests() const noexcept {
    return requests_;
  }
  /// The counts as text, to survive this process; and back. Text that cannot be read counts for
  /// nothing.
  [[nodiscard]] std::string state() const;
  void restore(std::string_view state);

 private:
  std::string base_path_;
  std::map<std::string, std::uint64_t> requests_;
};

/// Runs a plan. Any thread. An error of the request becomes a page.
[[nodiscard]] page render(const page_plan&, const snapshot&);

}  // namespace wirebird::control
