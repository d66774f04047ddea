#include "control/monitor/page.hh"

#include <string>
#include <utility>

namespace wirebird::control {

namespace {

constexpr std::pair<const char*, const char*> links[] = {
    {"varz", "General"},         {"jsz", "JetStream"},          {"connz", "Connections"},
    {"accountz", "Accounts"},    {"accstatz", "Account Stats"}, {"subsz", "Subscriptions"},
    {"routez", "Routes"},        {"leafz", "LeafNodes"},        {"gatewayz", "Gateways"},
    {"healthz", "Health Probe"}, {"metrics", "Metrics"},
};

constexpr const char* head = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Wirebird</title>
<style>
body { font: 16px/1.6 system-ui, sans-serif; margin: 2rem; color: #223 }
a { color: #1b4fa0; text-decoration: none }
a:hover { text-decoration: underline }
ul { list-style: none; padding: 0 }
</style>
</head>
<body>
<h1>Wirebird</h1>
)";

page render_root(const snapshot& from) {
  // A relative link leads into the folder of the page: with a base path that is one above it.
  const std::string& base = from.server.http_base_path;
  const std::string prefix = base.empty() ? "./" : "./" + base.substr(base.rfind('/') + 1) + "/";
  std::string body = head;
  body += "<p>" + from.server.wirebird + ", speaks NATS as nats-server v" + from.server.version +
          "</p>\n<ul>\n";
  for (const auto& [path, label] : links)
    body += "<li><a href=\"" + prefix + path + "\">" + label + "</a></li>\n";
  body += "</ul>\n</body>\n</html>\n";
  return {.content_type = "text/html; charset=utf-8", .body = std::move(body)};
}

}  // namespace

page_plan plan_root(const query&) {
  return {{}, render_root};
}

}  // namespace wirebird::control
