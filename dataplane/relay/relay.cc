#include "dataplane/relay/relay.hh"

#include "dataplane/relay/limits.hh"
#include "dataplane/relay/link.hh"

#include <utility>

namespace wirebird::relay {

relay::relay(control_door& door, timer_wheel& timers) noexcept : door_(door), timers_(timers) {}

relay::~relay() = default;

stream::handler* relay::on_accepted(stream::connection& client, instant now) {
  make_room(now);
  counts_.connections.add();
  auto made = std::make_unique<link>(*this, client);
  made->position = links_.size();
  links_.push_back(std::move(made));
  link& fresh = *links_.back();
  open_.push_back(fresh);
  ++open_count_;
  fresh.start(now);
  return &fresh.client_handler();
}

void relay::make_room(instant now) {
  if (open_count_ < connections_max) return;
  counts_.pushed_out.add();
  open_.front().abort(now);
}

void relay::flush(instant now) {
  intrusive_list<link, touched_tag> turn;
  turn.splice_back(touched_);
  std::size_t flushed = 0;
  std::size_t bytes = 0;
  while (!turn.empty() && flushed < flushes_per_iteration && bytes < flush_bytes_per_iteration) {
    link& next = turn.pop_front();
    if (!next.is_over()) {
      bytes += next.flush(now);
      ++flushed;
      continue;
    }
    const std::size_t position = next.position;
    std::swap(links_[position], links_.back());
    links_[position]->position = position;
    links_.pop_back();
  }
  turn.splice_back(touched_);
  touched_.splice_back(turn);
}

void relay::shutdown(instant now) {
  for (const auto& each : links_) each->close(now);
}

}  // namespace wirebird::relay
