#include "dataplane/agent/plane_memory.hh"

#include "protocol/plane_histogram.hh"
#include "protocol/plane_memory.hh"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace wirebird::agent {

namespace {

namespace plane = protocol::plane;

constexpr std::size_t alignment = 64;
constexpr std::size_t section_count = 10;

[[nodiscard]] constexpr std::size_t aligned(std::size_t size) noexcept {
  return (size + alignment - 1) / alignment * alignment;
}

}  // namespace

plane_memory::region plane_memory::reserve(std::size_t& end, std::size_t stride,
                                           std::size_t count) {
  const region made{end, stride, count};
  end = aligned(end + stride * count);
  return made;
}

plane_memory::plane_memory(const shape& wanted)
    : shape_(wanted),
      counter_count_(static_cast<std::size_t>(std::ranges::count(wanted.counter_names, '\n'))) {
  std::size_t end =
      aligned(sizeof(plane::memory_header) + section_count * sizeof(plane::section_entry));
  settings_ = reserve(end, aligned(plane::text_head_bytes + settings_bytes_max), 1);
  names_ = reserve(end, aligned(plane::text_head_bytes + wanted.counter_names.size()), 1);
  workers_ = reserve(end, aligned(sizeof(plane::worker_record)), wanted.workers);
  counters_ = reserve(end, aligned(8 * counter_count_), wanted.workers);
  connections_ = reserve(end, plane::row_stride, wanted.workers * wanted.connections);
  closed_ = reserve(end, plane::row_stride, wanted.workers * wanted.closed);
  lists_ = reserve(end, aligned(plane::sequence_bytes + wanted.list_bytes), wanted.workers);
  constexpr std::size_t histogram_bytes = aligned(8 * plane::histogram_buckets);
  latency_ = reserve(end, histogram_bytes, wanted.workers);
  loops_ = reserve(end, histogram_bytes, wanted.workers);
  steps_ = reserve(end, histogram_bytes, wanted.workers);
  bytes_ = end;

  descriptor_ = memfd_create("wirebird-plane", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (descriptor_ < 0 || ftruncate(descriptor_, static_cast<off_t>(bytes_)) != 0) {
    error_ = errno;
    return;
  }
  void* const mapped =
      mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, descriptor_, 0);
  if (mapped == MAP_FAILED) {
    error_ = errno;
    return;
  }
  memory_ = static_cast<std::uint8_t*>(mapped);
  // From here on only this mapping can write.
  fcntl(descriptor_, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL);
  write_text(names_, wanted.counter_names);
  write_text(settings_, "{}");
  write_header();
}

plane_memory::~plane_memory() {
  if (memory_ != nullptr) munmap(memory_, bytes_);
  if (descriptor_ >= 0) close(descriptor_);
}

void plane_memory::write_header() noexcept {
  const auto entry = [](plane::section_id id, const region& where) {
    return plane::section_entry{static_cast<std::uint32_t>(id), 0, where.offset, where.stride,
                                where.count};
  };
  const std::array<plane::section_entry, section_count> table{
      entry(plane::section_id::settings, settings_),
      entry(plane::section_id::counter_names, names_),
      entry(plane::section_id::workers, workers_),
      entry(plane::section_id::counters, counters_),
      entry(plane::section_id::connections, connections_),
      entry(plane::section_id::closed, closed_),
      entry(plane::section_id::subscriptions, lists_),
      entry(plane::section_id::latency, latency_),
      entry(plane::section_id::loop_time, loops_),
      entry(plane::section_id::listing_time, steps_),
  };
  const plane::memory_header header{0,
                                    plane::memory_version,
                                    sizeof(plane::memory_header),
                                    section_count,
                                    sizeof(plane::section_entry),
                                    bytes_};
  plane::store_words(memory_ + sizeof header, table.data(), sizeof table);
  plane::store_words(memory_, &header, sizeof header);
  plane::store_word(memory_, plane::memory_magic);
}

void plane_memory::write_text(const region& where, std::string_view text) noexcept {
  const std::size_t room = where.stride - plane::text_head_bytes;
  std::string record(plane::sequence_bytes, '\0');
  const std::uint64_t size = std::min(text.size(), room);
  std::memcpy(record.data(), &size, sizeof size);
  record.append(text.substr(0, size));
  record.resize((record.size() + 7) / 8 * 8);
  plane::write_locked(memory_ + where.offset, record.data(), record.size());
}

void plane_memory::write_settings(std::string_view json) noexcept {
  write_text(settings_, json);
}

worker::plane_share plane_memory::share(std::size_t worker) const noexcept {
  worker::plane_share made;
  made.record = memory_ + workers_.offset + worker * workers_.stride;
  made.counters = memory_ + counters_.offset + worker * counters_.stride;
  made.counter_count = counter_count_;
  made.rows = memory_ + connections_.offset + worker * shape_.connections * plane::row_stride;
  made.row_count = shape_.connections;
  made.closed = memory_ + closed_.offset + worker * shape_.closed * plane::row_stride;
  made.closed_count = shape_.closed;
  made.list = memory_ + lists_.offset + worker * lists_.stride;
  made.list_bytes = shape_.list_bytes;
  made.latency = memory_ + latency_.offset + worker * latency_.stride;
  made.loops = memory_ + loops_.offset + worker * loops_.stride;
  made.listing_steps = memory_ + steps_.offset + worker * steps_.stride;
  return made;
}

}  // namespace wirebird::agent
