#include "tests/worker/simulation.hh"

#include "dataplane/worker/poll_loop.hh"
#include "protocol/subject.hh"

#include <algorithm>
#include <array>
#include <chrono>

namespace wirebird::worker {

namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr mac_address server_mac{{2, 0, 0, 0, 0, 1}};
constexpr std::uint16_t server_port = 4222;
constexpr std::size_t server_frames = 4096;
constexpr unsigned machine_count = 2;
constexpr std::size_t stayers_per_worker = 3;
constexpr std::size_t clients_max = 40;
constexpr std::size_t backlog_max = std::size_t{32} * 1024;
constexpr duration settle_time = seconds(20);

const ip_address server_address = ip_address::from_v4(0x0a000001);

const char* any_of(random& choices, const std::vector<const char*>& texts) {
  return texts[choices.below(texts.size())];
}

}  // namespace

simulation::machine::machine(sim::clock& clock, sim::lan& hub, unsigned number)
    : address(ip_address::from_v4(0x0a000002 + number)),
      dice(number),
      wheel(clock.now()),
      port(hub.attach(frames, {{2, 0, 0, 0, 1, static_cast<std::uint8_t>(number)}})),
      link({.address = {address, 24}, .gateway = {}}, port, wheel, dice),
      tcp(tcp::options{}, frames, memory, link, wheel, {number, 7}, dice, port_capabilities{}) {}

void simulation::machine::iterate(instant now) {
  std::array<frame, burst_frames> burst;
  const std::size_t count = port.receive(burst);
  for (frame& each : std::span(burst).first(count))
    if (auto segment = link.input(std::move(each), now)) tcp.on_datagram(std::move(*segment), now);
  tcp.deliver(now);
  wheel.advance(now);
  tcp.flush(now);
  link.flush();
}

simulation::simulation(const simulation_options& how)
    : how_(how),
      choices_(how.seed),
      hub_(clock_, how.seed + 1, {}),
      between_(how.workers, how.lane_bytes),
      director_({static_cast<std::uint8_t>(how.seed), 1, 2, 3, 5, 8, 13, 21, 34, 55},
                {server_address, server_port}, how.workers),
      frames_between_(how.workers, 1) {
  make_workers();
  for (unsigned number = 0; number < machine_count; ++number)
    machines_.push_back(std::make_unique<machine>(clock_, hub_, number));
  for (std::size_t i = 0; i < stayers_per_worker * how.workers; ++i) come(true);
  play(seconds(1));
  hub_.set_faults(how.wire);
}

/// The port has one queue, which the first worker reads; the others go by it.
void simulation::make_workers() {
  for (unsigned number = 0; number < how_.workers; ++number) {
    plain_frame_pool& pool =
        *pools_.emplace_back(std::make_unique<plain_frame_pool>(server_frames));
    packet_queue* queue = nullptr;
    if (number == 0)
      queue = &hub_.attach(pool, server_mac);
    else
      queue = without_queue_.emplace_back(std::make_unique<testing::memory_queue>(pool, server_mac))
                  .get();
    views_.push_back(std::make_unique<steering::steered_queue>(number, *queue, frames_between_,
                                                               between_, director_));
    const worker_options own{std::size_t{64} << 20, {how_.seed, number}, how_.seed * 10 + number,
                             clock_.now(),          &between_,           number};
    worker& made = *workers_.emplace_back(
        std::make_unique<worker>(own, rules_, identity_, ids_, events_of_log_));
    auto& path = made.port.emplace(
        net::link_options{.address = {server_address, 24}, .gateway = {}}, tcp::options{},
        *views_.back(), made.memory, made.timers, made.choices, made.secret);
    EXPECT_TRUE(path.tcp.listen({server_address, server_port}, made.clients()));
    stands_until_.push_back(clock_.now());
  }
}

simulation::~simulation() {
  end();
}

void simulation::on_wrong(const std::string& what) {
  if (found_.empty()) found_ = what;
}

void simulation::come(bool stays) {
  machine& home = *machines_[clients_.size() % machines_.size()];
  auto made = std::make_unique<simulated_client>(*this, stays);
  stream::connection* const below =
      home.tcp.connect({home.address, 0}, {server_address, server_port}, *made, clock_.now());
  if (below == nullptr) {
    on_wrong("no connection to be had");
    return;
  }
  made->attach(*below);
  made->say(R"(CONNECT {"verbose":false,"pedantic":false,"headers":true,"no_responders":true})"
            "\r\n",
            clock_.now());
  made->ping(clock_.now());
  clients_.push_back(std::move(made));
}

void simulation::publish(simulated_client& from, const std::string& subject,
                         const std::string& reply) {
  const std::uint64_t number = next_message_++;
  std::string body = std::to_string(number) + " ";
  if (choices_.chance(1, 8)) body.append(choices_.below(how_.payload_bytes_max), 'x');
  messages_[number] = {&from, ++events_, subject, {}};
  from.say(
      "PUB " + subject + " " + reply + " " + std::to_string(body.size()) + "\r\n" + body + "\r\n",
      clock_.now());
}

void simulation::act() {
  const instant now = clock_.now();
  simulated_client& one = *clients_[choices_.below(clients_.size())];
  const bool is_at_rest = !one.is_open() || one.backlog() > backlog_max;
  switch (choices_.below(16)) {
    case 0:
    case 1:
      // Groups that nobody leaves by leaving the server are judged more strictly.
      one.subscribe(any_of(choices_, {"a", "a.*", "a.b", "a.>", "b"}),
                    choices_.chance(1, 3) ? (one.stays ? "steady" : "loose") : "", now);
      if (choices_.chance(1, 2)) one.ping(now);
      break;
    case 2: one.unsubscribe(choices_.below(100), now); break;
    case 3: one.ping(now); break;
    case 4:
      if (one.is_open() && one.stays) publish(one, "nobody.has.it", one.expect_refusal(now));
      break;
    case 5: one.take_turns(); break;
    case 6:
      if (clients_.size() < clients_max) come(false);
      break;
    case 7:
      if (!one.stays && one.is_open()) {
        one.leave(choices_.chance(1, 2), now);
        ++totals_.left;
      }
      break;
    case 8:
      stands_until_[choices_.below(stands_until_.size())] =
          now + milliseconds(choices_.below(choices_.chance(1, 10) ? 400 : 20));
      break;
    default:
      if (!is_at_rest)
        for (std::uint64_t burst = choices_.below(6); burst > 0; --burst)
          publish(one, any_of(choices_, {"a", "a.b", "a.c", "b", "a.b.c"}), "");
  }
}

void simulation::on_message(simulated_client& at, const std::string& sid, const std::string& body) {
  const std::uint64_t number = std::stoull(body);
  client_subscription& to = at.by_sid[sid];
  const auto known = messages_.find(number);
  const std::string about = "message " + std::to_string(number) + " at sid " + sid;
  if (known == messages_.end() || !protocol::matches(to.subject, known->second.subject)) {
    on_wrong(about + " does not match");
    return;
  }
  message& what = known->second;
  if (!to.received.insert(number).second) on_wrong(about + " came twice");
  if (!to.queue.empty()) {
    // Its order is kept only while members stay.
    if (++what.groups[to.queue] > 1) on_wrong(about + ": its group had it twice");
    return;
  }
  std::uint64_t& newest = to.newest[what.publisher];
  if (number < newest) on_wrong(about + " is out of order");
  newest = number;
}

/// One iteration of everybody who does not stand still, then time goes to the next event.
void simulation::step(instant until) {
  const instant now = clock_.now();
  bool busy = false;
  const std::size_t first = choices_.below(workers_.size());
  instant next = until;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    const std::size_t at = (first + i) % workers_.size();
    if (stands_until_[at] > now) {
      next = std::min(next, stands_until_[at]);
      continue;
    }
    busy = iterate(*workers_[at], now) || workers_[at]->broker.has_news() || busy;
    next = std::min(next, next_deadline(*workers_[at]));
  }
  for (const auto& each : machines_) {
    each->iterate(now);
    busy = busy || each->tcp.has_work() || each->link.has_queued();
    next = std::min(next, each->wheel.next_deadline());
  }
  next = std::min(next, hub_.next_arrival());
  if (busy) next = now + microseconds(5);
  clock_.advance_to(std::clamp(next, now + microseconds(1), until));
}

void simulation::play(duration length) {
  for (const instant end = clock_.now() + length; clock_.now() < end;) step(end);
}

std::string simulation::run(int acts) {
  for (int i = 0; i < acts && found_.empty(); ++i) {
    act();
    play(microseconds(choices_.below(200)));
  }
  hub_.set_faults({});
  for (const auto& each : clients_) {
    each->ping(clock_.now());
    each->go_on();
  }
  play(settle_time);
  if (found_.empty()) judge();
  return found_;
}

void simulation::judge() {
  for (const auto& each : clients_) {
    if (const std::string open = each->open_matters(); !open.empty()) on_wrong(open);
    totals_.refused_requests += each->refusals();
  }
  for (const auto& [number, what] : messages_) judge_message(number, what);
  for (const auto& each : workers_) {
    const auto& counts = each->broker.counts();
    totals_.crossed += counts.crossings_received.value();
    totals_.lanes_full += counts.lanes_full.value();
    totals_.retransmitted += each->port->tcp.counts().retransmitted.value();
  }
  for (const auto& each : views_) totals_.steered += each->counts().steered.value();
}

/// Who has left may have taken its last messages along.
void simulation::judge_message(std::uint64_t number, const message& what) {
  if (!what.publisher->is_open()) return;
  bool is_steadily_wanted = false;
  for (const auto& each : clients_) {
    if (!each->is_open()) continue;
    for (const auto& [sid, to] : each->by_sid) {
      const bool was_there =
          to.visible < what.sent || (each.get() == what.publisher && to.sent < what.sent);
      if (!was_there || to.gone != never_happened || !protocol::matches(to.subject, what.subject))
        continue;
      if (to.queue == "steady")
        is_steadily_wanted = true;
      else if (to.queue.empty() && to.received.count(number) == 0)
        on_wrong("message " + std::to_string(number) + " on " + what.subject + " did not reach " +
                 to.subject);
    }
  }
  if (is_steadily_wanted && what.groups.count("steady") == 0) ++without_member_;
  std::uint64_t told = 0;
  for (const auto& each : workers_) told += each->broker.counts().messages_without_member.value();
  if (without_member_ > told)
    on_wrong("message " + std::to_string(number) + " did not reach its group");
}

/// As the threads of workers end, and with the same demands.
void simulation::end() {
  for (const auto& each : clients_) each->leave(true, clock_.now());
  play(seconds(1));
  for (const auto& each : workers_) {
    each->port->tcp.stop_listening();
    each->broker.shutdown(clock_.now());
  }
  play(seconds(2));
  for (const auto& each : workers_) {
    EXPECT_EQ(each->broker.sessions(), 0U);
    EXPECT_TRUE(each->broker.is_settled());
    each->port.reset();
  }
  for (int round = 0; round < 2; ++round)
    for (const auto& each : views_) static_cast<void>(each->give_back());
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    EXPECT_TRUE(views_[i]->give_back());
    EXPECT_EQ(pools_[i]->in_use(), 0U);
    EXPECT_EQ(workers_[i]->memory.blocks_in_use(), 0U);
    EXPECT_EQ(workers_[i]->timers.armed(), 0U);
  }
  for (const auto& each : clients_) EXPECT_TRUE(each->has_ended());
}

}  // namespace wirebird::worker
