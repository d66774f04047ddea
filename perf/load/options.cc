#include "perf/load/options.hh"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include <getopt.h>

namespace wirebird::load {

namespace {

constexpr std::array<std::pair<std::string_view, run_mode>, 5> modes{{
    {"throughput", run_mode::throughput},
    {"fanout", run_mode::fanout},
    {"request", run_mode::request},
    {"latency", run_mode::latency},
    {"jitter", run_mode::jitter},
}};

[[noreturn]] void refuse(std::string_view option, std::string_view text, std::string_view why) {
  throw start_error(std::string(option) + (text.empty() ? "" : " ") + std::string(text) + ": " +
                    std::string(why));
}

// The number at the start of `text`; what follows it is left in `text`.
double take_number(std::string_view& text, std::string_view option) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || !std::isfinite(number) || number < 0) {
    refuse(option, text, "a number is wanted");
  }
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

template <typename Number>
Number bounded(std::string_view text, std::string_view option, Number least, Number most) {
  const std::uint64_t number = parse_quantity(text, option);
  if (number < static_cast<std::uint64_t>(least) || number > static_cast<std::uint64_t>(most)) {
    refuse(option, text, "between " + std::to_string(least) + " and " + std::to_string(most));
  }
  return static_cast<Number>(number);
}

void set_server(options& result, std::string_view address) {
  const std::string_view given = address;
  if (address.starts_with("nats://")) address.remove_prefix(7);
  const std::size_t colon = address.rfind(':');
  std::string_view host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty()) refuse("--server", given, "HOST:PORT is wanted");
  result.host = host;
  if (colon != std::string_view::npos) {
    result.port = std::to_string(bounded(address.substr(colon + 1), "--server", 1, 65'535));
  }
}

void set_subject(options& result, std::string_view subject) {
  if (subject.empty() || subject.find_first_of(" \t\r\n*>") != std::string_view::npos) {
    refuse("--subject", subject, "a subject without blanks and wildcards is wanted");
  }
  result.subject = subject;
}

enum option_code : int {
  server = 256,
  subject,
  publishers,
  subscribers,
  requesters,
  responders,
  size,
  rate,
  ahead,
  seconds,
  warm_up,
  count,
  drain,
  pin,
  spin,
  server_pid,
  json,
  help
};

constexpr std::array<option, 19> long_options{{
    {"server", required_argument, nullptr, option_code::server},
    {"subject", required_argument, nullptr, option_code::subject},
    {"publishers", required_argument, nullptr, option_code::publishers},
    {"subscribers", required_argument, nullptr, option_code::subscribers},
    {"requesters", required_argument, nullptr, option_code::requesters},
    {"responders", required_argument, nullptr, option_code::responders},
    {"size", required_argument, nullptr, option_code::size},
    {"rate", required_argument, nullptr, option_code::rate},
    {"ahead", required_argument, nullptr, option_code::ahead},
    {"seconds", required_argument, nullptr, option_code::seconds},
    {"warm-up", required_argument, nullptr, option_code::warm_up},
    {"count", required_argument, nullptr, option_code::count},
    {"drain", required_argument, nullptr, option_code::drain},
    {"pin", required_argument, nullptr, option_code::pin},
    {"spin", no_argument, nullptr, option_code::spin},
    {"server-pid", required_argument, nullptr, option_code::server_pid},
    {"json", no_argument, nullptr, option_code::json},
    {"help", no_argument, nullptr, option_code::help},
    {nullptr, 0, nullptr, 0},
}};

void set_rate(options& result, std::string_view text) {
  const std::uint64_t rate = parse_quantity(text, "--rate");
  if (rate == 0 || rate > 100'000'000) refuse("--rate", text, "between 1 and 100M");
  result.rate = static_cast<double>(rate);
}

void apply(options& result, int code, std::string_view text) {
  constexpr auto connections_max = std::uint32_t{1'000'000};
  constexpr auto any = std::numeric_limits<std::int64_t>::max();
  switch (code) {
    case option_code::server: return set_server(result, text);
    case option_code::subject: return set_subject(result, text);
    case option_code::publishers:
      result.publishers = bounded(text, "--publishers", 1U, publishers_max);
      return;
    case option_code::subscribers:
      result.subscribers = bounded(text, "--subscribers", 1U, connections_max);
      return;
    case option_code::requesters:
      result.requesters = bounded(text, "--requesters", 1U, connections_max);
      return;
    case option_code::responders:
      result.responders = bounded(text, "--responders", 1U, connections_max);
      return;
    case option_code::size:
      result.size_bytes = bounded(text, "--size", std::size_t{8}, std::size_t{64} << 20U);
      return;
    case option_code::rate: return set_rate(result, text);
    case option_code::ahead:
      result.ahead = static_cast<std::uint64_t>(bounded(text, "--ahead", std::int64_t{1}, any));
      return;
    case option_code::seconds: result.duration = parse_duration(text, "--seconds"); return;
    case option_code::warm_up: result.warm_up = parse_duration(text, "--warm-up"); return;
    case option_code::drain: result.drain = parse_duration(text, "--drain"); return;
    case option_code::count:
      result.count = static_cast<std::uint64_t>(bounded(text, "--count", std::int64_t{1}, any));
      return;
    case option_code::pin: result.pin_cpu = bounded(text, "--pin", 0, 1023); return;
    case option_code::server_pid:
      result.server_pid = bounded(text, "--server-pid", 1, std::numeric_limits<int>::max());
      return;
    case option_code::spin: result.spin = true; return;
    case option_code::json: result.json = true; return;
    default: throw start_error("unknown or incomplete option; see wirebird-bench --help");
  }
}

run_mode mode_named(std::string_view name) {
  for (const auto& [known, mode] : modes) {
    if (known == name) return mode;
  }
  refuse("mode", name, "throughput, fanout, request, latency or jitter; see --help");
}

std::string_view name_of_option(int code) {
  for (const option& known : long_options) {
    if (known.val == code && known.name != nullptr) return known.name;
  }
  return "?";
}

// An option that would be ignored is refused: the user expects something of it.
bool has_meaning(run_mode mode, int code) {
  const bool publishes = mode == run_mode::throughput || mode == run_mode::fanout;
  switch (code) {
    case option_code::publishers:
    case option_code::subscribers: return publishes || mode == run_mode::latency;
    case option_code::ahead: return publishes;
    case option_code::requesters:
    case option_code::responders: return mode == run_mode::request;
    case option_code::rate: return mode == run_mode::latency;
    case option_code::seconds:
    case option_code::pin:
    case option_code::json: return true;
    default: return mode != run_mode::jitter;
  }
}

void set_defaults(options& result) {
  if (result.mode == run_mode::fanout) result.subscribers = 1000;
  if (result.mode == run_mode::latency) result.spin = true;
}

void check_together(const options& result) {
  if (result.mode == run_mode::latency && result.size_bytes < 16) {
    throw start_error("--size: at least 16 in latency mode, which sends the time along");
  }
  if (result.count == 0 && result.duration == 0) throw start_error("--seconds: more than 0");
}

}  // namespace

std::string_view name_of(run_mode mode) {
  for (const auto& [name, known] : modes) {
    if (known == mode) return name;
  }
  return "unknown";
}

std::uint64_t parse_quantity(std::string_view text, std::string_view option) {
  std::string_view rest = text;
  double number = take_number(rest, option);
  if (rest == "k" || rest == "K")
    number *= 1e3;
  else if (rest == "M")
    number *= 1e6;
  else if (rest == "G")
    number *= 1e9;
  else if (rest == "KiB")
    number *= 1024.0;
  else if (rest == "MiB")
    number *= 1024.0 * 1024.0;
  else if (rest == "GiB")
    number *= 1024.0 * 1024.0 * 1024.0;
  else if (!rest.empty())
    refuse(option, text, "known suffixes are k M G KiB MiB GiB");
  if (number > 9e15) refuse(option, text, "too large");
  return static_cast<std::uint64_t>(number);
}

nanoseconds parse_duration(std::string_view text, std::string_view option) {
  std::string_view rest = text;
  double seconds = take_number(rest, option);
  if (rest == "us")
    seconds *= 1e-6;
  else if (rest == "ms")
    seconds *= 1e-3;
  else if (rest == "m")
    seconds *= 60;
  else if (rest != "s" && !rest.empty())
    refuse(option, text, "known units are us ms s m");
  if (seconds > 86'400) refuse(option, text, "at most a day");
  return static_cast<nanoseconds>(seconds * 1e9);
}

std::optional<options> parse_options(int argument_count, char** arguments) {
  if (argument_count < 2) throw start_error("a mode is wanted; see wirebird-bench --help");
  const std::string_view first = arguments[1];
  if (first == "--help" || first == "-h" || first == "help") return std::nullopt;
  options result;
  result.mode = mode_named(first);
  set_defaults(result);
  optind = 2;
  int code = 0;
  while ((code = getopt_long(argument_count, arguments, "h", long_options.data(), nullptr)) != -1) {
    if (code == option_code::help || code == 'h') return std::nullopt;
    if (const std::string_view name = name_of_option(code); !has_meaning(result.mode, code)) {
      refuse("--" + std::string(name), "", "has no meaning in mode " + std::string(first));
    }
    apply(result, code, optarg == nullptr ? std::string_view() : std::string_view(optarg));
  }
  if (optind != argument_count) {
    throw start_error("unexpected argument " + std::string(arguments[optind]) +
                      "; the mode comes first, and only one");
  }
  check_together(result);
  return result;
}

}  // namespace wirebird::load
