#include "dataplane/config/command_line.hh"
#include "dataplane/config/file_reader.hh"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

// Up to the first NUL a command line, one word a line; then a configuration file, which may include
// itself. Whatever it is, there is an answer, and what starts can be started again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wirebird::config;
  const std::string input(reinterpret_cast<const char*>(data), size);
  const auto end = input.find('\0');
  std::string words = input.substr(0, end);
  const std::string text = end == std::string::npos ? "" : input.substr(end + 1);

  constexpr std::size_t words_max = 16;
  std::array<const char*, words_max + 3> argv{"wirebird"};
  int count = 1;
  for (std::size_t at = 0; at < words.size() && count < static_cast<int>(words_max);) {
    const auto stop = std::min(words.find('\n', at), words.size());
    argv[static_cast<std::size_t>(count++)] = words.data() + at;
    if (stop < words.size()) words[stop] = '\0';
    at = stop + 1;
  }
  argv[static_cast<std::size_t>(count++)] = "-c";
  argv[static_cast<std::size_t>(count++)] = "f";
  const sources from{[&text](const std::string&) -> sources::file {
                       return {text, ""};
                     },
                     [](const std::string& name) -> std::optional<std::string> { return name; }};
  const command first = read_command_line(count, argv.data(), from);
  const command second = read_command_line(count, argv.data(), from);
  if (first.run.has_value() != second.run.has_value() || first.error != second.error) std::abort();
  if (!first.run && first.signal.empty() && first.out.empty() && first.error.empty()) std::abort();
  return 0;
}
