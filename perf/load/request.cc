#include "perf/load/batch.hh"
#include "perf/load/connection.hh"
#include "perf/load/message_reader.hh"
#include "perf/load/modes.hh"
#include "perf/load/percentiles.hh"
#include "perf/load/poller.hh"
#include "perf/load/server_usage.hh"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <sys/socket.h>

namespace wirebird::load {

namespace {

constexpr nanoseconds patience = 20'000'000;

// A connection with bytes that the socket did not take yet.
struct peer {
  peer(const options& settings, std::string_view subscription)
      : link(settings.host, settings.port) {
    link.set_up(subscription);
    link.start();
  }

  // Sends as much of `output` as the socket takes. returns: false when the connection is lost.
  bool flush() {
    while (sent < output.size()) {
      const ssize_t taken =
          ::send(link.number(), output.data() + sent, output.size() - sent, MSG_NOSIGNAL);
      if (taken < 0 && errno == EINTR) continue;
      if (taken < 0) return errno == EAGAIN;
      sent += static_cast<std::size_t>(taken);
    }
    output.clear();
    sent = 0;
    return true;
  }

  connection link;
  message_reader reader;
  std::string output;
  std::size_t sent = 0;
};

struct responder : peer {
  using peer::peer;

  void on_expected(const char*) {}
  void on_message(const message& request) {
    output += "PUB ";
    output += request.reply;
    output += ' ';
    output += size_line;
    // Only the head of a long request is at hand; its filler is the same in every message.
    const std::size_t head = std::min(request.size, head_bytes);
    output.append(request.head, head);
    output.append(request.size - head, 'r');
    output += "\r\n";
  }
  void on_ping() { output += "PONG\r\n"; }

  std::string size_line;  // with CR LF
};

struct requester : peer {
  requester(const options& settings, std::uint64_t index, const std::string& own_inbox)
      : peer(settings, "SUB " + own_inbox + " 1\r\n"),
        number(index),
        inbox(own_inbox),
        size(settings.size_bytes),
        request(settings.subject, inbox, settings.size_bytes, index, 1) {
    reader.expect(inbox, "1", settings.size_bytes);
  }

  void ask(nanoseconds now) {
    request.stamp_next(1);
    asked_at = now;
    waiting = true;
  }
  void on_expected(const char* head) {
    const std::uint64_t wanted = stamp::encode(number, request.stamped() - 1);
    if (waiting && stamp::read<std::uint64_t>(head) == wanted) {
      waiting = false;
    } else {
      ++wrong_answers;
    }
  }
  void on_message(const message& answer) {
    if (answer.subject == inbox && answer.size == size && answer.reply.empty()) {
      on_expected(answer.head);
    } else {
      ++wrong_answers;
    }
  }
  void on_ping() { output += "PONG\r\n"; }

  std::uint64_t number;
  std::string inbox;
  std::size_t size;
  batch request;
  nanoseconds asked_at = 0;
  std::uint64_t wrong_answers = 0;
  bool waiting = false;
};

// Requesters and responders on one thread.
class conversation {
 public:
  explicit conversation(const options& settings);

  // Every requester asks its first question, at most `limit` of them.
  void begin(std::uint64_t limit);
  // Reads what has arrived; requesters ask again as long as fewer than `limit` were asked.
  void step(nanoseconds wait_at_most, std::uint64_t limit);

  [[nodiscard]] std::uint64_t answered() const { return answered_; }
  [[nodiscard]] std::uint64_t outstanding() const { return asked_ - answered_; }
  [[nodiscard]] bool is_broken() const { return !broken_.empty(); }
  // Where round-trip times go; null: nowhere.
  void measure(histogram* round_trips) { round_trips_ = round_trips; }
  void add_faults_to(report& out) const;

 private:
  void ask(requester& from, nanoseconds now);
  void on_requester(requester& from, std::uint64_t limit);
  void on_responder(responder& from);
  void note_broken(const char* who, const std::string& why) {
    if (broken_.empty()) broken_ = std::string(who) + ": " + why;
  }

  std::vector<char> scratch_;
  std::deque<responder> responders_;
  std::deque<requester> requesters_;
  poller poller_;
  histogram* round_trips_ = nullptr;
  std::uint64_t asked_ = 0;
  std::uint64_t answered_ = 0;
  std::string broken_;
};

conversation::conversation(const options& settings) : scratch_(262'144) {
  allow_connections(std::uint64_t{settings.requesters} + settings.responders);
  constexpr std::uint32_t events = EPOLLIN | EPOLLOUT | EPOLLET;
  for (std::uint32_t i = 0; i < settings.responders; ++i) {
    responder& added =
        responders_.emplace_back(settings, "SUB " + settings.subject + " responders 1\r\n");
    added.size_line = std::to_string(settings.size_bytes) + "\r\n";
    poller_.add(added.link.number(), events, i);
  }
  // Inboxes of two load tools at one server must not meet.
  const std::string inbox = "_INBOX.bench" + std::to_string(now_ns()) + ".";
  for (std::uint32_t i = 0; i < settings.requesters; ++i) {
    requester& added = requesters_.emplace_back(settings, i, inbox + std::to_string(i));
    poller_.add(added.link.number(), events, settings.responders + i);
  }
}

void conversation::begin(std::uint64_t limit) {
  for (requester& each : requesters_) {
    if (asked_ < limit) ask(each, now_ns());
  }
}

void conversation::ask(requester& from, nanoseconds now) {
  from.ask(now);
  ++asked_;
  if (from.request.send(from.link.number()) == batch::send_outcome::failed) {
    note_broken("a requester", std::string("sending: ") + std::strerror(errno));
  }
}

void conversation::on_requester(requester& from, std::uint64_t limit) {
  const bool waited = from.waiting;
  read_outcome outcome = read_outcome::more;
  while (outcome == read_outcome::more) {
    outcome = from.reader.read(from.link.number(), scratch_, from);
  }
  if (outcome != read_outcome::drained) note_broken("a requester", from.reader.fault());
  if (waited && !from.waiting) {
    ++answered_;
    const nanoseconds now = now_ns();
    if (round_trips_ != nullptr) round_trips_->record(now - from.asked_at);
    if (asked_ < limit) ask(from, now);
  }
  // The rest of a request goes out before a PONG may.
  if (from.request.is_empty()
          ? !from.flush()
          : from.request.send(from.link.number()) == batch::send_outcome::failed) {
    note_broken("a requester", std::string("sending: ") + std::strerror(errno));
  }
}

void conversation::on_responder(responder& from) {
  read_outcome outcome = read_outcome::more;
  while (outcome == read_outcome::more) {
    outcome = from.reader.read(from.link.number(), scratch_, from);
  }
  if (outcome != read_outcome::drained) note_broken("a responder", from.reader.fault());
  if (!from.flush()) note_broken("a responder", std::string("sending: ") + std::strerror(errno));
}

void conversation::step(nanoseconds wait_at_most, std::uint64_t limit) {
  for (const epoll_event& event : poller_.wait(wait_at_most)) {
    const std::size_t index = event.data.u64;
    if (index < responders_.size()) {
      on_responder(responders_[index]);
    } else {
      on_requester(requesters_[index - responders_.size()], limit);
    }
  }
}

void conversation::add_faults_to(report& out) const {
  std::uint64_t wrong = 0;
  for (const requester& each : requesters_) wrong += each.wrong_answers;
  out.add("unanswered", outstanding());
  out.add("wrong_answers", wrong);
  if (!broken_.empty()) out.fault(broken_);
  if (outstanding() > 0) out.fault(std::to_string(outstanding()) + " requests without an answer");
  if (wrong > 0) out.fault(std::to_string(wrong) + " answers that nobody waited for");
}

}  // namespace

void run_request(const options& settings, report& out) {
  usage_meter usage(settings.server_pid);
  conversation talk(settings);
  const auto round_trips = std::make_unique<histogram>();
  const nanoseconds idle = settings.spin ? 0 : patience;
  constexpr std::uint64_t endless = ~std::uint64_t{0};
  const std::uint64_t limit = settings.count != 0 ? settings.count : endless;

  // Ends at `end`, when `wanted` are answered, or when nothing was for as long as --drain says.
  const auto run_until = [&](nanoseconds end, std::uint64_t wanted, std::uint64_t ask_up_to) {
    nanoseconds now = now_ns();
    nanoseconds moved_at = now;
    std::uint64_t answered = talk.answered();
    while (!talk.is_broken() && now < end && talk.answered() < wanted &&
           now - moved_at < settings.drain) {
      talk.step(idle, ask_up_to);
      now = now_ns();
      if (talk.answered() != answered) moved_at = now;
      answered = talk.answered();
    }
    return now;
  };
  constexpr auto no_end = std::numeric_limits<nanoseconds>::max();
  nanoseconds start = now_ns();
  talk.begin(limit);
  if (settings.count == 0) start = run_until(start + settings.warm_up, endless, endless);
  talk.measure(round_trips.get());
  usage.begin();
  const std::uint64_t before = talk.answered();
  const nanoseconds stop =
      run_until(settings.count != 0 ? no_end : start + settings.duration, limit, limit);
  usage.end();
  talk.measure(nullptr);
  const std::uint64_t answered = talk.answered() - before;
  run_until(no_end, talk.answered() + talk.outstanding(), 0);

  const double seconds = seconds_of(stop - start);
  out.add("requesters", std::uint64_t{settings.requesters});
  out.add("responders", std::uint64_t{settings.responders});
  out.add("size_bytes", std::uint64_t{settings.size_bytes});
  out.add("measured_seconds", seconds);
  if (seconds > 0) out.add("requests_per_second", static_cast<double>(answered) / seconds);
  out.add("measured_requests", round_trips->count());
  add_percentiles(out, "round_trip", *round_trips);
  // A request is two messages for the server.
  usage.add_to(out, seconds, 2 * answered);
  talk.add_faults_to(out);
}

}  // namespace wirebird::load
