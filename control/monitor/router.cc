#include "control/monitor/router.hh"

#include <algorithm>
#include <charconv>
#include <functional>
#include <utility>
#include <vector>

namespace wirebird::control {

namespace {

constexpr std::size_t callback_size_max = 128;

/// When a request counts in http_req_stats.
enum class counting { before_parameters, after_parameters, never };

struct endpoint {
  std::string_view path;
  std::string_view counted_as;
  counting when;
  page_plan (*plan)(const query&);
};

constexpr endpoint endpoints[] = {
    {"/varz", "/varz", counting::before_parameters, plan_varz},
    {"/connz", "/connz", counting::after_parameters, plan_connz},
    {"/routez", "/routez", counting::after_parameters, plan_routez},
    {"/subsz", "/subsz", counting::before_parameters, plan_subsz},
    {"/subscriptionsz", "/subsz", counting::before_parameters, plan_subsz},
    {"/accountz", "/accountz", counting::before_parameters, plan_accountz},
    {"/accstatz", "/accstatz", counting::before_parameters, plan_accstatz},
    {"/gatewayz", "/gatewayz", counting::before_parameters, plan_gatewayz},
    {"/leafz", "/leafz", counting::before_parameters, plan_leafz},
    {"/jsz", "/jsz", counting::before_parameters, plan_jsz},
    {"/healthz", "/healthz", counting::before_parameters, plan_healthz},
    {"/ipqueuesz", "", counting::never, plan_ipqueuesz},
    {"/metrics", "", counting::never, plan_metrics},
    {"/workerz", "", counting::never, plan_workerz},
    {"/eventz", "", counting::never, plan_eventz},
    {"/live.css", "", counting::never, plan_live_css},
    {"/live.js", "", counting::never, plan_live_js},
};

page plain_error(unsigned status, std::string text, bool no_sniff = false) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .body = std::move(text),
          .no_sniff = no_sniff};
}

/// The path without empty, `.` and `..` parts; a slash at the end stays.
std::string cleaned(std::string_view path) {
  std::vector<std::string_view> parts;
  const bool ends_in_slash = path.ends_with('/');
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (part == ".." && !parts.empty()) parts.pop_back();
    if (!part.empty() && part != "." && part != "..") parts.push_back(part);
  }
  std::string made;
  for (const std::string_view part : parts) (made += '/') += part;
  if (made.empty() || ends_in_slash) made += '/';
  return made;
}

/// Without the scheme and host of a target in absolute form (RFC 9112, section 3.2.2).
std::string_view without_host(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    target.remove_prefix(scheme.size());
    const std::size_t end = std::min(target.find_first_of("/?"), target.size());
    return end == target.size() ? "/" : target.substr(end);
  }
  return target;
}

page moved_to(std::string location) {
  std::string text = "<a href=\"";
  for (const char letter : location) {
    if (letter == '"' || letter == '&' || letter == '<' || letter == '>' || letter == '\'')
      text += "&#" + std::to_string(static_cast<int>(letter)) + ";";
    else
      text += letter;
  }
  text += "\">Moved Permanently</a>.\n\n";
  page moved{.status = 301, .content_type = "text/html; charset=utf-8", .body = std::move(text)};
  moved.location = std::move(location);
  return moved;
}

[[nodiscard]] bool is_identifier(std::string_view text) noexcept {
  return text.size() <= callback_size_max && std::ranges::all_of(text, [](char letter) {
           return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                  (letter >= '0' && letter <= '9') || letter == '_' || letter == '$' ||
                  letter == '.';
         });
}

/// The same plan, its page as a call of the function that a script names.
page_plan as_script(page_plan plan, std::string callback) {
  return {plan.rows,
          [inner = std::move(plan.render), callback = std::move(callback)](const snapshot& from) {
            page made = inner(from);
            if (made.status != 200 || made.content_type != "application/json") return made;
            made.content_type = "application/javascript";
            made.body = callback + "(" + made.body + ")";
            return made;
          },
          plan.is_short};
}

}  // namespace

router::router(std::string_view base_path) {
  while (base_path.starts_with('/')) base_path.remove_prefix(1);
  while (base_path.ends_with('/')) base_path.remove_suffix(1);
  base_path_ = base_path;
}

std::variant<page_plan, page> router::route(std::string_view target) {
  target = without_host(target);
  const std::size_t mark = std::min(target.find('?'), target.size());
  const std::string_view written = target.substr(0, mark);
  const auto path = percent_decoded(written, false);
  if (!written.starts_with('/') || !path) return plain_error(400, "400 Bad Request");
  const std::string_view parameters = target.substr(std::min(mark + 1, target.size()));
  if (std::string clean = cleaned(written); clean != written) {
    if (!parameters.empty()) clean.append("?").append(parameters);
    return moved_to(std::move(clean));
  }
  const query asked(parameters);
  const std::string base = base_path_.empty() ? "" : "/" + base_path_;
  if (*path == (base.empty() ? "/" : base)) {
    ++requests_["/"];
    return plan_root(asked);
  }
  if (!path->starts_with(base)) return plain_error(404, "404 page not found\n", true);
  const auto* const found =
      std::ranges::find(endpoints, path->substr(base.size()), &endpoint::path);
  if (found == std::end(endpoints)) return plain_error(404, "404 page not found\n", true);

  const std::string_view callback = asked.text("callback");
  if (!is_identifier(callback)) return plain_error(400, "invalid callback: must be an identifier");
  const auto count = [&] { ++requests_[std::string(found->counted_as)]; };
  try {
    if (found->when == counting::before_parameters) count();
    page_plan plan = found->plan(asked);
    if (found->when == counting::after_parameters) count();
    return callback.empty() ? plan : as_script(std::move(plan), std::string(callback));
  } catch (const bad_query& wrong) {
    return plain_error(400, wrong.what());
  }
}

std::string router::state() const {
  std::string text;
  for (const auto& [path, count] : requests_) text += path + " " + std::to_string(count) + "\n";
  return text;
}

void router::restore(std::string_view state) {
  while (!state.empty()) {
    const std::size_t end = std::min(state.find('\n'), state.size());
    const std::string_view line = state.substr(0, end);
    state.remove_prefix(std::min(end + 1, state.size()));
    const std::size_t blank = line.find(' ');
    if (blank == line.npos) continue;
    const std::string_view digits = line.substr(blank + 1);
    std::uint64_t count = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    const bool is_ours =
        line.starts_with("/ ") || std::ranges::find(endpoints, line.substr(0, blank),
                                                    &endpoint::counted_as) != std::end(endpoints);
    if (parsed.ec == std::errc{} && is_ours) requests_[std::string(line.substr(0, blank))] = count;
  }
}

page render(const page_plan& plan, const snapshot& from) {
  try {
    return plan.render(from);
  } catch (const bad_query& wrong) {
    return plain_error(400, wrong.what());
  }
}

}  // namespace wirebird::control
