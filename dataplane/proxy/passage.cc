#include "dataplane/proxy/passage.hh"

namespace wirebird::proxy {

// Until somebody is behind it, the passage itself stands for that, and is never called as such.
passage::passage(entrance& in, stream::connection& below, instant now)
    : filter(below, *this, in.memory_), entrance_(in), remote_(below.remote()) {
  entrance_.timers_.arm(*this, now + entrance::header_time_max);
}

void passage::on_bytes(slice_queue& unread, instant now) {
  while (phase_ == phase::waiting && !unread.empty()) {
    const slice front = unread.front();
    std::string_view input = as_text(front.bytes());
    const header_reader::outcome found = header_.read(input);
    unread.consume(front.size() - input.size());
    if (found == header_reader::outcome::complete) enter(now);
    if (found == header_reader::outcome::wrong) {
      entrance_.counts_.wrong_headers.add();
      refuse(header_.fault(), now);
    }
  }
  if (phase_ == phase::through && !unread.empty()) filter::on_bytes(unread, now);
}

void passage::enter(instant now) {
  disarm();
  if (header_.is_local()) {
    entrance_.counts_.local_headers.add();
  } else {
    entrance_.counts_.headers.add();
    remote_ = header_.source();
  }
  stream::handler* const user = entrance_.inside_.on_accepted(*this, now);
  if (user == nullptr) {
    entrance_.counts_.refused.add();
    phase_ = phase::closing;
    below().abort(now);
    return;
  }
  set_handler(*user);
  phase_ = phase::through;
}

void passage::refuse(std::string_view why, instant now) {
  entrance_.refusals_.on_refused(remote_, why);
  give_up(now);
}

void passage::give_up(instant now) {
  if (phase_ != phase::waiting) return;
  disarm();
  phase_ = phase::closing;
  below().close(now);
}

void passage::on_timer(instant now) {
  entrance_.counts_.late_headers.add();
  refuse("no PROXY header in time", now);
}

void passage::on_end_of_stream(instant now) {
  if (phase_ == phase::through) {
    filter::on_end_of_stream(now);
    return;
  }
  if (phase_ == phase::waiting) entrance_.counts_.probes.add();
  give_up(now);
}

void passage::on_progress(instant now) {
  if (phase_ == phase::through) filter::on_progress(now);
}

void passage::on_ended(stream::end_reason reason, instant now) {
  disarm();
  if (phase_ == phase::waiting) entrance_.counts_.probes.add();
  if (phase_ == phase::through) filter::on_ended(reason, now);
  phase_ = phase::closing;
  entrance_.over_.push_back(*this);
}

}  // namespace wirebird::proxy
