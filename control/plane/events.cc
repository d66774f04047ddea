#include "control/plane/events.hh"

#include <utility>

namespace wirebird::control {

namespace plane = protocol::plane;

plane_event plane_event::read(const plane::message_view& message) {
  const auto number = [&message](plane::field_tag tag) { return message.number(tag).value_or(0); };
  const auto text = [&message](plane::field_tag tag, std::size_t most) {
    return std::string(message.bytes(tag).value_or("").substr(0, most));
  };
  plane_event made;
  made.what = static_cast<plane::message_type>(message.type());
  made.time_ns = static_cast<std::int64_t>(number(plane::field_tag::time));
  const bool is_gap = made.what == plane::message_type::resync;
  (is_gap ? made.lost : made.client) = number(plane::field_tag::number);
  made.port = number(plane::field_tag::port);
  constexpr std::size_t address_size_max = 64;
  made.address = text(plane::field_tag::address, address_size_max);
  made.text = text(plane::field_tag::blob, plane::event_text_bytes_max);
  return made;
}

void event_list::add(plane_event event) {
  event.number = ++total_;
  lost_ += event.lost;
  kept_.push_back(std::move(event));
  if (kept_.size() > kept_max) kept_.pop_front();
}

}  // namespace wirebird::control
