#include "dataplane/sockets/host.hh"

#include "dataplane/sockets/connection.hh"
#include "dataplane/sockets/limits.hh"

namespace wirebird::sockets {

starved_list::starved_list(timer_wheel& timers, read_block& block, counters& counts) noexcept
    : timers_(timers), block_(block), counts_(counts) {}

starved_list::~starved_list() = default;

void starved_list::add(connection& item, instant now) noexcept {
  waiting_.push_back(item);
  if (!is_armed()) timers_.arm(*this, now + starved_retry_time);
}

void starved_list::on_timer(instant now) {
  if (!waiting_.empty() && block_.room().empty()) {
    counts_.read_droughts.add();
  } else {
    for (std::size_t i = 0; i < starved_retry_count && !waiting_.empty(); ++i)
      waiting_.pop_front().mark_due();
  }
  if (!waiting_.empty()) timers_.arm(*this, now + starved_retry_time);
}

host::host(arena& memory_, timer_wheel& timers_) noexcept
    : memory(memory_), timers(timers_), block(memory_), starved(timers_, block, counts) {}

host::~host() = default;

}  // namespace wirebird::sockets
