#pragma once

#include <string_view>

namespace wirebird::control {

// The files of this folder, built in. Names are theirs, with a bar for the point.
extern const std::string_view root_html;  ///< with `@words@` that root.cc replaces
extern const std::string_view live_css;
extern const std::string_view live_js;

}  // namespace wirebird::control
