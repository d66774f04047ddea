#include "tests/tcp/simulation.hh"

#include <algorithm>
#include <array>

namespace wirebird::tcp {

using namespace std::chrono_literals;

namespace {

constexpr std::uint16_t port = 4222;
constexpr duration faults_last = 10s;
/// After the faults everything must be over by now: the longest back-off (60 s) twice, the rest.
constexpr duration time_allowed = 300s;
constexpr std::size_t backlog_max = 64 * 1024;

sim::faults some_faults(random& dice) {
  sim::faults how;
  how.loss = static_cast<unsigned>(dice.below(4) == 0 ? 0 : dice.below(100));
  how.duplication = static_cast<unsigned>(dice.below(50));
  how.reordering = static_cast<unsigned>(dice.below(200));
  how.bit_flips = static_cast<unsigned>(dice.below(30));
  how.delay = std::chrono::microseconds(10 + dice.below(2000));
  how.jitter = std::chrono::microseconds(dice.below(200));
  how.held_back = std::chrono::microseconds(dice.below(20000));
  how.in_flight_max = 20 + dice.below(500);
  return how;
}

options some_options(random& dice) {
  options settings;
  settings.receive_buffer_bytes = static_cast<std::uint32_t>(4096 << dice.below(7));
  settings.time_wait = 30s;  // longer than any back-off here lasts
  settings.rto_min = std::chrono::milliseconds(dice.chance(1, 2) ? 200 : 20);
  return settings;
}

}  // namespace

std::uint8_t talker::byte_at(unsigned direction, std::size_t position) noexcept {
  return static_cast<std::uint8_t>(position * 31 + (position >> 8) * 7 + direction * 101);
}

void talker::act(instant now) {
  if (ended_ || below_ == nullptr) return;
  if (paused_ ? dice_.chance(1, 20) : dice_.chance(1, 60)) {
    paused_ = !paused_;
    paused_ ? below_->pause_reading() : below_->resume_reading();
  }
  write_some(now);
  if (written_ == writes_ && read_ == reads_ && !closed_ && dice_.chance(1, 3)) {
    closed_ = true;
    below_->close(now);
  }
}

void talker::write_some(instant now) {
  if (written_ == writes_ || below_->output().size() > backlog_max || dice_.chance(1, 2)) return;
  const std::size_t most = dice_.chance(1, 4) ? 20000 : 300;
  const std::size_t count = std::min<std::size_t>(1 + dice_.below(most), writes_ - written_);
  std::vector<std::uint8_t> bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = byte_at(direction_, written_ + i);
  if (!below_->output().append_copy(bytes)) return;
  written_ += count;
  below_->flush(now);
}

void talker::on_bytes(slice_queue& unread, instant) {
  if (paused_) wrong_ = "bytes while paused";
  std::size_t takes = dice_.chance(1, 4) ? dice_.below(unread.size() + 1) : unread.size();
  while (takes > 0) {
    const slice& front = unread.front();
    const std::size_t count = std::min<std::size_t>(front.size(), takes);
    for (std::size_t i = 0; i < count && wrong_.empty(); ++i)
      if (front.data()[i] != byte_at(1 - direction_, read_ + i))
        wrong_ = "wrong byte at " + std::to_string(read_ + i);
    read_ += count;
    takes -= count;
    unread.consume(count);
  }
  if (unread.empty()) return;
  // What is left is offered again with the next bytes; there may be none.
  paused_ = true;
  below_->pause_reading();
}

void talker::on_end_of_stream(instant) {
  ++ends_of_stream_;
  if (read_ != reads_) wrong_ = "end of stream after " + std::to_string(read_);
}

void talker::on_progress(instant) {}

void talker::on_ended(stream::end_reason reason, instant) {
  ++ends_;
  ended_ = true;
  reason_ = reason;
  below_ = nullptr;
}

std::string talker::verdict() const {
  if (!wrong_.empty()) return wrong_;
  if (!ended_)
    return "still open, read " + std::to_string(read_) + " of " + std::to_string(reads_) +
           ", written " + std::to_string(written_) + " of " + std::to_string(writes_);
  if (ends_ != 1) return "on_ended " + std::to_string(ends_) + " times";
  if (ends_of_stream_ > 1) return "end of stream told twice";
  if (read_ != reads_) return "read " + std::to_string(read_) + " of " + std::to_string(reads_);
  const bool orderly =
      reason_ == stream::end_reason::closed_by_us || reason_ == stream::end_reason::peer_closed;
  return orderly ? "" : "ended: " + std::string(stream::to_string(reason_));
}

host::host(sim::clock& clock, datagram_sink& sink, const options& settings, std::uint64_t seed,
           std::size_t frame_count)
    : dice(seed), frames(frame_count), memory(8 * 1024 * 1024), wheel(clock.now()) {
  const siphash_key secret{dice.next(), dice.next()};
  tcp = std::make_unique<stack>(settings, frames, memory, sink, wheel, secret, dice,
                                port_capabilities{});
}

stream::handler* host::on_accepted(stream::connection& accepted, instant) {
  if (waiting.empty()) return nullptr;
  talkers.push_back(std::move(waiting.back()));
  waiting.pop_back();
  talkers.back()->attach(accepted);
  return talkers.back().get();
}

void host::iterate(instant now) {
  tcp->deliver(now);
  wheel.advance(now);
  for (const auto& each : talkers) each->act(now);
  tcp->flush(now);
}

std::string host::leftovers() {
  if (tcp->connections() != 0) return std::to_string(tcp->connections()) + " connections left";
  if (tcp->time_waits() != 0) return "TIME_WAIT entries left";
  tcp.reset();
  if (frames.in_use() != 0) return std::to_string(frames.in_use()) + " frames left";
  if (memory.blocks_in_use() != 0) return "arena blocks left";
  if (wheel.armed() != 0) return "timers left";
  return "";
}

namespace {

/// Two hosts and the cable; plays until all is over or time is up.
class world {
 public:
  explicit world(std::uint64_t seed)
      : dice_(seed), cable_(seed + 1, some_faults(dice_)), settings_(some_options(dice_)) {
    for (unsigned side = 0; side < 2; ++side) {
      cable_.side(side).set_mtu(static_cast<std::uint32_t>(dice_.chance(1, 2) ? 1500 : 576));
      hosts_[side] = std::make_unique<host>(clock_, cable_.side(side), settings_, seed * 2 + side,
                                            300 + dice_.below(1000));
    }
  }

  std::string play() {
    if (!hosts_[1]->tcp->listen({ip_address{}, port}, *hosts_[1])) return "cannot listen";
    const std::size_t pairs = 1 + dice_.below(4);
    for (std::size_t i = 0; i < pairs; ++i) connect();
    const instant faults_end = clock_.now() + faults_last;
    const instant deadline = faults_end + time_allowed;
    while (clock_.now() < deadline && !is_over()) {
      if (clock_.now() >= faults_end) cable_.set_faults(sim::faults{});
      step();
    }
    return verdict();
  }

 private:
  void connect() {
    const std::size_t there = dice_.below(dice_.chance(1, 3) ? 200000 : 3000);
    const std::size_t back = dice_.below(dice_.chance(1, 3) ? 200000 : 3000);
    // A listener cannot tell connections apart: all answers are equally long.
    if (lengths_[0] == 0) lengths_ = {there + 1, back + 1};
    hosts_[1]->waiting.push_back(
        std::make_unique<talker>(dice_.next(), lengths_[1], lengths_[0], 1U));
    auto& mine = hosts_[0]->talkers;
    mine.push_back(std::make_unique<talker>(dice_.next(), lengths_[0], lengths_[1], 0U));
    const endpoint from{ip_address::from_v4(0x0a000001), 0};
    const endpoint to{ip_address::from_v4(0x0a000002), port};
    stream::connection* opened = hosts_[0]->tcp->connect(from, to, *mine.back(), clock_.now());
    if (opened != nullptr) mine.back()->attach(*opened);
  }

  void step() {
    for (unsigned side = 0; side < 2; ++side) {
      host& at = *hosts_[side];
      cable_.deliver(side, at.frames, clock_.now(), [&](datagram&& packet) {
        at.tcp->on_datagram(std::move(packet), clock_.now());
      });
      at.iterate(clock_.now());
    }
    instant next = std::min(cable_.next_arrival(), clock_.now() + pause_of_talkers());
    for (const auto& each : hosts_) {
      next = std::min(next, each->wheel.next_deadline());
      if (each->tcp->has_work()) next = clock_.now();
    }
    clock_.advance_to(std::max(next, clock_.now() + 1us));
  }

  /// The applications act often while something is to be done, then only timers and wire count.
  duration pause_of_talkers() {
    bool all_ended = true;
    for (const auto& each : hosts_)
      for (const auto& one : each->talkers) all_ended = all_ended && one->has_ended();
    return all_ended ? duration(10s) : duration(std::chrono::microseconds(100 + dice_.below(3000)));
  }

  [[nodiscard]] bool is_over() const {
    for (const auto& each : hosts_) {
      if (each->tcp->connections() + each->tcp->time_waits() != 0) return false;
      if (!each->waiting.empty()) return false;
    }
    return cable_.next_arrival() == never;
  }

  std::string verdict() {
    for (const auto& each : hosts_)
      for (const auto& one : each->talkers)
        if (const std::string what = one->verdict(); !what.empty()) return what;
    for (const auto& each : hosts_)
      if (const std::string what = each->leftovers(); !what.empty()) return what;
    return "";
  }

  random dice_;
  sim::clock clock_;
  sim::wire cable_;
  options settings_;
  std::array<std::unique_ptr<host>, 2> hosts_;
  std::array<std::size_t, 2> lengths_{};
};

}  // namespace

std::string simulate(std::uint64_t seed) {
  return world(seed).play();
}

}  // namespace wirebird::tcp
