#include "tests/faults/probe_requests.hh"

#include <cstring>

namespace wirebird::faults {

struct probe_requests::listener {
  probe_requests& self;
  client& to;
  phase_figures& figures;
  load::nanoseconds now = load::now_ns();

  void on_message(const load::message& message) {
    if (!message.reply.empty()) {
      const std::string_view payload(message.head, message.size);
      to.queue("PUB " + std::string(message.reply) + " " + std::to_string(message.size) + "\r\n");
      to.queue(payload);
      to.queue("\r\n");
      return;
    }
    std::uint64_t request = 0;
    if (message.size == sizeof request) std::memcpy(&request, message.head, sizeof request);
    const auto found = self.waiting_.find(request);
    if (message.size != sizeof request || found == self.waiting_.end()) {
      ++self.unasked_;
      return;
    }
    figures.round.record(now - found->second);
    self.waiting_.erase(found);
  }
  void on_expected(const char*) {}
  void on_ping() { to.queue("PONG\r\n"); }
};

probe_requests::probe_requests(const std::string& host, std::uint16_t port) {
  clients_.emplace_back(host, port, "SUB probe.echo 1\r\n");
  for (std::size_t i = 1; i <= requesters; ++i) {
    clients_.emplace_back(host, port, "SUB _INBOX.probe" + std::to_string(i) + ".* 1\r\n");
  }
}

void probe_requests::send(load::nanoseconds now) {
  for (; due_ <= now; due_ += interval) {
    const std::uint64_t request = sent_++;
    const std::size_t who = 1 + request % requesters;
    waiting_[request] = due_;
    clients_[who].queue("PUB probe.echo _INBOX.probe" + std::to_string(who) + "." +
                        std::to_string(request) + " 8\r\n");
    clients_[who].queue({reinterpret_cast<const char*>(&request), sizeof request});
    clients_[who].queue("\r\n");
    clients_[who].flush();
  }
}

void probe_requests::receive(std::size_t index, std::span<char> scratch, phase_figures& figures) {
  client& from = clients_[index];
  listener judge{*this, from, figures};
  if (broken_.empty() && !from.read(scratch, judge)) {
    broken_ = (index == 0 ? "the responder: " : "a requester: ") + from.why();
  }
  from.flush();
}

void probe_requests::flush() {
  for (client& each : clients_) each.flush();
}

void probe_requests::add_complaints(std::vector<std::string>& to) const {
  if (!broken_.empty()) to.push_back("the probe's requests were cut: " + broken_);
  if (!waiting_.empty())
    to.push_back(std::to_string(waiting_.size()) + " of " + std::to_string(sent_) +
                 " requests of the probe unanswered");
  if (unasked_ > 0) to.push_back(std::to_string(unasked_) + " answers that nobody asked for");
}

}  // namespace wirebird::faults
