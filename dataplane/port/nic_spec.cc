#include "dataplane/port/nic_spec.hh"

#include <algorithm>

#include <net/if.h>

namespace wirebird::port {

namespace {

constexpr std::string_view tap_prefix = "tap:";
constexpr std::size_t name_bytes_max = IFNAMSIZ - 1;

/// The kernel refuses blanks, '/' and ':' (dev_valid_name) and takes '%' for a template; ',', '='
/// and brackets are punctuation of DPDK's device arguments.
bool belongs_in_name(char c) {
  return c > ' ' && c < 0x7f && std::string_view("/:%,=[]\"'").find(c) == std::string_view::npos;
}

nic_spec_result refuse(std::string sentence) {
  return {std::nullopt, std::move(sentence)};
}

}  // namespace

nic_spec_result parse_nic_spec(std::string_view text) {
  const std::string quoted = "--nic " + std::string(text);
  if (text.starts_with("pci:") || text.starts_with("af_xdp:"))
    return refuse(quoted + ": this kind of port is not supported yet; use tap:NAME");
  if (!text.starts_with(tap_prefix)) return refuse(quoted + ": expected tap:NAME");

  const std::string_view name = text.substr(tap_prefix.size());
  if (name.empty()) return refuse(quoted + ": the name is missing, as in tap:wirebird0");
  if (name.size() > name_bytes_max)
    return refuse(quoted + ": the name of a network interface has at most " +
                  std::to_string(name_bytes_max) + " bytes, this one has " +
                  std::to_string(name.size()));
  if (name == "." || name == ".." || !std::all_of(name.begin(), name.end(), belongs_in_name))
    return refuse(quoted + ": not a name for a network interface; use letters, digits, - _ .");
  return {nic_spec{std::string(name)}, {}};
}

}  // namespace wirebird::port
