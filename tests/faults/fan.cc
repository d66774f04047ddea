#include "tests/faults/fan.hh"

#include <algorithm>
#include <cstring>

namespace wirebird::faults {

struct fan::listener {
  subscriber& self;

  void on_message(const load::message& message) {
    std::uint64_t sequence = 0;
    std::memcpy(&sequence, message.head, sizeof sequence);
    self.checks.on_sequence(sequence);
  }
  void on_expected(const char*) {}
  void on_ping() { self.link.queue("PONG\r\n"); }
};

fan::fan(const std::string& host, std::uint16_t port, const std::string& subject,
         std::size_t subscribers, std::size_t payload_bytes)
    : publisher_(host, port, ""), scratch_(256 * 1024) {
  load::allow_connections(subscribers + 256);
  for (std::size_t i = 0; i < subscribers; ++i) {
    subscribers_.push_back({client(host, port, "SUB " + subject + " 1\r\n"), {}});
    watched_.push_back({subscribers_.back().link.descriptor(), POLLIN, 0});
  }
  watched_.push_back({publisher_.descriptor(), POLLIN, 0});
  frame_ = "PUB " + subject + " " + std::to_string(payload_bytes) + "\r\n";
  sequence_at_ = frame_.size();
  frame_.append(payload_bytes, 'f');
  frame_ += "\r\n";
}

void fan::publish(std::uint64_t count) {
  publisher_.flush();
  if (publisher_.has_unsent()) return;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::memcpy(frame_.data() + sequence_at_, &published_, sizeof published_);
    ++published_;
    publisher_.queue(frame_);
  }
  publisher_.flush();
}

std::uint64_t fan::run(double rate, load::nanoseconds span) {
  const std::uint64_t before = published_;
  const load::nanoseconds begin = load::now_ns();
  constexpr std::uint64_t burst = 64;  // then it reads, however much there is to publish
  for (load::nanoseconds now = begin; now < begin + span; now = load::now_ns()) {
    publish(std::min(burst, due(rate, now - begin, before)));
    receive(rate > 0 ? 1 : 0);
  }
  return published_ - before;
}

/// Messages that may be published now, when `already` were before this run.
std::uint64_t fan::due(double rate, load::nanoseconds passed, std::uint64_t already) const {
  const std::uint64_t least = slowest() + window;
  if (rate == 0) return least - std::min(least, published_);
  const auto wanted = already + static_cast<std::uint64_t>(rate * load::seconds_of(passed)) + 1;
  return wanted - std::min(wanted, published_);
}

std::uint64_t fan::slowest() const {
  std::uint64_t least = published_;
  for (const subscriber& one : subscribers_)
    if (!one.broken) least = std::min(least, one.checks.next());
  return least;
}

bool fan::drain(load::nanoseconds limit) {
  const load::nanoseconds end = load::now_ns() + limit;
  const auto has_all = [this](const subscriber& one) {
    return one.broken || one.checks.next() == published_;
  };
  while (!std::ranges::all_of(subscribers_, has_all)) {
    if (load::now_ns() > end) return false;
    publisher_.flush();
    receive(1);
  }
  return true;
}

void fan::receive(int wait_ms) {
  struct quiet {
    client& link;
    void on_message(const load::message&) {}
    void on_expected(const char*) {}
    void on_ping() { link.queue("PONG\r\n"); }
  } publishers_side{publisher_};
  if (::poll(watched_.data(), watched_.size(), wait_ms) <= 0) return;
  for (std::size_t i = 0; i < subscribers_.size(); ++i) {
    subscriber& one = subscribers_[i];
    if (watched_[i].revents == 0) continue;
    listener judge{one};
    one.broken = !one.link.read(scratch_, judge);
    if (one.broken) watched_[i].fd = -1;
    one.link.flush();
  }
  if (watched_.back().revents != 0 && !publisher_.read(scratch_, publishers_side))
    watched_.back().fd = -1;
}

std::uint64_t fan::delivered() const {
  std::uint64_t sum = 0;
  for (const subscriber& one : subscribers_) sum += one.checks.next();
  return sum;
}

std::string fan::complaint() const {
  load::sequence_faults faults;
  std::string broken;
  for (const subscriber& one : subscribers_) {
    faults += one.checks.faults(published_);
    if (one.broken && broken.empty()) broken = "a subscriber was cut: " + one.link.why();
  }
  if (!faults.any()) return broken;
  return broken + " lost " + std::to_string(faults.lost) + ", twice " +
         std::to_string(faults.duplicated) + ", out of order " + std::to_string(faults.reordered);
}

}  // namespace wirebird::faults
