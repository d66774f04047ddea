#include "dataplane/agent/event_log.hh"

#include "dataplane/base/check.hh"
#include "dataplane/config/duration.hh"

#include <cstring>
#include <string>

#include <sys/eventfd.h>
#include <unistd.h>

namespace wirebird::agent {

namespace {

constexpr std::size_t name_bytes_max = 128;
constexpr std::size_t text_bytes_max = 33 * 1024;  ///< the longest line of the trace, and a bit

/// `ip:port - cid:7 - "v1.2:go:name" - `, the last part once CONNECT has told it. 0: no client yet.
std::string prefix(const endpoint& remote, std::uint64_t client, std::string_view name,
                   std::string_view lang, std::string_view version) {
  std::string text = to_string(remote) + " - ";
  if (client != 0) text += "cid:" + std::to_string(client) + " - ";
  if (name.empty() && lang.empty() && version.empty()) return text;
  text += "\"v";
  text += version;
  text += ':';
  text += lang;
  if (!name.empty()) {
    text += ':';
    text += name;
  }
  return text + "\" - ";
}

/// As nats-server says it.
std::string text_of(const broker::slow_consumer& why) {
  if (why.limit_bytes != 0) return "MaxPending of " + std::to_string(why.limit_bytes) + " Exceeded";
  return "WriteDeadline of " + config::to_text(why.deadline) + " exceeded with " +
         std::to_string(why.chunks) + " chunks of " + std::to_string(why.bytes) + " total bytes.";
}

}  // namespace

event_log::event_log(log& sink, event_feed& feed)
    : log_(sink),
      feed_(feed),
      debug_(sink.debug_enabled()),
      events_(worker::events_bytes_max),
      bell_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  check(bell_ >= 0, "no eventfd");
}

event_log::~event_log() {
  close(bell_);
}

void event_log::push(head event, const broker::client_identity& client,
                     std::string_view text) noexcept {
  event.client = client.id;
  event.remote = client.remote;
  const auto shortened = [](std::string_view name) { return name.substr(0, name_bytes_max); };
  const std::string_view name = shortened(client.name);
  const std::string_view lang = shortened(client.lang);
  const std::string_view version = shortened(client.version);
  text = text.substr(0, text_bytes_max);
  event.name_bytes = static_cast<std::uint8_t>(name.size());
  event.lang_bytes = static_cast<std::uint8_t>(lang.size());
  event.version_bytes = static_cast<std::uint8_t>(version.size());
  event.text_bytes = static_cast<std::uint32_t>(text.size());
  const std::size_t size = sizeof event + name.size() + lang.size() + version.size() + text.size();
  const mutable_bytes room = events_.reserve(size);
  if (room.empty()) {
    dropped_.add();
    return;
  }
  std::uint8_t* at = room.data();
  std::memcpy(at, &event, sizeof event);
  at += sizeof event;
  for (const std::string_view part : {name, lang, version, text}) {
    if (part.empty()) continue;
    std::memcpy(at, part.data(), part.size());
    at += part.size();
  }
  events_.commit();
  events_.publish();
  // Non-blocking: the count can only saturate, and then the bell rings already.
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(bell_, &one, sizeof one);
}

void event_log::on_client_created(const broker::client_identity& client) noexcept {
  if (tells_clients()) push({.what = kind::created}, client);
}

void event_log::on_client_closed(const broker::client_identity& client,
                                 broker::close_reason reason) noexcept {
  if (tells_clients()) push({.what = kind::closed, .reason = reason}, client);
}

void event_log::on_client_error(const broker::client_identity& client,
                                std::string_view text) noexcept {
  push({.what = kind::error}, client, text);
}

void event_log::on_refusal(const broker::client_identity& client, std::string_view text) noexcept {
  push({.what = kind::refusal}, client, text);
}

void event_log::on_slow_consumer(const broker::client_identity& client,
                                 const broker::slow_consumer& why) noexcept {
  push({.slow = why, .what = kind::slow_consumer}, client);
}

void event_log::on_trace(const broker::client_identity& client, std::string_view text) noexcept {
  push({.what = kind::trace}, client, text);
}

void event_log::write_all(instant now) {
  std::uint64_t rings = 0;
  [[maybe_unused]] const auto taken = read(bell_, &rings, sizeof rings);
  for (byte_view record = events_.front(); !record.empty(); record = events_.front()) {
    write(record, now);
    events_.pop();
    events_.acknowledge();
  }
  const std::uint64_t dropped = dropped_.value();
  if (dropped == dropped_told_) return;
  log_.warning(std::to_string(dropped - dropped_told_) + " events were not logged: too many");
  feed_.on_lost(dropped - dropped_told_);
  dropped_told_ = dropped;
}

void event_log::write(byte_view record, instant now) {
  head event;
  std::memcpy(&event, record.data(), sizeof event);
  std::string_view rest = as_text(record.subspan(sizeof event));
  const auto next = [&rest](std::size_t size) {
    const std::string_view part = rest.substr(0, size);
    rest.remove_prefix(size);
    return part;
  };
  const std::string_view name = next(event.name_bytes);
  const std::string_view lang = next(event.lang_bytes);
  const std::string_view version = next(event.version_bytes);
  const std::string text(next(event.text_bytes));
  const std::string who = prefix(event.remote, event.client, name, lang, version);
  switch (event.what) {
    case kind::created:
      log_.debug(who + "Client connection created");
      feed_.on_opened(event.client, event.remote, now);
      break;
    case kind::closed:
      log_.debug(who + "Client connection closed: " + std::string(to_string(event.reason)));
      feed_.on_closed(event.client, event.remote, to_string(event.reason), now);
      break;
    case kind::error:
    case kind::refusal: log_.error(who + text); break;
    case kind::slow_consumer:
      log_.info(who + "Slow Consumer Detected: " + text_of(event.slow));
      feed_.on_slow_consumer(event.client, event.remote, text_of(event.slow), now);
      break;
    case kind::trace: log_.trace(who + text); break;
  }
}

}  // namespace wirebird::agent
