#include "dataplane/config/server_keys.hh"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <limits>

namespace wirebird::config {

namespace {

/// What is not positive limits nothing.
template <std::unsigned_integral Number>
void read_bound(reading& to, const entry& one, Number& field) {
  const auto bytes = to.integer(one.content);
  if (!bytes) return;
  const auto given = static_cast<std::uint64_t>(std::max<std::int64_t>(*bytes, 0));
  field = static_cast<Number>(std::min<std::uint64_t>(given, std::numeric_limits<Number>::max()));
}

constexpr std::array keys{
    option_key{"debug",
               [](reading& to, const entry& one) { read_boolean(to, one, to.into.log.debug); }},
    option_key{"trace",
               [](reading& to, const entry& one) { read_boolean(to, one, to.into.log.trace); }},
    option_key{"trace_verbose",
               [](reading& to, const entry& one) {
                 read_boolean(to, one, to.into.log.trace_verbose);
                 to.into.log.trace = to.into.log.trace_verbose;
               }},
    option_key{"logtime",
               [](reading& to, const entry& one) { read_boolean(to, one, to.into.log.times); }},
    option_key{"log_file logfile",
               [](reading& to, const entry& one) { read_text(to, one, to.into.log.file); }},
    option_key{"log_size_limit logfile_size_limit",
               [](reading& to, const entry& one) { read_bound(to, one, to.into.log.size_limit); }},
    option_key{"syslog",
               [](reading& to, const entry& one) { read_boolean(to, one, to.into.log.syslog); }},
    option_key{
        "remote_syslog",
        [](reading& to, const entry& one) { read_text(to, one, to.into.log.remote_syslog); }},
    option_key{
        "max_traced_msg_len",
        [](reading& to, const entry& one) { read_bound(to, one, to.into.log.traced_bytes_max); }},
};

}  // namespace

option_table logging_keys() noexcept {
  return keys;
}

}  // namespace wirebird::config
