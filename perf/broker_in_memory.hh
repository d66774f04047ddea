// What benchmarks of the broker run it in: clients in memory, a clock that steps, no transport.
#pragma once

#include "dataplane/base/arena.hh"
#include "dataplane/base/random.hh"
#include "dataplane/base/slice_queue.hh"
#include "dataplane/base/timer_wheel.hh"
#include "dataplane/broker/broker.hh"
#include "perf/bench_support.hh"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace wirebird::broker {

class silent final : public event_sink, public id_source {
 public:
  void on_client_created(const client_identity&) noexcept override {}
  void on_client_closed(const client_identity&, close_reason) noexcept override {}
  void on_client_error(const client_identity&, std::string_view) noexcept override {}
  void on_refusal(const client_identity&, std::string_view) noexcept override {}
  void on_slow_consumer(const client_identity&, const slow_consumer&) noexcept override {}
  std::uint64_t next_client_id() noexcept override { return ++last_; }

 private:
  std::uint64_t last_ = 0;
};

// A connection whose peer takes everything at once.
class wire final : public stream::connection {
 public:
  explicit wire(arena& memory) : connection(memory) {}

  void flush(instant) override {
    taken_ += output().size();
    output().acknowledge(output().end_position());
  }
  void pause_reading() noexcept override { paused_ = true; }
  void resume_reading() noexcept override { paused_ = false; }
  void close(instant) override { is_closing_ = true; }
  void abort(instant) override {
    output().clear();
    is_closing_ = true;
  }
  [[nodiscard]] endpoint remote() const noexcept override {
    return {ip_address::from_v4(0x0a000002), 4711};
  }
  [[nodiscard]] endpoint local() const noexcept override {
    return {ip_address::from_v4(0x0a000001), 4222};
  }

  void receive(slice piece, instant now) {
    unread_.push_back(std::move(piece));
    offer(now);
  }
  void offer(instant now) {
    if (!paused_ && !unread_.empty()) user().on_bytes(unread_, now);
  }
  void end(instant now) {
    unread_.clear();
    output().clear();
    user().on_ended(stream::end_reason::closed_by_us, now);
  }
  [[nodiscard]] bool is_idle() const { return unread_.empty() && !paused_; }
  [[nodiscard]] bool is_closing() const { return is_closing_; }
  [[nodiscard]] std::uint64_t taken() const { return taken_; }

 private:
  slice_queue unread_;
  std::uint64_t taken_ = 0;
  bool paused_ = false;
  bool is_closing_ = false;
};

class worker {
 public:
  explicit worker(std::size_t clients, const crossing::station& place = {})
      : broker_(rules_, identity_, memory_, timers_, dice_, siphash_key{1, 2}, silent_, silent_,
                place) {
    identity_.server_id = identity_.server_name = "BENCH";
    timers_.advance(now_);
    for (std::size_t i = 0; i < clients; ++i) {
      wires_.push_back(std::make_unique<wire>(memory_));
      wires_.back()->set_handler(*broker_.on_accepted(*wires_.back(), now_));
      say(i, "CONNECT {\"verbose\":false,\"pedantic\":false}\r\nPING\r\n");
    }
  }
  ~worker() {
    broker_.shutdown(now_);
    iterate();
    for (const auto& each : wires_) {
      bench::require(each->is_closing(), "a client outlived the broker");
      each->end(now_);
    }
    while (broker_.sessions() > 0 || broker_.has_work()) iterate();
  }
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;

  void say(std::size_t client, std::string_view text) {
    hear(client, text);
    iterate();
  }
  // Bytes arrive in a block that the slices keep, as a transport delivers them.
  void hear(std::size_t client, std::string_view text) {
    while (!text.empty()) {
      const auto size = static_cast<std::uint32_t>(std::min(text.size(), piece_bytes));
      buffer* const block = input_.take(size);
      std::memcpy(block->bytes, text.data(), size);
      wires_[client]->receive(slice(*block, block->bytes, size), now_);
      text.remove_prefix(size);
    }
  }
  void iterate() {
    now_ += std::chrono::microseconds(10);
    broker_.receive(now_);
    timers_.advance(now_);
    broker_.flush(now_);
  }
  // Until a paused publisher has been read to its end.
  void settle(std::size_t client) {
    iterate();
    while (broker_.has_work() || !wires_[client]->is_idle()) {
      wires_[client]->offer(now_);
      iterate();
    }
  }
  [[nodiscard]] std::uint64_t taken(std::size_t client) const { return wires_[client]->taken(); }

 private:
  static constexpr std::size_t piece_bytes = std::size_t{16} * 1024;

  const options rules_;
  protocol::server_info identity_;
  arena memory_{1024 * 1024 * 1024};
  arena input_{64 * 1024 * 1024};
  instant now_ = instant{} + std::chrono::hours(1);
  timer_wheel timers_{instant{}};
  random dice_{1};
  silent silent_;
  broker broker_;
  std::vector<std::unique_ptr<wire>> wires_;
};

}  // namespace wirebird::broker
