#include "dataplane/port/nic_spec.hh"

#include <algorithm>
#include <charconv>
#include <cstddef>

#include <net/if.h>

namespace wirebird::port {

namespace {

constexpr std::string_view forms = "tap:NAME, af_xdp:INTERFACE, pci:ADDRESS or vdev:NAME,ARGUMENTS";
constexpr std::size_t name_bytes_max = IFNAMSIZ - 1;
constexpr unsigned queue_max = 1023;
/// The driver's own bound: what it would take from the kernel at once (UINT16_MAX).
constexpr unsigned busy_budget_max = 65535;

/// The kernel refuses blanks, '/' and ':' (dev_valid_name) and takes '%' for a template; ',', '='
/// and brackets are punctuation of DPDK's device arguments.
bool belongs_in_name(char c) {
  return c > ' ' && c < 0x7f && std::string_view("/:%,=[]\"'").find(c) == std::string_view::npos;
}

bool is_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// `text` up to the first `separator`, which is removed with it.
std::string_view cut(std::string_view& text, char separator) {
  const std::size_t at = std::min(text.find(separator), text.size());
  const std::string_view front = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return front;
}

std::optional<unsigned> number(std::string_view text, unsigned most) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value > most) return std::nullopt;
  return value;
}

/// What is wrong with the name of an interface, or an empty text.
std::string fault_of_name(std::string_view name) {
  if (name.empty()) return "the name is missing, as in tap:wirebird0";
  if (name.size() > name_bytes_max)
    return "the name of a network interface has at most " + std::to_string(name_bytes_max) +
           " bytes, this one has " + std::to_string(name.size());
  if (name == "." || name == ".." || !std::ranges::all_of(name, belongs_in_name))
    return "not a name for a network interface; use letters, digits, - _ .";
  return {};
}

/// Options of an AF_XDP port, separated by commas. returns: what is wrong, or an empty text.
std::string read_options(std::string_view rest, nic_spec& into) {
  while (!rest.empty()) {
    const std::string_view option = cut(rest, ',');
    std::string_view value = option;
    const std::string_view key = cut(value, '=');
    if (option == "zero_copy") {
      into.zero_copy = true;
    } else if (key == "queue") {
      const auto queue = number(value, queue_max);
      if (!queue) return "queue is a number of at most " + std::to_string(queue_max);
      into.first_queue = *queue;
      into.queues_chosen = true;
    } else if (key == "busy_budget") {
      const auto budget = number(value, busy_budget_max);
      if (!budget) return "busy_budget is a number of at most " + std::to_string(busy_budget_max);
      into.busy_budget = *budget;
    } else {
      return "unknown option " + std::string(option) +
             "; there are queue=N, busy_budget=N and zero_copy";
    }
  }
  return {};
}

/// DDDD:BB:DD.F as Linux writes it; the domain may be left out. returns: nothing for another form.
std::optional<std::string> pci_address(std::string_view text) {
  std::string whole(text.size() == 7 ? "0000:" : "");
  for (const char c : text) whole += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  const std::string_view all = whole;
  if (all.size() != 12 || all[4] != ':' || all[7] != ':' || all[10] != '.') return std::nullopt;
  if (!is_hex(all.substr(0, 4)) || !is_hex(all.substr(5, 2)) || !is_hex(all.substr(8, 2)))
    return std::nullopt;
  if (all[11] < '0' || all[11] > '7') return std::nullopt;
  return whole;
}

std::string read_pci(std::string_view text, nic_spec& into) {
  const auto address = pci_address(text);
  if (!address) return "not the address of a PCI device, as in pci:0000:01:00.0";
  into.name = *address;
  return {};
}

/// Names begin with the driver's, which DPDK looks for: `net_` and what follows.
std::string read_vdev(std::string_view text, nic_spec& into) {
  into.name = cut(text, ',');
  into.arguments = text;
  const std::string_view name = into.name;
  if (!name.starts_with("net_") || !std::ranges::all_of(name, belongs_in_name))
    return "not a virtual device of DPDK, as in vdev:net_af_packet0,iface=eth1";
  return {};
}

std::string read_interface(std::string_view text, nic_spec& into) {
  const std::string_view name = into.kind == nic_kind::tap ? text : cut(text, ',');
  into.name = name;
  if (std::string fault = fault_of_name(name); !fault.empty()) return fault;
  return into.kind == nic_kind::tap ? std::string{} : read_options(text, into);
}

}  // namespace

nic_spec_result parse_nic_spec(std::string_view text) {
  const std::string prefix = "--nic " + std::string(text) + ": ";
  nic_spec made;
  std::string_view rest = text;
  const std::string_view kind = cut(rest, ':');
  std::string fault;
  if (kind == "tap") {
    fault = read_interface(rest, made);
  } else if (kind == "af_xdp") {
    made.kind = nic_kind::af_xdp;
    fault = read_interface(rest, made);
  } else if (kind == "pci") {
    made.kind = nic_kind::pci;
    fault = read_pci(rest, made);
  } else if (kind == "vdev") {
    made.kind = nic_kind::vdev;
    fault = read_vdev(rest, made);
  } else {
    fault = "expected " + std::string(forms);
  }
  if (!fault.empty()) return {std::nullopt, prefix + fault};
  return {std::move(made), {}};
}

std::string shown(const nic_spec& spec) {
  switch (spec.kind) {
    case nic_kind::tap: return "TAP device " + spec.name;
    case nic_kind::af_xdp: return "interface " + spec.name;
    case nic_kind::pci: return "PCI device " + spec.name;
    case nic_kind::vdev: break;
  }
  return "virtual device " + spec.name;
}

}  // namespace wirebird::port
