#include "control/monitor/go_text.hh"
#include "control/monitor/page.hh"
#include "control/page/files.hh"

#include <algorithm>
#include <string>
#include <utility>

namespace wirebird::control {

namespace {

constexpr std::pair<const char*, const char*> links[] = {
    {"varz", "General"},         {"jsz", "JetStream"},          {"connz", "Connections"},
    {"accountz", "Accounts"},    {"accstatz", "Account Stats"}, {"subsz", "Subscriptions"},
    {"routez", "Routes"},        {"leafz", "LeafNodes"},        {"gatewayz", "Gateways"},
    {"healthz", "Health Probe"}, {"metrics", "Metrics"},        {"workerz", "Workers"},
    {"eventz", "Events"},
};

/// Text as HTML shows it, also within quotes.
std::string escaped(std::string_view text) {
  std::string made;
  for (const char letter : text) {
    switch (letter) {
      case '<': made += "&lt;"; break;
      case '>': made += "&gt;"; break;
      case '&': made += "&amp;"; break;
      case '"': made += "&quot;"; break;
      default: made += letter;
    }
  }
  return made;
}

std::string word(std::string_view name, const snapshot& from) {
  // A relative link leads into the folder of the page: with a base path that is one above it.
  const std::string& base = from.server.http_base_path;
  const std::string prefix = base.empty() ? "./" : "./" + base.substr(base.rfind('/') + 1) + "/";
  if (name == "base") return escaped(prefix);
  if (name == "name") return escaped(from.server.server_name);
  if (name == "version") return escaped(from.server.wirebird);
  if (name == "dialect") return escaped(from.server.version);
  if (name == "uptime") return uptime(from.now_ns - from.start_ns());
  std::string list;
  for (const auto& [path, label] : links)
    list += "<li><a href=\"" + escaped(prefix) + path + "\">" + label + "</a></li>\n";
  return list;
}

page render_root(const snapshot& from) {
  std::string body;
  std::string_view rest = root_html;
  while (!rest.empty()) {
    const std::size_t at = std::min(rest.find('@'), rest.size());
    body += rest.substr(0, at);
    rest.remove_prefix(at);
    if (rest.empty()) break;
    const std::size_t end = rest.find('@', 1);
    body += word(rest.substr(1, end - 1), from);
    rest.remove_prefix(end + 1);
  }
  return {.content_type = "text/html; charset=utf-8", .body = std::move(body), .is_document = true};
}

page_plan file(const char* content_type, std::string_view content) {
  return {{}, [content_type, content](const snapshot&) -> page {
            return {.content_type = content_type, .body = std::string(content), .no_sniff = true};
          }};
}

}  // namespace

page_plan plan_root(const query&) {
  return {{}, render_root};
}

page_plan plan_live_css(const query&) {
  return file("text/css; charset=utf-8", live_css);
}

page_plan plan_live_js(const query&) {
  return file("text/javascript; charset=utf-8", live_js);
}

}  // namespace wirebird::control
