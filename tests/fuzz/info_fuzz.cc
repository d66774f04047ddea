#include "protocol/server_info.hh"

#include <cstdint>
#include <cstdlib>

// What can be read as INFO is written as one line that reads the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wirebird::protocol;
  server_info info;
  if (!read_info({reinterpret_cast<const char*>(data), size}, info)) return 0;
  const std::string line = info_line(info);
  if (line.find_first_of("\r\n") != line.size() - 2) std::abort();
  server_info again;
  if (!read_info(std::string_view(line).substr(5, line.size() - 8), again)) std::abort();
  if (info_line(again) != line) std::abort();
  return 0;
}
