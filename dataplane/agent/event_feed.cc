#include "dataplane/agent/event_feed.hh"

namespace wirebird::agent {

namespace {

namespace plane = protocol::plane;

std::uint64_t nanoseconds(instant at) noexcept {
  return static_cast<std::uint64_t>(at.time_since_epoch().count());
}

}  // namespace

void event_feed::watch() noexcept {
  // What the control before this one had not read is gone with it.
  begins_anew_ = is_watched_.exchange(true, std::memory_order_relaxed);
}

std::string event_feed::resync(std::uint64_t lost, instant now) {
  plane::message_builder marker(plane::message_type::resync);
  marker.add(plane::field_tag::number, lost);
  marker.add(plane::field_tag::time, nanoseconds(now));
  return marker.bytes();
}

void event_feed::push(const plane::message_builder& event) {
  const std::string& packet = event.bytes();
  if (lost_ > 0 || packet.size() > waiting_bytes_max - waiting_bytes_) {
    ++lost_;
    return;
  }
  waiting_bytes_ += packet.size();
  waiting_.push_back(packet);
}

void event_feed::about_client(plane::message_type type, std::uint64_t client,
                              const endpoint& remote, std::string_view why, instant now) {
  if (!is_watched()) return;
  plane::message_builder event(type);
  event.add(plane::field_tag::number, client);
  event.add(plane::field_tag::time, nanoseconds(now));
  event.add(plane::field_tag::address, std::string_view(to_string(remote.address)));
  event.add(plane::field_tag::port, std::uint64_t{remote.port});
  if (!why.empty()) event.add(plane::field_tag::blob, why.substr(0, plane::event_text_bytes_max));
  push(event);
}

void event_feed::on_opened(std::uint64_t client, const endpoint& remote, instant now) {
  about_client(plane::message_type::opened, client, remote, {}, now);
}

void event_feed::on_closed(std::uint64_t client, const endpoint& remote, std::string_view why,
                           instant now) {
  about_client(plane::message_type::closed, client, remote, why, now);
}

void event_feed::on_slow_consumer(std::uint64_t client, const endpoint& remote,
                                  std::string_view why, instant now) {
  about_client(plane::message_type::slow_consumer, client, remote, why, now);
}

void event_feed::on_configured(std::string_view changes, instant now) {
  if (!is_watched()) return;
  plane::message_builder event(plane::message_type::configured);
  event.add(plane::field_tag::time, nanoseconds(now));
  event.add(plane::field_tag::blob, changes.substr(0, plane::event_text_bytes_max));
  push(event);
}

void event_feed::on_lost(std::uint64_t events) {
  if (is_watched()) lost_ += events;
}

}  // namespace wirebird::agent
