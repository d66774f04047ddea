#include "dataplane/port/eal_log.hh"

#include <algorithm>
#include <cstring>
#include <string_view>

#include <rte_log.h>

namespace wirebird::port {

eal_log::eal_log(bool debug) {
  if (debug) {
    rte_openlog_stream(stderr);
    return;
  }
  cookie_io_functions_t actions{};
  actions.write = &eal_log::keep;
  stream_ = fopencookie(this, "w", actions);
  if (stream_ == nullptr) return;
  std::setvbuf(stream_, nullptr, _IOLBF, 0);
  rte_openlog_stream(stream_);
}

eal_log::~eal_log() {
  rte_openlog_stream(nullptr);
  if (stream_ != nullptr) std::fclose(stream_);
}

ssize_t eal_log::keep(void* self, const char* text, std::size_t size) {
  auto& log = *static_cast<eal_log*>(self);
  const std::size_t count = std::min(size, log.kept_.size() - log.kept_bytes_);
  std::memcpy(log.kept_.data() + log.kept_bytes_, text, count);
  log.kept_bytes_ += count;
  return static_cast<ssize_t>(size);
}

void eal_log::clear() {
  if (stream_ == nullptr) return;
  std::fflush(stream_);
  flockfile(stream_);
  kept_bytes_ = 0;
  funlockfile(stream_);
}

std::string eal_log::last_after(std::string_view mark) {
  if (stream_ == nullptr) return {};
  std::fflush(stream_);
  flockfile(stream_);
  const std::string_view text(kept_.data(), kept_bytes_);
  std::string found;
  if (const std::size_t at = text.rfind(mark); at != std::string_view::npos) {
    const std::string_view rest = text.substr(at + mark.size());
    found = rest.substr(0, rest.find('\n'));
  }
  funlockfile(stream_);
  return found;
}

std::string eal_log::last_line() {
  if (stream_ == nullptr) return {};
  std::fflush(stream_);
  flockfile(stream_);
  std::string_view text(kept_.data(), kept_bytes_);
  while (text.ends_with('\n') || text.ends_with(' ')) text.remove_suffix(1);
  text = text.substr(text.find_last_of('\n') + 1);
  const std::size_t prefix = text.find(": ");
  if (prefix != std::string_view::npos) text.remove_prefix(prefix + 2);
  std::string line(text);
  funlockfile(stream_);
  return line;
}

}  // namespace wirebird::port
