#include "control/plane/memory_view.hh"

#include "protocol/plane_histogram.hh"

#include <algorithm>
#include <cstring>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wirebird::control {

namespace plane = protocol::plane;

memory_view::memory_view(int descriptor) {
  struct stat about {};
  if (fstat(descriptor, &about) == 0 && about.st_size > 0) {
    bytes_ = static_cast<std::size_t>(about.st_size);
    void* const mapped = mmap(nullptr, bytes_, PROT_READ, MAP_SHARED, descriptor, 0);
    if (mapped != MAP_FAILED) memory_ = static_cast<const std::uint8_t*>(mapped);
  }
  close(descriptor);
  if (memory_ == nullptr)
    error_ = "the plane memory cannot be mapped";
  else
    read_header();
}

memory_view::~memory_view() {
  if (memory_ != nullptr) munmap(const_cast<std::uint8_t*>(memory_), bytes_);
}

void memory_view::read_header() {
  plane::memory_header header{};
  if (bytes_ < sizeof header || plane::load_word(memory_) != plane::memory_magic) {
    error_ = "the plane memory is not one";
    return;
  }
  plane::load_words(&header, memory_, sizeof header);
  if (header.version != plane::memory_version) {
    error_ = "the plane memory has version " + std::to_string(header.version) + ", not " +
             std::to_string(plane::memory_version);
    return;
  }
  const std::uint64_t entry_bytes = header.section_entry_bytes;
  constexpr std::uint32_t sections_max = 1024;
  if (header.header_bytes % 8 != 0 || entry_bytes % 8 != 0 ||
      entry_bytes < sizeof(plane::section_entry) || header.sections > sections_max ||
      header.header_bytes + header.sections * entry_bytes > bytes_) {
    error_ = "the plane memory has a table of sections that does not fit";
    return;
  }
  for (std::uint32_t i = 0; i < header.sections; ++i) {
    plane::section_entry entry;
    plane::load_words(&entry, memory_ + header.header_bytes + i * entry_bytes, sizeof entry);
    const bool fits = entry.offset % 8 == 0 && entry.stride % 8 == 0 && entry.stride > 0 &&
                      entry.offset <= bytes_ &&
                      entry.count <= (bytes_ - entry.offset) / entry.stride;
    if (!fits) {
      error_ = "the plane memory has a section that does not fit";
      return;
    }
    if (entry.id < sections_.size())
      sections_[entry.id] = {entry.offset, entry.stride, entry.count};
  }
}

const memory_view::section& memory_view::at(plane::section_id id) const noexcept {
  return sections_[static_cast<std::size_t>(id)];
}

const std::uint8_t* memory_view::record(const section& where, std::size_t index) const noexcept {
  return memory_ + where.offset + index * where.stride;
}

std::size_t memory_view::workers() const noexcept {
  return std::min(at(plane::section_id::workers).count, at(plane::section_id::counters).count);
}

plane::worker_record memory_view::worker(std::size_t index) const noexcept {
  const section& where = at(plane::section_id::workers);
  plane::worker_record found{};
  plane::load_words(&found, record(where, index), std::min(where.stride, sizeof found));
  return found;
}

std::vector<std::uint64_t> memory_view::counters(std::size_t worker) const {
  const section& where = at(plane::section_id::counters);
  std::vector<std::uint64_t> values(where.stride / 8);
  plane::load_words(values.data(), record(where, worker), values.size() * 8);
  return values;
}

std::string memory_view::text(plane::section_id id) const {
  const section& where = at(id);
  if (where.count == 0 || where.stride < plane::text_head_bytes) return "";
  std::string bytes(where.stride - plane::sequence_bytes, '\0');
  if (!plane::read_locked(record(where, 0), bytes.data(), bytes.size())) return "";
  std::uint64_t size = 0;
  std::memcpy(&size, bytes.data(), sizeof size);
  return bytes.substr(sizeof size, std::min<std::uint64_t>(size, bytes.size() - sizeof size));
}

std::string memory_view::counter_names() const {
  return text(plane::section_id::counter_names);
}

std::string memory_view::settings() const {
  return text(plane::section_id::settings);
}

std::optional<plane::connection_row> memory_view::row(const section& where,
                                                      std::size_t index) const {
  plane::connection_row found{};
  const std::size_t known = std::min(where.stride - plane::sequence_bytes, sizeof found);
  if (!plane::read_locked(record(where, index), &found, known) || found.cid == 0)
    return std::nullopt;
  return found;
}

std::vector<plane::connection_row> memory_view::connections(std::size_t worker_index) const {
  const section& where = at(plane::section_id::connections);
  const std::size_t share = where.count / workers();
  const std::size_t count = std::min<std::uint64_t>(worker(worker_index).connection_rows, share);
  std::vector<plane::connection_row> rows;
  rows.reserve(count);
  for (std::size_t i = 0; i < count; ++i)
    if (const auto found = row(where, worker_index * share + i)) rows.push_back(*found);
  return rows;
}

std::vector<std::uint64_t> memory_view::histogram(plane::section_id which,
                                                  std::size_t worker) const {
  const section& where = at(which);
  std::vector<std::uint64_t> counts(plane::histogram_buckets);
  if (worker < where.count)
    plane::load_words(counts.data(), record(where, worker),
                      std::min<std::uint64_t>(where.stride, counts.size() * 8));
  return counts;
}

std::string memory_view::subscriptions(std::size_t worker_index) const {
  const section& where = at(plane::section_id::subscriptions);
  if (worker_index >= where.count) return "";
  const std::uint64_t size = worker(worker_index).list_bytes;
  if (size % 8 != 0 || size > where.stride - plane::sequence_bytes) return "";
  std::string bytes(size, '\0');
  if (!plane::read_locked(record(where, worker_index), bytes.data(), size)) return "";
  return bytes;
}

std::vector<plane::connection_row> memory_view::closed(std::size_t worker_index) const {
  const section& where = at(plane::section_id::closed);
  const std::size_t share = where.count / workers();
  const std::uint64_t total = worker(worker_index).closed_total;
  std::vector<plane::connection_row> rows;
  if (share == 0) return rows;
  for (std::uint64_t i = total - std::min<std::uint64_t>(total, share); i < total; ++i)
    if (const auto found = row(where, worker_index * share + i % share)) rows.push_back(*found);
  return rows;
}

}  // namespace wirebird::control
