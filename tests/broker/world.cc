#include "tests/broker/world.hh"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace wirebird::broker {

void wire::send(std::string_view text, std::size_t piece_bytes) {
  if (!is_open()) return;
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, std::min(piece_bytes, std::size_t{64 * 1024}));
    buffer* const block = input_.take(static_cast<std::uint32_t>(piece.size()));
    std::memcpy(block->bytes, piece.data(), piece.size());
    unread_.push_back(slice(*block, block->bytes, static_cast<std::uint32_t>(piece.size())));
    text.remove_prefix(piece.size());
    arrived_ = true;
  }
}

void wire::read(std::size_t count) {
  if (count > 0) progress_due_ = true;
  std::array<byte_view, 1> run;
  while (count > 0 && output().gather(output().begin_position(), run) > 0) {
    const byte_view taken = run[0].first(std::min(count, run[0].size()));
    received += as_text(taken);
    count -= taken.size();
    output().acknowledge(output().begin_position() + taken.size());
  }
}

void wire::poll(instant now) {
  if (ended) return;
  if (closing || aborted || reset_due_) {
    unread_.clear();
    if (closing && !output().empty() && !reset_due_) return;
    output().clear();
    ended = true;
    user().on_ended(aborted      ? stream::end_reason::aborted_by_us
                    : reset_due_ ? stream::end_reason::peer_reset
                                 : stream::end_reason::closed_by_us,
                    now);
    return;
  }
  if (std::exchange(progress_due_, false)) user().on_progress(now);
  if (tells_end_early && !arrived_ && std::exchange(end_due_, false)) {
    user().on_end_of_stream(now);
    return;
  }
  if (paused) return;
  if (!unread_.empty() && (std::exchange(arrived_, false) || offer_due_)) {
    offer_due_ = false;
    user().on_bytes(unread_, now);
    return;
  }
  if (unread_.empty() && std::exchange(end_due_, false)) user().on_end_of_stream(now);
}

void client::send(std::string_view text) {
  const std::size_t piece = around_.options_.piece_bytes;
  while (!text.empty()) {
    wire_.send(text.substr(0, piece));
    text.remove_prefix(std::min(piece, text.size()));
    around_.settle();
  }
}

std::string client::take() {
  return std::exchange(wire_.received, {});
}

world::world(const world_options& given)
    : options_(given),
      memory(given.arena_bytes),
      timers(instant{}),
      choices(given.seed),
      now(instant{} + 1h) {
  identity.server_id = identity.server_name = "NTEST";
  identity.version = "2.9.10";
  identity.go = "none";
  identity.host = "127.0.0.1";
  identity.port = 4222;
  timers.advance(now);
  broker_ = std::make_unique<broker>(
      options_.rules, identity, memory, timers, choices, siphash_key{given.seed, 2},
      given.ids != nullptr ? *given.ids : own_ids_, events, options_.place);
  if (options_.desk != nullptr) broker_->judge_logins_at(*options_.desk);
}

world::~world() {
  for (const auto& each : wires) each->stalled = false;
  broker_->shutdown(now);
  for (int i = 0; i < 10'000 && (broker_->sessions() > 0 || broker_->has_work()); ++i) {
    for (const auto& each : wires) each->drain();
    step();
  }
  EXPECT_EQ(broker_->sessions(), 0U);
  EXPECT_EQ(broker_->subscriptions(), 0U);
  EXPECT_FALSE(broker_->has_work());
  EXPECT_EQ(memory.blocks_in_use(), 0U);
  EXPECT_EQ(input_memory.blocks_in_use(), 0U);
  EXPECT_EQ(timers.armed(), 0U);
}

client world::connect() {
  wires.push_back(std::make_unique<wire>(memory, input_memory));
  wire& made = *wires.back();
  stream::connection* seen = &made;
  if (options_.filtered) {
    // The filter needs somebody above it before the broker has named who that is.
    struct nobody final : stream::handler {
      void on_bytes(slice_queue&, instant) override {}
      void on_end_of_stream(instant) override {}
      void on_progress(instant) override {}
      void on_ended(stream::end_reason, instant) override {}
    } none;
    filters_.push_back(std::make_unique<stream::filter>(made, none, memory));
    seen = filters_.back().get();
  }
  stream::handler* const session = broker_->on_accepted(*seen, now);
  if (session != nullptr)
    seen->set_handler(*session);
  else
    made.ended = true;
  settle();
  return {*this, made};
}

client world::connect(std::string_view connect_json) {
  client made = connect();
  made.send("CONNECT " + std::string(connect_json) + "\r\n");
  static_cast<void>(made.take());
  return made;
}

client world::connect_quiet() {
  return connect(quiet_json);
}

void world::step() {
  begin_step();
  end_step();
}

void world::begin_step() {
  broker_->receive(now);
}

void world::end_step() {
  for (std::size_t i = 0; i < wires.size(); ++i) wires[i]->poll(now);
  timers.advance(now);
  broker_->flush(now);
}

void world::settle() {
  const auto is_due = [](const auto& each) { return each->is_due(); };
  int quiet_rounds = 0;
  for (int i = 0; i < 10'000; ++i) {
    step();
    const bool is_quiet = !broker_->has_work() && std::none_of(wires.begin(), wires.end(), is_due);
    quiet_rounds = is_quiet ? quiet_rounds + 1 : 0;
    // A verdict that is there already is heard of in the next round.
    if (quiet_rounds > (options_.desk != nullptr ? 1 : 0)) return;
    // A stalled client's last bytes keep its connection: nothing more happens at this time.
    if (i > 1000 && !broker_->has_work()) return;
  }
}

void world::advance(duration time) {
  const instant end = now + time;
  while (now < end) {
    now = std::min(end, std::max(now + timer_wheel::tick, timers.next_deadline()));
    settle();
  }
}

}  // namespace wirebird::broker
