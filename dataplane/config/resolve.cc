#include "dataplane/config/resolve.hh"

#include "dataplane/config/duration.hh"
#include "dataplane/config/server_keys.hh"

#include <algorithm>

namespace wirebird::config {

namespace {

std::string no_auth_user_conflict(const auth::rules& rules) {
  const std::string& name = rules.no_auth_user;
  if (name.empty()) return "";
  const std::string who = "no_auth_user: " + quoted(name) + " ";
  if (rules.users.empty() || rules.single_user) return who + "present, but users are not defined";
  const bool known = std::ranges::any_of(
      rules.users, [&name](const auth::user& one) { return !one.key && one.name == name; });
  return known ? "" : who + "not present as user in authorization block or account configuration";
}

/// Openness has to be asked for, by saying nothing of logins.
std::string open_door_conflict(const auth::rules& rules) {
  if (!rules.mentioned || rules.required()) return "";
  return "authorization says nothing of who may log in: leave it out to let everybody in";
}

std::string lame_duck_conflict(const lame_duck& leave) {
  if (leave.grace < leave.length) return "";
  return "lame duck grace period (" + to_text(leave.grace) +
         ") should be strictly lower than lame duck duration (" + to_text(leave.length) + ")";
}

std::string payload_conflict(const client_limits& limits) {
  if (limits.max_payload == UINT32_MAX || limits.max_payload <= limits.max_pending) return "";
  return "max_payload (" + std::to_string(limits.max_payload) +
         ") cannot be higher than max_pending (" + std::to_string(limits.max_pending) + ")";
}

/// Whether two addresses have their first `bits` bits in common.
bool share_prefix(const ip_address& one, const ip_address& other, unsigned bits) {
  if (one.is_v4() != other.is_v4()) return false;
  const unsigned start = one.is_v4() ? 96 : 0;
  for (unsigned bit = start; bit < start + bits; ++bit)
    if (((one.octets[bit / 8] ^ other.octets[bit / 8]) >> (7 - bit % 8) & 1) != 0) return false;
  return true;
}

/// Our address and the way out of its network.
std::string interface_conflict(const options& run) {
  if (run.nic.empty()) {
    const char* const given = run.interface ? "--ip" : run.gateway ? "--gateway" : nullptr;
    if (given == nullptr) return "";
    return std::string(given) +
           " needs --nic: without a port of our own the kernel has the addresses";
  }
  if (!run.interface) return "--nic needs --ip ADDRESS/LENGTH: our own address on that port";
  if (!run.gateway) return "";
  const std::string who = "--gateway " + to_string(*run.gateway) + " is ";
  if (!share_prefix(*run.gateway, run.interface->address, run.interface->prefix_length))
    return who + "not in the network of --ip " + to_string(run.interface->address) + "/" +
           std::to_string(run.interface->prefix_length);
  return *run.gateway == run.interface->address ? who + "our own address" : "";
}

std::string control_conflict(const options& run) {
  const control_plane& asked = run.control;
  if (asked.external && asked.link.empty())
    return "control: external needs control_link, where it comes to";
  if (!asked.external && !asked.link.empty()) return "control_link is for control: external";
  const bool wants = asked.external || !asked.socket.empty() || asked.listen.has_value();
  if (wants && !run.monitor.http_port)
    return "wirebird-control has options but there is no monitoring port for it to serve";
  return "";
}

/// As many workers as there are cores in the list.
std::string place_workers(const reading& read, options& run) {
  if (run.cores.empty()) return "";
  const auto listed = static_cast<unsigned>(run.cores.size());
  if (read.asked_workers && *read.asked_workers != listed)
    return "--workers " + std::to_string(*read.asked_workers) + " and --cores of " +
           std::to_string(listed) + " do not agree";
  run.workers = listed;
  return "";
}

void add_notes(options& run) {
  constexpr std::uint32_t payload_discouraged = 8 * 1024 * 1024;
  if (run.limits.max_payload > payload_discouraged && run.limits.max_payload != UINT32_MAX)
    run.notes.emplace_back(
        "Maximum payloads over 8.00 MB are generally discouraged and could lead to poor "
        "performance");
}

}  // namespace

resolved resolve(const map& file, const map& flags) {
  resolved result;
  reading to(result.run);
  read_options(to, file);
  read_options(to, flags);
  to.judge_unsupported();
  // `listen: ":4222"` and `-a ""` name no host, as nobody else does who means all of them.
  if (result.run.host.empty()) result.run.host = options().host;
  // Until these are there, who asks for them must not believe that they are.
  const bool good = to.errors.empty();
  if (good && result.run.monitor.https_port) to.error("monitoring over HTTPS is not supported yet");
  for (std::string conflict :
       {payload_conflict(result.run.limits), lame_duck_conflict(result.run.leave),
        no_auth_user_conflict(result.run.authorization),
        open_door_conflict(result.run.authorization), interface_conflict(result.run),
        control_conflict(result.run), place_workers(to, result.run)})
    if (!conflict.empty()) result.conflicts.push_back(std::move(conflict));
  add_notes(result.run);
  result.errors = std::move(to.errors);
  result.warnings = std::move(to.warnings);
  return result;
}

}  // namespace wirebird::config
