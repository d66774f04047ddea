#include "tests/faults/probe_stream.hh"

#include <array>
#include <cstring>
#include <string_view>

#include <boost/crc.hpp>

namespace wirebird::faults {

namespace {

constexpr std::string_view subject = "probe.stream";
constexpr std::size_t crc_at = probe_stream::payload_bytes - sizeof(std::uint32_t);

std::uint32_t crc32(std::string_view bytes) {
  boost::crc_32_type sum;
  sum.process_bytes(bytes.data(), bytes.size());
  return sum.checksum();
}

template <typename Number>
Number number_at(const char* at) {
  Number number;
  std::memcpy(&number, at, sizeof number);
  return number;
}

std::array<char, probe_stream::payload_bytes> payload_of(std::uint64_t sequence,
                                                         load::nanoseconds due) {
  std::array<char, probe_stream::payload_bytes> payload;
  payload.fill(static_cast<char>('a' + sequence % 26));
  std::memcpy(payload.data(), &sequence, sizeof sequence);
  std::memcpy(payload.data() + sizeof sequence, &due, sizeof due);
  const std::uint32_t sum = crc32({payload.data(), crc_at});
  std::memcpy(payload.data() + crc_at, &sum, sizeof sum);
  return payload;
}

}  // namespace

struct probe_stream::listener {
  probe_stream& self;
  phase_figures& figures;
  load::nanoseconds now = load::now_ns();

  void on_message(const load::message& message) {
    if (message.subject != subject || message.size != payload_bytes ||
        crc32({message.head, crc_at}) != number_at<std::uint32_t>(message.head + crc_at)) {
      ++self.torn_;
      return;
    }
    self.checks_.on_sequence(number_at<std::uint64_t>(message.head));
    figures.delivery.record(now - number_at<load::nanoseconds>(message.head + 8));
    ++figures.messages;
  }
  void on_expected(const char*) {}
  void on_ping() { self.subscriber_.queue("PONG\r\n"); }
};

probe_stream::probe_stream(const std::string& host, std::uint16_t port)
    : publisher_(host, port, ""), subscriber_(host, port, "SUB probe.stream 1\r\n") {}

void probe_stream::publish(load::nanoseconds now) {
  const std::string header =
      "PUB " + std::string(subject) + " " + std::to_string(payload_bytes) + "\r\n";
  for (; due_ <= now; due_ += interval) {
    const auto payload = payload_of(sent_++, due_);
    publisher_.queue(header);
    publisher_.queue({payload.data(), payload.size()});
    publisher_.queue("\r\n");
  }
  publisher_.flush();
}

void probe_stream::receive(std::span<char> scratch, phase_figures& figures) {
  if (!broken_.empty()) return;
  listener judge{*this, figures};
  if (!subscriber_.read(scratch, judge)) broken_ = "the subscriber: " + subscriber_.why();
  subscriber_.flush();
}

void probe_stream::receive_at_publisher(std::span<char> scratch) {
  struct publishers_side {
    client& to;
    void on_message(const load::message&) {}
    void on_expected(const char*) {}
    void on_ping() { to.queue("PONG\r\n"); }
  } side{publisher_};
  if (broken_.empty() && !publisher_.read(scratch, side)) {
    broken_ = "the publisher: " + publisher_.why();
  }
}

void probe_stream::add_complaints(std::vector<std::string>& to) const {
  if (!broken_.empty()) to.push_back("the probe's stream was cut: " + broken_);
  const load::sequence_faults faults = checks_.faults(sent_);
  if (faults.lost > 0) to.push_back(std::to_string(faults.lost) + " messages of the probe lost");
  if (faults.duplicated > 0)
    to.push_back(std::to_string(faults.duplicated) + " messages of the probe came twice");
  if (faults.reordered > 0)
    to.push_back(std::to_string(faults.reordered) + " messages of the probe out of order");
  if (torn_ > 0) to.push_back(std::to_string(torn_) + " messages of the probe with a wrong CRC");
}

}  // namespace wirebird::faults
