#include "perf/load/modes.hh"
#include "perf/load/percentiles.hh"
#include "perf/load/pubsub.hh"
#include "perf/load/server_usage.hh"

#include <memory>

namespace wirebird::load {

namespace {

schedule plan_of(const options& settings) {
  schedule plan;
  plan.interval_ns = static_cast<double>(nanoseconds_per_second) / settings.rate;
  plan.messages = settings.count != 0
                      ? settings.count
                      : static_cast<std::uint64_t>(
                            seconds_of(settings.warm_up + settings.duration) * settings.rate);
  plan.messages = std::max<std::uint64_t>(plan.messages, 1);
  return plan;
}

}  // namespace

void run_latency(const options& settings, report& out) {
  usage_meter usage(settings.server_pid);
  pubsub world(settings);
  const auto latency = std::make_unique<histogram>();
  const auto lateness = std::make_unique<histogram>();
  schedule plan = plan_of(settings);
  plan.start = now_ns();
  const nanoseconds measured_from = plan.start + (settings.count != 0 ? 0 : settings.warm_up);
  world.measure_latency(*latency, measured_from);

  bool measuring = false;
  std::uint64_t delivered_before = 0;
  nanoseconds now = plan.start;
  const nanoseconds give_up = plan.due(plan.messages) + settings.drain;
  while (!world.is_broken() && now < give_up &&
         (world.published() < plan.messages || !world.all_delivered())) {
    if (!measuring && now >= measured_from) {
      measuring = true;
      usage.begin();
      lateness->clear();
      delivered_before = world.delivered();
    }
    world.publish_due(plan, now, *lateness);
    world.receive(0);
    now = now_ns();
  }
  usage.end();

  const double seconds = seconds_of(now - measured_from);
  const std::uint64_t delivered = world.delivered() - delivered_before;
  out.add("publishers", std::uint64_t{settings.publishers});
  out.add("subscribers", std::uint64_t{settings.subscribers});
  out.add("size_bytes", std::uint64_t{settings.size_bytes});
  out.add("wanted_per_second", settings.rate);
  out.add("measured_seconds", seconds);
  if (seconds > 0) out.add("delivered_per_second", static_cast<double>(delivered) / seconds);
  out.add("measured_messages", latency->count());
  add_percentiles(out, "latency", *latency);
  // What of it the load tool caused itself, because it got to send (or could send) too late.
  add_percentiles(out, "sent_late", *lateness);
  usage.add_to(out, seconds, delivered);
  out.add("published", world.published());
  out.add("delivered", world.delivered());
  if (world.published() < plan.messages) {
    out.fault(std::to_string(plan.messages - world.published()) +
              " messages could not be sent: the server does not take this rate");
  }
  world.add_faults_to(out);
}

}  // namespace wirebird::load
