#include "dataplane/config/flags.hh"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace wirebird::config {

namespace {

constexpr std::array table{
    flag{"addr", "a net", flag_kind::text, "host", "Bind to host address (default: 0.0.0.0)"},
    flag{"port", "p", flag_kind::number, "port",
         "Use port for clients (default: 4222; -1: any free one)"},
    flag{"name", "n server_name", flag_kind::text, "name", "Server name (default: the server id)"},
    flag{"debug", "D", flag_kind::boolean, "", "Enable debugging output"},
    flag{"nic", "", flag_kind::text, "spec",
         "Own this port through DPDK, e.g. tap:wirebird0 (default: kernel sockets)"},
    flag{"ip", "", flag_kind::text, "addr/len",
         "Our address on that port and its prefix length, e.g. 10.222.0.2/24"},
    flag{"gateway", "", flag_kind::text, "addr",
         "Next hop beyond that prefix (default: none, neighbours only)"},
    flag{"trust-rx-checksum", "", flag_kind::boolean, "",
         "Take received checksums for good: for peers on this machine that leave them open"},
    flag{"no-huge", "", flag_kind::boolean, "",
         "Do without huge pages (default: used when there are enough)"},
    flag{"workers", "", flag_kind::text, "count",
         "Worker threads, or auto: one for each core (default: 1; more are not supported yet)"},
    flag{"cores", "", flag_kind::text, "list",
         "CPUs of the workers, e.g. 2,4-7 (default: as --topology shows)"},
    flag{"topology", "", flag_kind::boolean, "", "Show which CPUs the workers get and why"},
    flag{"idle", "", flag_kind::text, "strategy",
         "spin: poll always; adaptive: sleep when quiet (default: adaptive)"},
    flag{"help", "h", flag_kind::boolean, "", "Show this message"},
    flag{"version", "v", flag_kind::boolean, "", "Show version"},
};

bool is_spelling_of(const flag& candidate, std::string_view spelling) noexcept {
  if (candidate.name == spelling) return true;
  std::string_view rest = candidate.synonyms;
  while (!rest.empty()) {
    const auto blank = std::min(rest.find(' '), rest.size());
    if (rest.substr(0, blank) == spelling) return true;
    rest.remove_prefix(std::min(blank + 1, rest.size()));
  }
  return false;
}

const flag* find_flag(std::string_view spelling) noexcept {
  const auto* found = std::ranges::find_if(
      table, [spelling](const flag& candidate) { return is_spelling_of(candidate, spelling); });
  return found == table.end() ? nullptr : found;
}

std::string_view without_dashes(std::string_view argument) noexcept {
  argument.remove_prefix(argument.starts_with("--") ? 2 : 1);
  return argument;
}

/// The words Go's strconv.ParseBool knows, or nothing.
std::string_view as_boolean(std::string_view text) noexcept {
  for (const std::string_view word : {"1", "t", "T", "TRUE", "true", "True"})
    if (text == word) return "true";
  for (const std::string_view word : {"0", "f", "F", "FALSE", "false", "False"})
    if (text == word) return "false";
  return {};
}

bool is_number(std::string_view text) noexcept {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

/// Appends `--name=value`. returns: what is wrong with the value, in Go's words, or an empty text.
std::string add_flag(const flag& known, const std::string& spelling,
                     const std::optional<std::string>& value, std::vector<std::string>& flags) {
  if (!value) return "flag needs an argument: -" + spelling;
  std::string_view normal = *value;
  if (known.kind == flag_kind::boolean) normal = as_boolean(normal);
  if (known.kind == flag_kind::boolean && normal.empty())
    return "invalid boolean value \"" + *value + "\" for -" + spelling + ": parse error";
  if (known.kind == flag_kind::number && !is_number(normal))
    return "invalid value \"" + *value + "\" for flag -" + spelling + ": parse error";
  flags.push_back("--" + std::string(known.name) + "=" + std::string(normal));
  return "";
}

std::string spellings(const flag& entry) {
  std::string text;
  std::string_view rest = entry.synonyms;
  while (!rest.empty()) {
    const auto blank = std::min(rest.find(' '), rest.size());
    const std::string_view one = rest.substr(0, blank);
    text += (one.size() == 1 ? "-" : "--") + std::string(one) + ", ";
    rest.remove_prefix(std::min(blank + 1, rest.size()));
  }
  text += "--" + std::string(entry.name);
  if (entry.kind != flag_kind::boolean) text += " <" + std::string(entry.value) + ">";
  return text;
}

}  // namespace

std::span<const flag> all_flags() noexcept {
  return table;
}

std::string usage(std::string_view program) {
  constexpr std::size_t help_column = 40;
  std::string text = "\nUsage: " + std::string(program) + " [options]\n\nServer Options:\n";
  for (const flag& entry : table) {
    std::string line = "    " + spellings(entry);
    line.resize(std::max(line.size() + 1, help_column), ' ');
    text += line + std::string(entry.help) + "\n";
  }
  return text;
}

normalised_arguments normalise(std::span<const char* const> arguments) {
  normalised_arguments result;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    const bool ends_flags = argument == "--";
    if (ends_flags || argument.size() < 2 || argument[0] != '-') {
      for (std::size_t k = i + (ends_flags ? 1 : 0); k < arguments.size(); ++k)
        result.words.emplace_back(arguments[k]);
      return result;
    }
    const std::string_view text = without_dashes(argument);
    const auto equals = text.find('=');
    const std::string spelling(text.substr(0, equals));
    const flag* known = find_flag(spelling);
    if (known == nullptr) {
      result.error = "flag provided but not defined: -" + spelling;
      return result;
    }
    std::optional<std::string> value;
    if (equals != std::string_view::npos)
      value = text.substr(equals + 1);
    else if (known->kind == flag_kind::boolean)
      value = "true";
    else if (i + 1 < arguments.size())
      value = arguments[++i];
    result.error = add_flag(*known, spelling, value, result.flags);
    if (!result.error.empty()) return result;
  }
  return result;
}

}  // namespace wirebird::config
