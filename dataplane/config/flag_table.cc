// Every flag, as usage shows it.
#include "dataplane/config/flags.hh"

#include <array>

namespace wirebird::config {

namespace {

constexpr auto boolean = flag_kind::boolean;
constexpr auto number = flag_kind::number;
constexpr auto text = flag_kind::text;
constexpr auto command = flag_target::command;
constexpr auto option = flag_target::option;
constexpr auto dataplane = flag_target::dataplane;

constexpr std::array server_flags{
    flag{"a net addr", text, "host", "Bind to host address (default: 0.0.0.0)", option, "host"},
    flag{"p port", number, "port", "Use port for clients (default: 4222; -1: any free one)"},
    flag{"n name server_name", text, "server_name", "Server name (default: the server id)"},
    flag{"P pid", text, "file", "File to store PID", option, "pid_file"},
    flag{"m http_port", number, "port", "Use port for http monitoring"},
    flag{"ms https_port", number, "port", "Use port for https monitoring"},
    flag{"c config", text, "file", "Configuration file", command},
    flag{"t", boolean, "", "Test configuration and exit", command},
    flag{"effective", boolean, "", "Print what file and flags come to, and exit", command},
    flag{"ignore_unsupported", boolean, "", "Start although options ask for what is not supported"},
    flag{"sl signal", text, "signal>[=<pid",
         "Send signal to a running server and exit "
         "(ldm, stop, quit, term, reopen, reload); <pid>: a PID or a file with one",
         command},
    flag{"client_advertise", text, "string", "Client URL to advertise to other servers"},
    flag{"proxy_protocol", boolean, "",
         "Expect a PROXY protocol header on every client connection: for load balancers"},
    flag{"control", text, "mode",
         "spawn: we start wirebird-control; external: a service manager does (default: spawn)"},
    flag{"control_link", text, "path", "Socket to which an external wirebird-control comes"},
    flag{"control_socket", text, "path",
         "HTTP of wirebird-control for operators of this machine, with commands"},
    flag{"control_listen", text, "addr:port", "HTTP of wirebird-control on the kernel's network"},
    flag{"monitor_allow", text, "networks",
         "Who gets monitoring pages, e.g. 10.0.0.0/8,127.0.0.1 (default: everybody)"},
    flag{"capture_dir", text, "dir", "Folder for files of captured frames (default: no captures)"},
    flag{"ports_file_dir", text, "dir",
         "Create a ports file in this directory (<executable_name>_<pid>.ports)"},
};

constexpr std::array dataplane_flags{
    flag{"nic", text, "spec",
         "Own this port through DPDK, e.g. tap:wirebird0 (default: kernel sockets)", dataplane},
    flag{"ip", text, "addr/len",
         "Our address on that port and its prefix length, e.g. 10.222.0.2/24", dataplane},
    flag{"gateway", text, "addr", "Next hop beyond that prefix (default: none, neighbours only)",
         dataplane},
    flag{"trust-rx-checksum", boolean, "",
         "Take received checksums for good: for peers on this machine that leave them open",
         dataplane, "trust_rx_checksum"},
    flag{"no-huge", boolean, "", "Do without huge pages (default: used when there are enough)",
         dataplane, "no_huge"},
    flag{"workers", text, "count", "Worker threads, or auto: one for each core (default: 1)",
         dataplane},
    flag{"cores", text, "list", "CPUs of the workers, e.g. 2,4-7 (default: as --topology shows)",
         dataplane},
    flag{"topology", boolean, "", "Show which CPUs the workers get and why", command},
    flag{"idle", text, "strategy",
         "spin: poll always; adaptive: sleep when quiet (default: adaptive)", dataplane},
};

constexpr std::array logging_flags{
    flag{"l log", text, "file", "File to redirect log output", option, "log_file"},
    flag{"T logtime", boolean, "", "Timestamp log entries (default: true)"},
    flag{"s syslog", boolean, "", "Log to syslog"},
    flag{"r remote_syslog", text, "addr", "Syslog server addr (udp://localhost:514)"},
    flag{"D debug", boolean, "", "Enable debugging output"},
    flag{"V trace", boolean, "", "Trace the raw protocol"},
    flag{"VV", boolean, "", "Verbose trace", option, "trace_verbose"},
    flag{"DV", boolean, "", "Debug and trace", command},
    flag{"DVV", boolean, "", "Debug and verbose trace", command},
    flag{"log_size_limit", number, "limit", "Logfile size limit (default: none)"},
    flag{"max_traced_msg_len", number, "len", "Maximum length of traced messages (default: all)"},
};

constexpr std::array authorization_flags{
    flag{"user", text, "user", "User required for connections", command},
    flag{"pass", text, "password", "Password required for connections", command},
    flag{"auth", text, "token", "Authorization token required for connections", command},
};

constexpr std::array unsupported_flags{
    flag{"js jetstream", boolean, "", "Enable JetStream functionality"},
    flag{"sd store_dir", text, "dir", "Set the storage directory"},
    flag{"tls", boolean, "", "Enable TLS, do not verify clients"},
    flag{"tlscert", text, "file", "Server certificate file"},
    flag{"tlskey", text, "file", "Private key for server certificate"},
    flag{"tlsverify", boolean, "", "Enable TLS, verify client certificates"},
    flag{"tlscacert", text, "file", "Client certificate CA for verification"},
    flag{"routes", text, "rurl-1, rurl-2", "Routes to solicit and connect"},
    flag{"cluster", text, "cluster-url", "Cluster URL for solicited routes"},
    flag{"cluster_name", text, "string", "Cluster name"},
    flag{"no_advertise", boolean, "", "Do not advertise known cluster information to clients"},
    flag{"cluster_advertise", text, "string", "Cluster URL to advertise to other servers"},
    flag{"connect_retries", number, "number", "For implicit routes, number of connect retries"},
    flag{"cluster_listen", text, "url", "Cluster url from which members can solicit routes"},
    flag{"profile", number, "port", "Profiling HTTP port"},
};

constexpr std::array common_flags{
    flag{"h help", boolean, "", "Show this message", command},
    flag{"v version", boolean, "", "Show version", command},
    flag{"help_tls", boolean, "", "TLS help", command},
};

constexpr std::array<flag_group, 6> groups{{
    {"Server Options", server_flags},
    {"Dataplane Options", dataplane_flags},
    {"Logging Options", logging_flags},
    {"Authorization Options", authorization_flags},
    {"Known but not supported yet", unsupported_flags},
    {"Common Options", common_flags},
}};

}  // namespace

std::span<const flag_group> all_flags() noexcept {
  return groups;
}

}  // namespace wirebird::config
