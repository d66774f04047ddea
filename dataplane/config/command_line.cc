#include "dataplane/config/command_line.hh"

#include "dataplane/config/cpu_list.hh"
#include "dataplane/config/flags.hh"
#include "dataplane/config/version.hh"

#include <array>
#include <string_view>

#include <boost/program_options.hpp>

namespace wirebird::config {

namespace {

namespace po = boost::program_options;

std::string_view base_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

po::options_description described() {
  po::options_description description;
  for (const flag& entry : all_flags()) {
    const std::string name(entry.name);
    switch (entry.kind) {
      case flag_kind::boolean: description.add_options()(name.c_str(), po::value<bool>()); break;
      case flag_kind::number:
        description.add_options()(name.c_str(), po::value<std::int64_t>());
        break;
      case flag_kind::text:
        description.add_options()(name.c_str(), po::value<std::string>());
        break;
    }
  }
  return description;
}

/// The last value of each flag, as with Go: a repeated flag overrides.
po::variables_map values_of(const std::vector<std::string>& flags) {
  const po::options_description description = described();  // parsed options point into it
  po::variables_map values;
  for (auto flag = flags.rbegin(); flag != flags.rend(); ++flag) {
    const auto parsed =
        po::command_line_parser(std::vector{*flag})
            .options(description)
            .style(po::command_line_style::allow_long | po::command_line_style::long_allow_adjacent)
            .run();
    po::store(parsed, values);
  }
  return values;
}

/// Sets `into` where the flag was given.
template <typename T>
void read(const po::variables_map& values, const char* name, T& into) {
  if (values.count(name) != 0) into = values[name].as<T>();
}

/// Whether two addresses have their first `bits` bits in common.
bool share_prefix(const ip_address& one, const ip_address& other, unsigned bits) {
  if (one.is_v4() != other.is_v4()) return false;
  const unsigned start = one.is_v4() ? 96 : 0;
  for (unsigned bit = start; bit < start + bits; ++bit)
    if (((one.octets[bit / 8] ^ other.octets[bit / 8]) >> (7 - bit % 8) & 1) != 0) return false;
  return true;
}

/// Our address and the way out of its network. returns: what is wrong, or an empty text.
std::string resolve_addresses(options& run, const std::string& ip, const std::string& gateway) {
  if (run.nic.empty()) {
    const char* given = !ip.empty() ? "--ip" : !gateway.empty() ? "--gateway" : nullptr;
    return given == nullptr ? ""
                            : std::string(given) +
                                  " needs --nic: without a port of our own the kernel has the "
                                  "addresses";
  }
  run.interface = parse_interface_address(ip);
  if (!run.interface)
    return ip.empty() ? "--nic needs --ip ADDRESS/LENGTH: our own address on that port"
                      : "--ip \"" + ip + "\" is not of the form ADDRESS/LENGTH";
  if (gateway.empty()) return "";
  run.gateway = parse_ip(gateway);
  if (!run.gateway) return "--gateway \"" + gateway + "\" is not an address";
  if (!share_prefix(*run.gateway, run.interface->address, run.interface->prefix_length))
    return "--gateway " + gateway + " is not in the network of --ip " + ip;
  if (*run.gateway == run.interface->address) return "--gateway " + gateway + " is our own address";
  return "";
}

/// returns: what is wrong, or an empty text.
std::string resolve_workers(options& run, const std::string& workers, const std::string& cores) {
  run.pin_workers = !workers.empty() || !cores.empty();
  if (!cores.empty()) {
    const auto list = parse_cpu_list(cores);
    if (!list) return "--cores \"" + cores + "\" is not a list of CPUs such as 2,4-7";
    run.cores = *list;
    run.workers = static_cast<unsigned>(list->size());
  }
  if (workers.empty()) return "";
  if (workers == "auto") {
    if (cores.empty()) run.workers.reset();
    return "";
  }
  const auto count = parse_cpu_list(workers);
  if (!count || count->size() != 1 || count->front() == 0)
    return "workers: \"" + workers + "\" is neither auto nor a count";
  if (!cores.empty() && run.workers != count->front())
    return "--workers " + workers + " and --cores " + cores + " do not agree";
  run.workers = count->front();
  return "";
}

/// What the values mean together. returns: what is wrong, or an empty text.
std::string resolve(options& run, std::int64_t port, const std::string& ip,
                    const std::string& gateway, const std::string& idle) {
  if (port < -1 || port > 65535) return "port " + std::to_string(port) + " is not in -1 to 65535";
  run.port = static_cast<std::uint16_t>(port < 0 ? 0 : port);

  if (idle == "spin")
    run.idle = idle_strategy::spin;
  else if (idle != "adaptive")
    return "idle strategy \"" + idle + "\" is neither spin nor adaptive";

  return resolve_addresses(run, ip, gateway);
}

command read_values(const std::vector<std::string>& flags, const std::string& program) {
  const po::variables_map values = values_of(flags);
  options run;
  std::int64_t port = run.port;
  std::string workers;
  std::string cores;
  std::string ip;
  std::string gateway;
  std::string idle = "adaptive";
  bool help = false;
  bool version = false;

  read(values, "addr", run.host);
  read(values, "port", port);
  read(values, "name", run.server_name);
  read(values, "debug", run.debug);
  read(values, "nic", run.nic);
  read(values, "ip", ip);
  read(values, "gateway", gateway);
  read(values, "trust-rx-checksum", run.trust_receive_checksums);
  read(values, "no-huge", run.no_huge);
  read(values, "workers", workers);
  read(values, "cores", cores);
  read(values, "topology", run.show_topology);
  read(values, "idle", idle);
  read(values, "help", help);
  read(values, "version", version);

  if (help) return {{}, 0, usage(program), ""};
  if (version) return {{}, 0, version_line(program) + "\n", ""};
  std::string wrong = resolve(run, port, ip, gateway, idle);
  if (wrong.empty()) wrong = resolve_workers(run, workers, cores);
  if (!wrong.empty()) return {{}, 1, "", program + ": " + wrong + "\n"};
  return {run, 0, "", ""};
}

}  // namespace

command read_command_line(int argc, const char* const* argv) {
  const std::string program(argc > 0 ? base_name(argv[0]) : "wirebird");
  const std::span all(argv, static_cast<std::size_t>(argc));
  const normalised_arguments arguments = normalise(all.subspan(all.empty() ? 0 : 1));
  if (!arguments.error.empty()) return {{}, 0, usage(program), arguments.error + "\n"};
  if (!arguments.words.empty()) {
    std::string word = arguments.words.front();
    for (char& letter : word)
      if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    if (word == "help") return {{}, 0, usage(program), ""};
    if (word == "version") return {{}, 0, version_line(program) + "\n", ""};
    const std::string& shown = arguments.words.front();
    return {{}, 1, "", program + ": unrecognized command: \"" + shown + "\"\n"};
  }
  try {
    return read_values(arguments.flags, program);
  } catch (const po::error& error) {
    return {{}, 1, "", program + ": " + error.what() + "\n"};
  }
}

}  // namespace wirebird::config
