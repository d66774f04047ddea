#include "dataplane/config/server_keys.hh"

#include <array>

namespace wirebird::config {

namespace {

void read_size_limit(reading& to, const entry& one) {
  const auto bytes = to.integer(one.content);
  if (bytes && *bytes > 0) to.unsupported(one);
}

constexpr std::array keys{
    option_key{"debug",
               [](reading& to, const entry& one) { read_boolean(to, one, to.into.log.debug); }},
    option_key{"trace trace_verbose",
               [](reading& to, const entry& one) {
                 bool trace = false;
                 read_boolean(to, one, trace);
                 if (trace) to.note(one.key + ": there is no protocol trace, nothing is traced");
               }},
    option_key{"logtime",
               [](reading& to, const entry& one) { read_boolean(to, one, to.into.log.times); }},
    option_key{"log_file logfile",
               [](reading& to, const entry& one) { read_text(to, one, to.into.log.file); }},
    option_key{"log_size_limit logfile_size_limit", read_size_limit},
    option_key{"syslog",
               [](reading& to, const entry& one) {
                 bool on = false;
                 read_boolean(to, one, on);
                 if (on) to.unsupported(one);
               }},
    option_key{"remote_syslog",
               [](reading& to, const entry& one) {
                 if (to.text(one.content)) to.unsupported(one);
               }},
    // Only traces have such a length.
    option_key{"max_traced_msg_len",
               [](reading& to, const entry& one) { (void)to.integer(one.content); }},
};

}  // namespace

option_table logging_keys() noexcept {
  return keys;
}

}  // namespace wirebird::config
