#include "dataplane/config/command_line.hh"

#include "dataplane/config/effective.hh"
#include "dataplane/config/flags.hh"
#include "dataplane/config/resolve.hh"
#include "dataplane/config/version.hh"

#include <algorithm>
#include <string_view>
#include <utility>

namespace wirebird::config {

namespace {

constexpr std::string_view tls_help = "\nTLS is not supported yet.\n";

std::string_view base_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

command print(std::string text) {
  return {{}, "", 0, std::move(text), ""};
}

command fail(const std::string& program, const std::string& reason) {
  return {{}, "", 1, "", program + ": " + reason + "\n", reason};
}

const value* last_of(const parsed_flags& flags, std::string_view name) {
  const auto found =
      std::find_if(flags.given.rbegin(), flags.given.rend(),
                   [name](const given_flag& one) { return one.which->name() == name; });
  return found == flags.given.rend() ? nullptr : &found->content;
}

bool is_on(const parsed_flags& flags, std::string_view name) {
  const value* const found = last_of(flags, name);
  return found != nullptr && *found->as<bool>();
}

/// The flag's text; empty where it is not given.
std::string text_of(const parsed_flags& flags, std::string_view name) {
  const value* const found = last_of(flags, name);
  return found == nullptr ? "" : *found->as<std::string>();
}

void add(map& into, std::string_view key, value content) {
  into.push_back({std::string(key), std::move(content)});
}

/// `--user`, `--pass` and `--auth` are one block, which replaces the file's.
void add_authorization(const parsed_flags& flags, map& into) {
  map block;
  for (const auto& [flag, key] : {std::pair("user", "user"), {"pass", "pass"}, {"auth", "token"}})
    if (const value* const found = last_of(flags, flag)) add(block, key, *found);
  if (!block.empty()) add(into, "authorization", {std::move(block), {}, false});
}

/// The flags as if they stood in a file.
map as_options(const parsed_flags& flags) {
  map options;
  map dataplane;
  for (const given_flag& one : flags.given) {
    const flag& which = *one.which;
    const std::string_view key = which.option.empty() ? which.name() : which.option;
    if (which.target == flag_target::option) add(options, key, one.content);
    if (which.target == flag_target::dataplane) add(dataplane, key, one.content);
  }
  for (const auto& [flag, trace] : {std::pair("DV", "trace"), {"DVV", "trace_verbose"}}) {
    if (!is_on(flags, flag)) continue;
    add(options, "debug", {true, {}, false});
    add(options, trace, {true, {}, false});
  }
  if (!dataplane.empty()) add(options, "dataplane", {std::move(dataplane), {}, false});
  add_authorization(flags, options);
  return options;
}

std::optional<command> asked_to_print(const parsed_flags& flags, const std::string& program) {
  if (is_on(flags, "version")) return print(version_line(program) + "\n");
  if (is_on(flags, "help")) return print(usage(program));
  if (is_on(flags, "help_tls")) return print(std::string(tls_help));
  if (flags.words.empty()) return std::nullopt;
  std::string word = flags.words.front();
  for (char& letter : word)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  if (word == "help") return print(usage(program));
  if (word == "version") return print(version_line(program) + "\n");
  return fail(program, "unrecognized command: " + quoted(flags.words.front()));
}

std::string lines_of(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& one : sentences) text += one + "\n";
  return text;
}

/// What to say of complaints; nothing where there are none that matter.
std::optional<command> judge(const resolved& result, const std::string& program, bool is_check) {
  const bool warned = is_check && !result.warnings.empty();
  if (!result.errors.empty() || warned)
    return fail(program, lines_of(result.warnings) + lines_of(result.errors));
  if (!is_check && !result.conflicts.empty()) return fail(program, result.conflicts.front());
  return std::nullopt;
}

command read_options_of(const parsed_flags& flags, const std::string& program,
                        const sources& from) {
  const std::string file = text_of(flags, "config");
  const bool is_check = is_on(flags, "t");
  if (is_check && file.empty())
    return fail(program, "must specify [-c, --config] option to check configuration file syntax");
  read_result read;
  if (!file.empty()) read = read_configuration(file, from);
  if (!read.error.empty()) return fail(program, read.error);
  resolved result = resolve(read.content, as_options(flags));
  result.run.config_file = file;
  if (auto refusal = judge(result, program, is_check)) return *std::move(refusal);
  if (is_check) return {{}, "", 0, "", program + ": configuration file " + file + " is valid\n"};
  result.run.show_topology = is_on(flags, "topology");
  if (last_of(flags, "pass") != nullptr || last_of(flags, "auth") != nullptr)
    result.run.notes.emplace_back(
        "whoever can list the processes of this machine reads the password of the command line: "
        "a file is a better place");
  if (is_on(flags, "effective")) return print(effective(result.run));
  return {std::move(result.run), "", 0, "", lines_of(result.warnings)};
}

}  // namespace

command read_command_line(int argc, const char* const* argv, const sources& from) {
  const std::string program(argc > 0 ? base_name(argv[0]) : "wirebird");
  const std::span all(argv, static_cast<std::size_t>(argc));
  const parsed_flags flags = parse_flags(all.subspan(all.empty() ? 0 : 1));
  if (!flags.error.empty()) return {{}, "", 0, usage(program), flags.error + "\n"};
  if (auto asked = asked_to_print(flags, program)) return *std::move(asked);
  if (std::string signal = text_of(flags, "signal"); !signal.empty())
    return {{}, std::move(signal), 0, "", ""};
  return read_options_of(flags, program, from);
}

}  // namespace wirebird::config
