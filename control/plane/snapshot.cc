#include "control/plane/snapshot.hh"

#include "protocol/json_reader.hh"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace wirebird::control {

namespace {

/// The ring of closed connections as a whole, whatever the number of workers.
constexpr std::size_t closed_max = 10'000;

using rows = std::vector<protocol::plane::connection_row>;

template <typename Clock>
std::int64_t nanoseconds_now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch())
      .count();
}

void append(rows& to, const rows& from) {
  to.insert(to.end(), from.begin(), from.end());
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

}  // namespace

settings settings::parse(const std::string& json) {
  settings made;
  const std::array<protocol::json_member, 30> members{{
      {"server_id", &made.server_id},
      {"server_name", &made.server_name},
      {"version", &made.version},
      {"wirebird", &made.wirebird},
      {"go", &made.go},
      {"host", &made.host},
      {"http_host", &made.http_host},
      {"http_base_path", &made.http_base_path},
      {"transport", &made.transport},
      {"proto", &made.proto},
      {"port", &made.port},
      {"http_port", &made.http_port},
      {"workers", &made.workers},
      {"pid", &made.pid},
      {"start_ns", &made.start_ns},
      {"start_wall_ns", &made.start_wall_ns},
      {"load_ns", &made.load_ns},
      {"max_connections", &made.max_connections},
      {"max_subscriptions", &made.max_subscriptions},
      {"ping_interval", &made.ping_interval},
      {"ping_max", &made.ping_max},
      {"max_control_line", &made.max_control_line},
      {"max_payload", &made.max_payload},
      {"max_pending", &made.max_pending},
      {"write_deadline", &made.write_deadline},
      {"auth_required", &made.auth_required},
      {"auth_timeout", &made.auth_timeout},
      {"control_socket", &made.control_socket},
      {"control_address", &made.control_address},
      {"control_port", &made.control_port},
  }};
  static_cast<void>(protocol::read_json_object(json, members));
  const std::array<protocol::json_member, 3> lists{{{"connect_urls", &made.connect_urls},
                                                    {"monitor_allow", &made.monitor_allow},
                                                    {"tags", &made.tags}}};
  static_cast<void>(protocol::read_json_object(json, lists));
  return made;
}

std::int64_t snapshot::wall_ns(std::int64_t monotonic_ns) const noexcept {
  constexpr std::int64_t clock_was_set = 1'000'000'000;
  const std::int64_t today = now_ns - monotonic_now_ns;
  const auto at_start = static_cast<std::int64_t>(server.start_wall_ns - server.start_ns);
  const bool is_known = server.start_wall_ns != 0 && std::abs(today - at_start) < clock_was_set;
  return monotonic_ns + (is_known ? at_start : today);
}

snapshot snapshot::take(const memory_view& memory, rows_wanted wanted) {
  snapshot made;
  made.now_ns = nanoseconds_now<std::chrono::system_clock>();
  made.monotonic_now_ns = nanoseconds_now<std::chrono::steady_clock>();
  made.server = settings::parse(memory.settings());
  made.counter_names = lines_of(memory.counter_names());
  for (std::size_t i = 0; i < memory.workers(); ++i) {
    made.workers.push_back(memory.worker(i));
    made.counters.push_back(memory.counters(i));
    made.latency.emplace_back(memory.histogram(protocol::plane::section_id::latency, i));
    made.loops.emplace_back(memory.histogram(protocol::plane::section_id::loop_time, i));
    made.listing.emplace_back(memory.histogram(protocol::plane::section_id::listing_time, i));
    if (wanted.open) append(made.connections, memory.connections(i));
    if (wanted.closed) append(made.closed, memory.closed(i));
  }
  if (wanted.subscriptions) made.list_subscriptions(memory);
  std::ranges::sort(made.connections, {}, &protocol::plane::connection_row::cid);
  const auto twice =
      std::ranges::unique(made.connections, {}, &protocol::plane::connection_row::cid);
  made.connections.erase(twice.begin(), twice.end());
  if (wanted.open && wanted.closed) {  // one that ended since the rows were written
    std::vector<std::uint64_t> ended;
    for (const auto& one : made.closed) ended.push_back(one.cid);
    std::ranges::sort(ended);
    std::erase_if(made.connections,
                  [&ended](const auto& one) { return std::ranges::binary_search(ended, one.cid); });
  }
  std::ranges::stable_sort(made.closed, {}, &protocol::plane::connection_row::stop_ns);
  if (made.closed.size() > closed_max)
    made.closed.erase(made.closed.begin(),
                      made.closed.end() - static_cast<std::ptrdiff_t>(closed_max));
  return made;
}

void snapshot::list_subscriptions(const memory_view& memory) {
  for (std::size_t i = 0; i < memory.workers(); ++i) lists.push_back(memory.subscriptions(i));
  for (const std::string& list : lists) parse_list(list, listed);
  const auto key = [](const listed_subscription& one) { return std::pair(one.cid, one.sid); };
  std::ranges::sort(listed, {}, key);
  const auto twice = std::ranges::unique(listed, {}, key);
  listed.erase(twice.begin(), twice.end());
}

std::span<const listed_subscription> snapshot::listed_of(std::uint64_t cid) const noexcept {
  const auto found = std::ranges::equal_range(listed, cid, {}, &listed_subscription::cid);
  return {found.begin(), found.end()};
}

void parse_list(std::string_view bytes, std::vector<listed_subscription>& to) {
  protocol::plane::subscription_head head;
  while (bytes.size() >= sizeof head) {
    std::memcpy(&head, bytes.data(), sizeof head);
    bytes.remove_prefix(sizeof head);
    const std::uint64_t text_size =
        std::uint64_t{head.subject_bytes} + head.queue_bytes + head.sid_bytes;
    if (text_size > bytes.size()) return;
    to.push_back(
        {head.cid, head.msgs, head.max, bytes.substr(0, head.subject_bytes),
         bytes.substr(head.subject_bytes, head.queue_bytes),
         bytes.substr(head.subject_bytes + std::size_t{head.queue_bytes}, head.sid_bytes)});
    bytes.remove_prefix(std::min<std::uint64_t>((text_size + 7) / 8 * 8, bytes.size()));
  }
}

std::uint64_t snapshot::counter(std::string_view name, std::size_t worker) const noexcept {
  const auto found = std::ranges::find(counter_names, name);
  const auto index = static_cast<std::size_t>(found - counter_names.begin());
  return found != counter_names.end() && index < counters[worker].size() ? counters[worker][index]
                                                                         : 0;
}

std::uint64_t snapshot::counter(std::string_view name) const noexcept {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < counters.size(); ++i) sum += counter(name, i);
  return sum;
}

std::uint64_t snapshot::clients(std::size_t worker) const noexcept {
  const auto& record = workers[worker];
  return record.clients_plus_one > 0 ? record.clients_plus_one - 1 : record.connection_rows;
}

std::uint64_t snapshot::clients() const noexcept {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < workers.size(); ++i) sum += clients(i);
  return sum;
}

std::uint64_t snapshot::subscriptions() const noexcept {
  std::uint64_t sum = 0;
  for (const auto& worker : workers) sum += worker.subscriptions;
  return sum;
}

}  // namespace wirebird::control
