#include "perf/load/pubsub.hh"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include <sys/socket.h>

namespace wirebird::load {

namespace {

// One system call carries about this much; larger ones gain nothing on loopback and wait longer.
constexpr std::size_t batch_bytes = 65'536;
constexpr std::size_t batch_frames_max = 4'096;
constexpr std::size_t scratch_bytes = 262'144;

std::size_t frames_per_batch(const options& settings) {
  constexpr std::size_t around_payload = 24;
  return std::clamp<std::size_t>(batch_bytes / (settings.size_bytes + around_payload), 1,
                                 batch_frames_max);
}

}  // namespace

std::uint64_t schedule::due_by(nanoseconds now) const {
  if (now < start) return 0;
  const double passed = static_cast<double>(now - start) / interval_ns;
  return std::min(messages, static_cast<std::uint64_t>(passed) + 1);
}

// Sees each message of one read.
struct pubsub::listener {
  pubsub& owner;
  sequence_check* checks;  // null on a publisher's connection, which gets no messages
  bool ping = false;

  void on_expected(const char* head) {
    const auto word = stamp::read<std::uint64_t>(head);
    const std::uint64_t from = stamp::publisher_of(word);
    if (from >= owner.publishers_.size() || checks == nullptr) {
      ++owner.garbled_;
      return;
    }
    checks[from].on_sequence(stamp::sequence_of(word));
    ++owner.delivered_;
    if (owner.latency_ != nullptr) {
      const auto due = stamp::read<nanoseconds>(head + sizeof word);
      if (due >= owner.latency_from_) owner.latency_->record(now_ns() - due);
    }
  }
  void on_message(const message& arrived) {
    const bool known = arrived.subject == owner.subject_ && arrived.size == owner.size_;
    if (known && arrived.reply.empty()) {
      on_expected(arrived.head);
    } else {
      ++owner.garbled_;
    }
  }
  void on_ping() { ping = true; }
};

pubsub::publisher::publisher(const options& settings, std::uint64_t number)
    : link(settings.host, settings.port),
      frames(settings.subject, "", settings.size_bytes, number, frames_per_batch(settings)) {
  link.set_up("");
  link.start();
}

pubsub::subscriber::subscriber(const options& settings, std::string_view subscription)
    : link(settings.host, settings.port), checks(settings.publishers) {
  reader.expect(settings.subject, "1", settings.size_bytes);
  link.set_up(subscription);
  link.start();
}

pubsub::pubsub(const options& settings)
    : subject_(settings.subject), size_(settings.size_bytes), scratch_(scratch_bytes) {
  allow_connections(std::uint64_t{settings.publishers} + settings.subscribers);
  const std::string subscription = "SUB " + subject_ + " 1\r\n";
  for (std::uint32_t i = 0; i < settings.subscribers; ++i) {
    subscriber& added = subscribers_.emplace_back(settings, subscription);
    poller_.add(added.link.number(), EPOLLIN, settings.publishers + i);
  }
  for (std::uint32_t i = 0; i < settings.publishers; ++i) {
    publisher& added = publishers_.emplace_back(settings, i);
    poller_.add(added.link.number(), EPOLLIN | EPOLLOUT | EPOLLET, i);
  }
}

std::uint64_t pubsub::window_left(publisher& from, std::size_t number, std::uint64_t ahead) const {
  const auto left = [&] {
    const std::uint64_t stamped = from.frames.stamped();
    return ahead - std::min(ahead, stamped - std::min(from.slowest, stamped));
  };
  // Asking a thousand subscribers is worth it only when the last answer is used up.
  if (left() < from.frames.frames_max()) {
    from.slowest = std::numeric_limits<std::uint64_t>::max();
    for (const subscriber& each : subscribers_) {
      from.slowest = std::min(from.slowest, each.checks[number].next());
    }
  }
  return left();
}

void pubsub::send(publisher& from) {
  const batch::send_outcome outcome = from.frames.send(from.link.number());
  if (outcome == batch::send_outcome::some) {
    from.writable = false;
  } else if (outcome == batch::send_outcome::failed) {
    // What the server said before it closed is the better explanation.
    read_publisher(from);
    note_broken("a publisher", std::string("sending: ") + std::strerror(errno));
  } else if (from.pong_owed) {
    from.pong_owed = ::send(from.link.number(), "PONG\r\n", 6, MSG_NOSIGNAL) != 6;
  }
}

bool pubsub::publish(std::uint64_t ahead, std::uint64_t limit) {
  bool can_go_on = false;
  for (std::size_t i = 0; i < publishers_.size(); ++i) {
    publisher& each = publishers_[i];
    if (!each.writable) continue;
    if (each.frames.is_empty()) {
      const std::uint64_t wanted = limit - std::min(limit, each.frames.stamped());
      if (wanted == 0) continue;
      // Near the end of the window, wait for half a batch: tiny batches would cost the server
      // more than the window is meant to.
      const std::uint64_t left = window_left(each, i, ahead);
      const std::uint64_t worthwhile = std::min(
          wanted,
          std::max<std::uint64_t>(std::min<std::uint64_t>(each.frames.frames_max(), ahead) / 2, 1));
      if (left < worthwhile) continue;
      const std::uint64_t count = std::min({wanted, left, std::uint64_t{each.frames.frames_max()}});
      each.frames.stamp_next(static_cast<std::size_t>(count));
    }
    send(each);
    can_go_on |= each.writable;
  }
  return can_go_on;
}

void pubsub::publish_due(const schedule& plan, nanoseconds now, histogram& lateness) {
  const std::uint64_t due = plan.due_by(now);
  const std::uint64_t stride = publishers_.size();
  for (std::uint64_t i = 0; i < stride; ++i) {
    publisher& each = publishers_[i];
    if (!each.writable) continue;
    if (each.frames.is_empty()) {
      const std::uint64_t own_due = due > i ? (due - i + stride - 1) / stride : 0;
      const std::uint64_t late = own_due - std::min(own_due, each.frames.stamped());
      if (late == 0) continue;
      const auto count = std::min<std::uint64_t>(late, each.frames.frames_max());
      each.frames.stamp_next(static_cast<std::size_t>(count), [&](std::uint64_t sequence) {
        const nanoseconds time = plan.due(sequence * stride + i);
        lateness.record(now - time);
        return time;
      });
    }
    send(each);
  }
}

void pubsub::receive(nanoseconds patience) {
  for (const epoll_event& event : poller_.wait(patience)) {
    const std::size_t index = event.data.u64;
    if (index >= publishers_.size()) {
      read_subscriber(subscribers_[index - publishers_.size()]);
      continue;
    }
    publisher& from = publishers_[index];
    if ((event.events & EPOLLOUT) != 0) from.writable = true;
    if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read_publisher(from);
  }
}

void pubsub::read_publisher(publisher& from) {
  listener sink{*this, nullptr};
  read_outcome outcome = read_outcome::more;
  while (outcome == read_outcome::more) {
    outcome = from.reader.read(from.link.number(), scratch_, sink);
  }
  from.pong_owed |= sink.ping;
  if (from.pong_owed && from.frames.is_empty()) send(from);
  if (outcome != read_outcome::drained) note_broken("a publisher", from.reader.fault());
}

void pubsub::read_subscriber(subscriber& from) {
  listener sink{*this, from.checks.data()};
  const read_outcome outcome = from.reader.read(from.link.number(), scratch_, sink);
  if (sink.ping && ::send(from.link.number(), "PONG\r\n", 6, MSG_NOSIGNAL) != 6) {
    note_broken("a subscriber", "its PONG cannot be sent");
  }
  if (outcome == read_outcome::closed || outcome == read_outcome::malformed) {
    note_broken("a subscriber", from.reader.fault());
  }
}

void pubsub::note_broken(const std::string& who, const std::string& why) {
  if (broken_.empty()) broken_ = who + ": " + why;
}

void pubsub::measure_latency(histogram& latency, nanoseconds from) {
  latency_ = &latency;
  latency_from_ = from;
}

std::uint64_t pubsub::published() const {
  std::uint64_t sum = 0;
  for (const publisher& each : publishers_) sum += each.frames.stamped();
  return sum;
}

bool pubsub::all_sent() const {
  return std::all_of(publishers_.begin(), publishers_.end(),
                     [](const publisher& each) { return each.frames.is_empty(); });
}

bool pubsub::all_delivered() const {
  return all_sent() && delivered_ >= published() * subscribers_.size();
}

std::uint64_t pubsub::spread() const {
  std::uint64_t widest = 0;
  for (std::size_t i = 0; i < publishers_.size(); ++i) {
    std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t most = 0;
    for (const subscriber& each : subscribers_) {
      least = std::min(least, each.checks[i].next());
      most = std::max(most, each.checks[i].next());
    }
    widest = std::max(widest, most - least);
  }
  return widest;
}

void pubsub::add_faults_to(report& out) const {
  sequence_faults sum;
  for (const subscriber& each : subscribers_) {
    for (std::size_t i = 0; i < publishers_.size(); ++i) {
      sum += each.checks[i].faults(publishers_[i].frames.stamped());
    }
  }
  out.add("lost", sum.lost);
  out.add("duplicated", sum.duplicated);
  out.add("reordered", sum.reordered);
  out.add("garbled", garbled_);
  if (!broken_.empty()) out.fault(broken_);
  if (sum.lost > 0) out.fault(std::to_string(sum.lost) + " messages lost");
  if (sum.duplicated > 0) out.fault(std::to_string(sum.duplicated) + " messages duplicated");
  if (sum.reordered > 0) out.fault(std::to_string(sum.reordered) + " messages out of order");
  if (garbled_ > 0) out.fault(std::to_string(garbled_) + " messages that nobody sent like that");
}

}  // namespace wirebird::load
