#include "dataplane/agent/event_log.hh"

#include "dataplane/base/check.hh"
#include "dataplane/config/duration.hh"

#include <string>

#include <sys/eventfd.h>
#include <unistd.h>

namespace wirebird::agent {

namespace {

/// `ip:port - cid:7 - "v1.2:go:name" - `, the last part once CONNECT has told it.
std::string prefix(const endpoint& remote, std::uint64_t client, std::string_view name,
                   std::string_view lang, std::string_view version) {
  std::string text = to_string(remote) + " - cid:" + std::to_string(client) + " - ";
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

event_log::event_log(log& sink)
    : log_(sink),
      debug_(sink.debug_enabled()),
      events_(std::make_unique<ring>()),
      bell_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  check(bell_ >= 0, "no eventfd");
}

event_log::~event_log() {
  close(bell_);
}

event_log::record event_log::record_of(kind what, const broker::client_identity& client) noexcept {
  record made;
  made.what = what;
  made.client = client.id;
  made.remote = client.remote;
  made.name.assign(client.name);
  made.lang.assign(client.lang);
  made.version.assign(client.version);
  return made;
}

void event_log::push(const record& event) noexcept {
  if (!events_->push(event)) {
    dropped_.add();
    return;
  }
  // Non-blocking: the count can only saturate, and then the bell rings already.
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(bell_, &one, sizeof one);
}

void event_log::on_client_created(const broker::client_identity& client) noexcept {
  if (debug_) push(record_of(kind::created, client));
}

void event_log::on_client_closed(const broker::client_identity& client,
                                 broker::close_reason reason) noexcept {
  if (!debug_) return;
  record event = record_of(kind::closed, client);
  event.reason = reason;
  push(event);
}

void event_log::on_client_error(const broker::client_identity& client,
                                std::string_view text) noexcept {
  record event = record_of(kind::error, client);
  event.text.assign(text);
  push(event);
}

void event_log::on_refusal(const broker::client_identity& client, std::string_view text) noexcept {
  record event = record_of(kind::refusal, client);
  event.text.assign(text);
  push(event);
}

void event_log::on_slow_consumer(const broker::client_identity& client,
                                 const broker::slow_consumer& why) noexcept {
  record event = record_of(kind::slow_consumer, client);
  event.slow = why;
  push(event);
}

void event_log::write_all() {
  std::uint64_t rings = 0;
  [[maybe_unused]] const auto taken = read(bell_, &rings, sizeof rings);
  record event;
  while (events_->pop(event)) write(event);
  const std::uint64_t dropped = dropped_.value();
  if (dropped == dropped_told_) return;
  log_.warning(std::to_string(dropped - dropped_told_) + " events were not logged: too many");
  dropped_told_ = dropped;
}

void event_log::write(const record& event) {
  const std::string who = prefix(event.remote, event.client, event.name.view(), event.lang.view(),
                                 event.version.view());
  switch (event.what) {
    case kind::created: log_.debug(who + "Client connection created"); break;
    case kind::closed:
      log_.debug(who + "Client connection closed: " + std::string(to_string(event.reason)));
      break;
    case kind::error:
    case kind::refusal: log_.error(who + std::string(event.text.view())); break;
    case kind::slow_consumer:
      log_.info(who + "Slow Consumer Detected: " + text_of(event.slow));
      break;
  }
}

}  // namespace wirebird::agent
