#include "tests/worker/simulated_client.hh"

#include "dataplane/base/bytes.hh"

#include <algorithm>
#include <utility>

namespace wirebird::worker {

namespace {

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at <= line.size();) {
    const auto blank = std::min(line.find(' ', at), line.size());
    words.push_back(line.substr(at, blank - at));
    at = blank + 1;
  }
  return words;
}

}  // namespace

void simulated_client::say(const std::string& text, instant now) {
  if (!is_open()) return;
  if (!below_->output().append_copy(as_bytes(text))) watcher_.on_wrong("a client's arena is dry");
  below_->flush(now);
}

void simulated_client::subscribe(const std::string& subject, const std::string& queue,
                                 instant now) {
  const std::string sid = std::to_string(next_sid_++);
  by_sid[sid] = {.subject = subject, .queue = queue, .sent = watcher_.next_event()};
  fresh_.push_back(sid);
  say("SUB " + subject + " " + queue + " " + sid + "\r\n", now);
}

void simulated_client::unsubscribe(std::size_t which, instant now) {
  std::vector<std::string> live;
  for (const auto& [sid, one] : by_sid)
    if (one.gone == never_happened && !one.subject.starts_with("inbox.")) live.push_back(sid);
  if (live.empty()) return;
  const std::string& sid = live[which % live.size()];
  by_sid[sid].gone = watcher_.next_event();
  say("UNSUB " + sid + "\r\n", now);
}

void simulated_client::ping(instant now) {
  pings_.push_back(std::exchange(fresh_, {}));
  say("PING\r\n", now);
}

std::string simulated_client::expect_refusal(instant now) {
  const std::string inbox = "inbox." + std::to_string(watcher_.next_event());
  subscribe(inbox, "", now);
  refusals_[inbox] = 0;
  return inbox;
}

void simulated_client::leave(bool orderly, instant now) {
  if (!is_open()) return;
  leaves_ = true;
  const std::uint64_t when = watcher_.next_event();
  for (auto& [sid, one] : by_sid) one.gone = std::min(one.gone, when);
  if (orderly)
    below_->close(now);
  else
    below_->abort(now);
}

void simulated_client::take_turns() {
  if (!is_open()) return;
  is_paused_ = !is_paused_;
  if (is_paused_)
    below_->pause_reading();
  else
    below_->resume_reading();
}

std::string simulated_client::open_matters() const {
  if (!is_open()) return "";
  if (!pings_.empty()) return "a PING is unanswered";
  for (const auto& [inbox, count] : refusals_)
    if (count != 1) return std::to_string(count) + " times 503 for " + inbox;
  return "";
}

std::size_t simulated_client::refusals() const {
  std::size_t sum = 0;
  for (const auto& [inbox, count] : refusals_) sum += count;
  return sum;
}

void simulated_client::on_bytes(slice_queue& unread, instant) {
  while (!unread.empty()) {
    const slice& front = unread.front();
    text_.append(as_text({front.data(), front.size()}));
    unread.consume(front.size());
  }
  if (leaves_) return;
  while (take_line()) {
  }
}

bool simulated_client::take_line() {
  const auto end = text_.find("\r\n");
  if (end == std::string::npos) return false;
  const std::vector<std::string> words = words_of(text_.substr(0, end));
  if (words[0] != "MSG" && words[0] != "HMSG") {
    if (words[0] == "PONG") on_pong();
    if (words[0] == "-ERR") watcher_.on_wrong(text_.substr(0, end));
    text_.erase(0, end + 2);
    return true;
  }
  const std::size_t size = std::stoul(words.back());
  if (text_.size() < end + 2 + size + 2) return false;
  const std::string body = text_.substr(end + 2, size);
  text_.erase(0, end + 2 + size + 2);
  if (words[0] == "MSG")
    watcher_.on_message(*this, words[2], body);
  else if (const auto asked = refusals_.find(words[1]); asked != refusals_.end())
    ++asked->second;
  else
    watcher_.on_wrong("a 503 that nobody asked for");
  return true;
}

void simulated_client::on_pong() {
  if (pings_.empty()) {
    watcher_.on_wrong("a PONG without PING");
    return;
  }
  const std::uint64_t when = watcher_.next_event();
  for (const std::string& sid : pings_.front()) by_sid[sid].visible = when;
  pings_.pop_front();
}

void simulated_client::on_end_of_stream(instant now) {
  if (!leaves_) watcher_.on_wrong("a client was closed: " + text_);
  leave(true, now);
}

void simulated_client::on_ended(stream::end_reason why, instant) {
  if (!leaves_) watcher_.on_wrong("a connection has ended: " + std::string(stream::to_string(why)));
  below_ = nullptr;
  has_ended_ = true;
}

}  // namespace wirebird::worker
