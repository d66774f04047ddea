#include "tests/faults/probe.hh"

#include <algorithm>
#include <ctime>

namespace wirebird::faults {

namespace {

constexpr std::size_t scratch_bytes = 256 * 1024;

}  // namespace

probe::probe(const std::string& host, std::uint16_t port, bool newcomers)
    : stream_(host, port),
      requests_(host, port),
      logins_(host, port),
      scratch_(scratch_bytes),
      newcomers_(newcomers) {
  for (std::size_t i = 0; i < requests_.clients(); ++i)
    watched_.push_back({requests_.descriptor(i), POLLIN, 0});
  watched_.push_back({stream_.descriptor(), POLLIN, 0});
  watched_.push_back({stream_.publisher_descriptor(), POLLIN, 0});
  thread_ = std::thread([this] { run(); });
}

probe::~probe() {
  stop(0);
}

void probe::enter(phase next) {
  phase_.store(next);
}

void probe::stop(load::nanoseconds patience) {
  if (!thread_.joinable()) return;
  patience_ = patience;
  stopping_.store(true);
  thread_.join();
}

phase_figures& probe::now_in(load::nanoseconds now) {
  phase_figures& figures = figures_[static_cast<std::size_t>(phase_.load())];
  if (figures.begin == 0) figures.begin = now;
  figures.end = now;
  return figures;
}

bool probe::is_complete() const {
  const bool stream = stream_.is_complete() || stream_.is_broken();
  const bool requests = requests_.is_complete() || requests_.is_broken();
  return stream && requests && logins_.is_complete();
}

void probe::send(load::nanoseconds now, phase_figures& figures) {
  if (stream_.due() <= now) figures.lateness.record(now - stream_.due());
  stream_.publish(now);
  requests_.send(now);
}

// Few descriptors and a turn every 200 us: poll() is enough, and ppoll() waits in nanoseconds.
void probe::wait(load::nanoseconds until) {
  const load::nanoseconds left = std::max<load::nanoseconds>(until - load::now_ns(), 0);
  const timespec limit{left / load::nanoseconds_per_second, left % load::nanoseconds_per_second};
  if (::ppoll(watched_.data(), watched_.size(), &limit, nullptr) <= 0)
    for (pollfd& each : watched_) each.revents = 0;
}

void probe::receive(phase_figures& figures) {
  const std::size_t requesters = requests_.clients();
  for (std::size_t i = 0; i < requesters; ++i)
    if (watched_[i].revents != 0) requests_.receive(i, scratch_, figures);
  if (watched_[requesters].revents != 0) stream_.receive(scratch_, figures);
  if (watched_[requesters + 1].revents != 0) stream_.receive_at_publisher(scratch_);
  // What has been cut stays readable for ever.
  if (stream_.is_broken() || requests_.is_broken())
    for (pollfd& each : watched_)
      if (each.revents != 0) each.fd = -1;
}

void probe::run() {
  load::nanoseconds now = load::now_ns();
  stream_.start(now);
  requests_.start(now);
  logins_.start(now);
  load::nanoseconds deadline = 0;
  while (true) {
    const bool stopping = stopping_.load();
    now = load::now_ns();
    phase_figures& figures = now_in(now);
    if (stopping && deadline == 0) deadline = now + patience_;
    if (stopping && (is_complete() || now >= deadline)) return;
    if (!stopping) send(now, figures);
    stream_.flush();
    requests_.flush();
    logins_.act(now, newcomers_ && !stopping, figures);
    constexpr load::nanoseconds millisecond = 1'000'000;
    wait(stopping ? now + millisecond : std::min(stream_.due(), requests_.due()));
    receive(figures);
  }
}

std::vector<std::string> probe::complaints() const {
  std::vector<std::string> all;
  stream_.add_complaints(all);
  requests_.add_complaints(all);
  logins_.add_complaints(all);
  return all;
}

}  // namespace wirebird::faults
