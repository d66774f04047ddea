#include "dataplane/relay/link.hh"

#include "dataplane/relay/limits.hh"

#include <algorithm>
#include <string>

namespace wirebird::relay {

namespace {

constexpr std::string_view unavailable =
    "HTTP/1.1 503 Service Unavailable\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: 27\r\n"
    "Connection: close\r\n"
    "\r\n"
    "monitoring is unavailable\r\n";

}  // namespace

link::link(relay& owner, stream::connection& client) noexcept : owner_(owner) {
  client_.end = &client;
}

void link::start(instant now) {
  control_.end = owner_.door_.open(control_, now);
  if (control_.end == nullptr)
    refuse(now);
  else
    announce_client();
}

void link::announce_client() {
  const endpoint from = client_.end->remote();
  const endpoint to = client_.end->local();
  const bool is_v4 = from.address.is_v4() && to.address.is_v4();
  const std::string line = std::string("PROXY ") + (is_v4 ? "TCP4 " : "TCP6 ") +
                           to_string(from.address) + " " + to_string(to.address) + " " +
                           std::to_string(from.port) + " " + std::to_string(to.port) + "\r\n";
  // Without memory for a line there is none for a page either.
  static_cast<void>(control_.end->output().append_copy(as_bytes(line)));
  touch();
}

void link::touch() noexcept {
  if (!list_hook<touched_tag>::is_linked()) owner_.touched_.push_back(*this);
}

void link::stop_counting() noexcept {
  if (!list_hook<quiet_tag>::is_linked()) return;
  list_hook<quiet_tag>::unlink();
  --owner_.open_count_;
}

void link::refuse(instant now) {
  owner_.counts_.unavailable.add();
  if (client_.end != nullptr)
    static_cast<void>(client_.end->output().append_copy(as_bytes(unavailable)));
  close(now);
}

void link::close(instant now) {
  closing_ = true;
  timer::disarm();
  stop_counting();
  if (client_.end != nullptr) client_.end->close(now);
  if (control_.end != nullptr) control_.end->close(now);
  touch();
}

void link::abort(instant now) {
  closing_ = true;
  timer::disarm();
  stop_counting();
  if (client_.end != nullptr) client_.end->abort(now);
  if (control_.end != nullptr) control_.end->abort(now);
  touch();
}

std::size_t link::flush(instant now) {
  std::size_t bytes = 0;
  for (side* each : {&client_, &control_}) {
    if (each->end == nullptr) continue;
    bytes += each->end->output().size();
    each->end->flush(now);
  }
  return bytes;
}

void link::move(side& from, slice_queue& unread, instant now) {
  side& to = other(from);
  if (closing_ || to.end == nullptr) {
    unread.consume(unread.size());
    return;
  }
  owes_answer_ = &from == &client_;
  if (&from == &control_) answered_ = true;
  list_hook<quiet_tag>::unlink();
  owner_.open_.push_back(*this);
  stream::send_queue& out = to.end->output();
  bool dry = false;
  while (!unread.empty() && !dry && out.size() < waiting_bytes_max) {
    const byte_view front = unread.front().bytes();
    const byte_view part = front.first(std::min(front.size(), waiting_bytes_max - out.size()));
    dry = !out.append_copy(part);
    if (!dry) unread.consume(part.size());
  }
  from.waits = !unread.empty();
  if (dry) {
    owner_.counts_.without_memory.add();
    owner_.timers_.arm(*this, now + retry_time);
  } else if (client_ended_) {
    wait_for_control(now);
  }
  touch();
}

void link::wait_for_control(instant now) {
  owner_.timers_.arm(*this, now + (owes_answer_ ? patience_after_end : quiet_after_end));
}

void link::on_progress(side& from) noexcept {
  side& source = other(from);
  if (!source.waits || source.end == nullptr) return;
  source.waits = false;
  source.end->resume_reading();
}

void link::on_timer(instant now) {
  const bool was_dry = client_.waits || control_.waits;
  for (side* each : {&client_, &control_}) {
    if (!each->waits || each->end == nullptr) continue;
    each->waits = false;
    each->end->resume_reading();
  }
  if (was_dry && client_ended_)
    wait_for_control(now);
  else if (client_ended_)
    close(now);
}

void link::on_end(side& ended, instant now) {
  if (closing_) return;
  if (&ended == &client_) {
    // It may still wait for an answer, and has no other way of saying that it does not.
    client_ended_ = true;
    wait_for_control(now);
  } else if (answered_) {
    close(now);
  } else {
    refuse(now);
  }
}

void link::on_ended(side& ended, instant now) {
  ended.end = nullptr;
  if (!closing_) {
    if (&ended == &control_ && !answered_)
      refuse(now);
    else
      close(now);
  }
  touch();
}

}  // namespace wirebird::relay
