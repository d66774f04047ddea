#include "dataplane/config/host_port.hh"
#include "dataplane/config/server_keys.hh"

#include <array>
#include <charconv>

namespace wirebird::config {

namespace {

void read_mode(reading& to, const entry& one) {
  const auto text = to.text(one.content);
  if (!text) return;
  if (*text != "spawn" && *text != "external")
    to.error(one.content.where, "control " + quoted(*text) + " is neither spawn nor external");
  to.into.control.external = *text == "external";
}

void read_path(reading& to, const entry& one, std::string& field) {
  constexpr std::size_t path_bytes_max = 107;  // of an address of a unix socket
  read_text(to, one, field);
  if (field.size() > path_bytes_max)
    to.error(one.content.where, one.key + ": the path of a socket has at most " +
                                    std::to_string(path_bytes_max) + " bytes");
}

void read_control_listen(reading& to, const entry& one) {
  const auto text = to.text(one.content);
  if (!text) return;
  const auto said = split_host_port(*text);
  const auto address = said ? parse_ip(said->host) : std::nullopt;
  const std::string digits = said ? said->port.value_or("") : "";
  std::uint16_t port = 0;
  const char* const end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, port);
  if (address && parsed.ec == std::errc{} && parsed.ptr == end && port != 0)
    to.into.control.listen = endpoint{*address, port};
  else
    to.error(one.content.where,
             "control_listen " + quoted(*text) + " is not of the form ADDRESS:PORT");
}

void add_network(reading& to, const position& where, const std::string& text) {
  if (parse_interface_address(text) || parse_ip(text))
    to.into.control.allow.push_back(text);
  else
    to.error(where, "monitor_allow " + quoted(text) + " is not of the form ADDRESS/LENGTH");
}

/// A list, or text with commas, as a flag has it.
void read_monitor_allow(reading& to, const entry& one) {
  to.into.control.allow.clear();
  if (const auto* list = one.content.as<array>()) {
    for (const value& each : *list)
      if (const auto text = to.text(each)) add_network(to, each.where, *text);
    return;
  }
  const auto text = to.text(one.content);
  for (std::size_t at = 0; text && at <= text->size();) {
    const std::size_t end = std::min(text->find(',', at), text->size());
    add_network(to, one.content.where, text->substr(at, end - at));
    at = end + 1;
  }
}

constexpr std::array keys{
    option_key{"control", read_mode},
    option_key{"control_link",
               [](reading& to, const entry& one) { read_path(to, one, to.into.control.link); }},
    option_key{"control_socket",
               [](reading& to, const entry& one) { read_path(to, one, to.into.control.socket); }},
    option_key{"control_listen", read_control_listen},
    option_key{"monitor_allow", read_monitor_allow},
    option_key{
        "capture_dir",
        [](reading& to, const entry& one) { read_text(to, one, to.into.control.capture_dir); }},
};

}  // namespace

option_table control_keys() noexcept {
  return keys;
}

}  // namespace wirebird::config
