#pragma once

#include "dataplane/base/plain_frame_pool.hh"
#include "dataplane/tcp/stack.hh"
#include "tests/sim/clock.hh"

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::tcp {

using namespace std::chrono_literals;

/// One segment of a dialogue, either direction. Sequence numbers count from the speaker's SYN
/// (that is 0, its first byte is 1), acknowledgements from the other's. Flags: letters of "SAFRP"
/// in that order.
struct spoken {
  std::string flags = "A";
  std::uint32_t seq = 0;
  std::uint32_t ack = 0;
  std::string text = {};
  std::optional<std::uint32_t> win = {};  ///< as on the wire; expected: compared when given
  std::optional<std::uint16_t> mss = {};
  std::optional<std::uint8_t> ws = {};
  bool sack_ok = false;
  std::optional<std::uint32_t> ts = {};
  std::optional<std::uint32_t> echo = {};
  std::vector<std::pair<std::uint32_t, std::uint32_t>> sack = {};
};
[[nodiscard]] std::string describe(const spoken&);

/// What lives on a connection in these tests: notes everything, does what it is told.
class recorder final : public stream::handler {
 public:
  void on_bytes(slice_queue& unread, instant now) override;
  void on_end_of_stream(instant now) override;
  void on_progress(instant now) override;
  void on_ended(stream::end_reason reason, instant now) override;

  std::string received;
  std::size_t offers = 0;
  std::size_t progress = 0;
  std::size_t ends_of_stream = 0;
  std::size_t ended_calls = 0;
  std::optional<stream::end_reason> ended;
  std::size_t takes_at_most = ~std::size_t{0};  ///< per on_bytes()
  bool closes_at_end = false;                   ///< close() when the peer has closed
  bool aborts_on_bytes = false;
  bool closes_on_bytes = false;
  stream::connection* below = nullptr;
};

/// A stack with its surroundings; the test is its peer. Every step runs one worker iteration.
/// A failing expectation prints the dialogue so far.
class dialogue : public ::testing::Test, protected datagram_sink, protected stream::acceptor {
 protected:
  static constexpr std::uint16_t port = 4222;
  static constexpr std::uint32_t peer_iss = 0xfffffff0;  // so that numbers wrap early
  static constexpr std::size_t pool_frames = 2000;

  dialogue() { start(options{}); }
  ~dialogue() override;

  /// Begins again with other options.
  void start(const options&, std::size_t frames = pool_frames);

  // The peer speaks.
  void send(const spoken&);
  /// Any bytes in place of a segment.
  void send_raw(std::vector<std::uint8_t> bytes);
  /// From another port of the peer's.
  void send_from(std::uint16_t source_port, const spoken&);
  // We are expected to answer.
  void expect(const spoken&, const char* why = "");
  void expect_silence();
  /// Nothing is sent before `at` (from the start of the dialogue), then time stands there.
  void silence_until(duration at);
  void silence_for(duration length) { silence_until(clock_.since_start() + length); }
  /// Lets time pass and throws away what is sent meanwhile. returns: how many segments.
  std::size_t skip_for(duration length);
  /// The network says something about the segment of ours that began at `seq`.
  void report(path_error::kind what, std::uint32_t seq, std::uint32_t mtu = 0);
  void iterate();

  /// SYN, SYN-ACK, ACK; the peer offers nothing but `syn` says, and its window is `win`.
  void establish(spoken syn = {}, std::uint32_t win = 65535);
  /// We write and flush.
  void write(const std::string& text);

  /// Segments sent and not yet expected.
  std::deque<spoken> said;
  std::deque<std::vector<std::uint8_t>> raw_said;
  recorder user;
  bool refuses = false;
  std::size_t accepts = 0;
  std::size_t room_left = 100000;
  std::uint32_t link_mtu = 1500;
  stream::connection* open_connection = nullptr;
  std::map<std::uint16_t, sequence> our_iss;  ///< by port of the peer

  sim::clock clock_;
  std::unique_ptr<plain_frame_pool> frames_;
  std::unique_ptr<arena> memory_;
  std::unique_ptr<timer_wheel> wheel_;
  std::unique_ptr<random> dice_;
  std::unique_ptr<stack> stack_;
  siphash_key secret_{1, 2};
  endpoint here_{ip_address::from_v4(0x0a000001), port};
  endpoint peer_{ip_address::from_v4(0x0a000002), 50000};

  /// Makes one spoken segment of the peer's into a datagram.
  [[nodiscard]] datagram to_datagram(const spoken&, std::uint16_t source_port);
  void input(datagram&&);
  [[nodiscard]] instant next_deadline() const;
  [[nodiscard]] std::string story() const;

 private:
  // datagram_sink
  void output(datagram&&, instant now) override;
  [[nodiscard]] std::size_t room() const noexcept override { return room_left; }
  [[nodiscard]] std::uint32_t mtu() const noexcept override { return link_mtu; }
  // stream::acceptor
  stream::handler* on_accepted(stream::connection&, instant now) override;

  void note(const std::string& line);

  std::vector<std::string> log_;
};

}  // namespace wirebird::tcp
