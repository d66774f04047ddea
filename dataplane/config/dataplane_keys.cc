#include "dataplane/config/cpu_list.hh"
#include "dataplane/config/server_keys.hh"

#include <array>

namespace wirebird::config {

namespace {

void read_address_of_ours(reading& to, const entry& one) {
  const auto text = to.text(one.content);
  if (!text) return;
  to.into.interface = parse_interface_address(*text);
  if (!to.into.interface)
    to.error(one.content.where,
             one.key + " " + quoted(*text) + " is not of the form ADDRESS/LENGTH");
}

void read_gateway(reading& to, const entry& one) {
  const auto text = to.text(one.content);
  if (!text) return;
  to.into.gateway = parse_ip(*text);
  if (!to.into.gateway) to.error(one.content.where, quoted(*text) + " is not an address: gateway");
}

/// A count or `auto`; from a flag both are text.
void read_workers(reading& to, const entry& one) {
  const std::string text = printed(one.content);
  const auto count = parse_cpu_list(text);
  to.into.pin_workers = true;
  to.asked_workers.reset();
  if (text == "auto")
    to.into.workers.reset();
  else if (count && count->size() == 1 && count->front() > 0)
    to.into.workers = to.asked_workers = count->front();
  else
    to.error(one.content.where, "workers: " + quoted(text) + " is neither auto nor a count");
}

/// Text such as `2,4-7`, or one CPU as a number.
void read_cores(reading& to, const entry& one) {
  const std::string text = printed(one.content);
  const auto list = parse_cpu_list(text);
  to.into.pin_workers = true;
  if (list)
    to.into.cores = *list;
  else
    to.error(one.content.where, "cores: " + quoted(text) + " is not a list of CPUs such as 2,4-7");
}

void read_idle(reading& to, const entry& one) {
  const auto text = to.text(one.content);
  if (!text) return;
  if (*text == "spin")
    to.into.idle = idle_strategy::spin;
  else if (*text == "adaptive")
    to.into.idle = idle_strategy::adaptive;
  else
    to.error(one.content.where, "idle strategy " + quoted(*text) + " is neither spin nor adaptive");
}

// Flags of the same names, with `-` for `_`, are read by these rows.
constexpr std::array keys{
    option_key{"nic", [](reading& to, const entry& one) { read_text(to, one, to.into.nic); }},
    option_key{"ip", read_address_of_ours},
    option_key{"no_huge",
               [](reading& to, const entry& one) { read_boolean(to, one, to.into.no_huge); }},
    option_key{"gateway", read_gateway},
    option_key{"trust_rx_checksum",
               [](reading& to, const entry& one) {
                 read_boolean(to, one, to.into.trust_receive_checksums);
               }},
    option_key{"workers", read_workers},
    option_key{"cores", read_cores},
    option_key{"idle", read_idle},
};

}  // namespace

option_table dataplane_keys() noexcept {
  return keys;
}

}  // namespace wirebird::config
