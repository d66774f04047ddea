#include "perf/load/modes.hh"
#include "perf/load/pubsub.hh"
#include "perf/load/server_usage.hh"

#include <algorithm>
#include <limits>

namespace wirebird::load {

namespace {

constexpr nanoseconds patience = 20'000'000;
// After the last message: a duplicate would come right behind it.
constexpr nanoseconds grace = 20'000'000;

// The window is 4 MiB of payload and framing for each subscriber, and 256 MiB over all of them:
// enough to keep both sides busy, well below every server's slow-consumer limit.
std::uint64_t default_ahead(const options& settings) {
  constexpr std::uint64_t bytes_each = std::uint64_t{4} << 20U;
  constexpr std::uint64_t bytes_all = std::uint64_t{256} << 20U;
  constexpr std::uint64_t around_payload = 24;
  const std::uint64_t frame = settings.size_bytes + around_payload;
  const std::uint64_t queues = std::uint64_t{settings.publishers} * settings.subscribers;
  return std::max<std::uint64_t>(std::min(bytes_each, bytes_all / queues) / frame, 16);
}

// Steps the publishers and subscribers, and knows when nothing moves any more.
class driver {
 public:
  driver(const options& settings, pubsub& world)
      : world_(world),
        ahead_(settings.ahead != 0 ? settings.ahead : default_ahead(settings)),
        patience_(settings.spin ? 0 : patience),
        stuck_after_(settings.drain) {}

  // Publishes up to `limit` messages per publisher. returns: whether it makes sense to go on.
  bool step(std::uint64_t limit) {
    const bool can_go_on = world_.publish(ahead_, limit);
    world_.receive(can_go_on ? 0 : patience_);
    now_ = now_ns();
    const std::uint64_t moved = world_.delivered() + world_.published();
    if (moved != moved_) {
      moved_ = moved;
      moved_at_ = now_;
    }
    return !world_.is_broken() && now_ - moved_at_ < stuck_after_;
  }
  void run_until(nanoseconds end) {
    while (now_ < end && step(std::numeric_limits<std::uint64_t>::max())) {
    }
  }
  void run_all(std::uint64_t messages, std::uint64_t limit) {
    while ((world_.published() < messages || !world_.all_delivered()) && step(limit)) {
    }
  }
  // Takes in what is still under way, and then a little more.
  void drain() {
    moved_at_ = now_;
    while (!world_.all_delivered() && step(0)) {
    }
    for (const nanoseconds quiet = now_ns() + grace; !world_.is_broken() && now_ns() < quiet;) {
      world_.receive(patience_);
    }
  }

  [[nodiscard]] std::uint64_t ahead() const { return ahead_; }
  [[nodiscard]] nanoseconds now() const { return now_; }

 private:
  pubsub& world_;
  std::uint64_t ahead_;
  nanoseconds patience_;
  nanoseconds stuck_after_;
  nanoseconds now_ = now_ns();
  nanoseconds moved_at_ = now_;
  std::uint64_t moved_ = 0;
};

struct totals {
  nanoseconds at;
  std::uint64_t published;
  std::uint64_t delivered;
};

void add_rates(report& out, const options& settings, const totals& from, const totals& to) {
  const double seconds = seconds_of(to.at - from.at);
  const auto published = static_cast<double>(to.published - from.published);
  const auto delivered = static_cast<double>(to.delivered - from.delivered);
  out.add("measured_seconds", seconds);
  if (seconds <= 0) return;
  out.add("published_per_second", published / seconds);
  out.add("delivered_per_second", delivered / seconds);
  out.add("delivered_bytes_per_second",
          delivered / seconds * static_cast<double>(settings.size_bytes));
}

}  // namespace

void run_throughput(const options& settings, report& out) {
  usage_meter usage(settings.server_pid);
  pubsub world(settings);
  driver load(settings, world);
  const auto take = [&] { return totals{load.now(), world.published(), world.delivered()}; };

  if (settings.count == 0) load.run_until(load.now() + settings.warm_up);
  usage.begin();
  const totals from = take();
  if (settings.count == 0) {
    load.run_until(from.at + settings.duration);
  } else {
    const std::uint64_t each = (settings.count + settings.publishers - 1) / settings.publishers;
    load.run_all(each * settings.publishers, each);
  }
  usage.end();
  const totals to = take();
  const std::uint64_t spread = world.spread();
  load.drain();

  out.add("publishers", std::uint64_t{settings.publishers});
  out.add("subscribers", std::uint64_t{settings.subscribers});
  out.add("size_bytes", std::uint64_t{settings.size_bytes});
  out.add("ahead_messages", load.ahead());
  add_rates(out, settings, from, to);
  out.add("spread_at_end_messages", spread);
  usage.add_to(out, seconds_of(to.at - from.at), to.delivered - from.delivered);
  out.add("published", world.published());
  out.add("delivered", world.delivered());
  world.add_faults_to(out);
}

}  // namespace wirebird::load
