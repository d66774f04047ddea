// Two TCP stacks and nothing between them: what one sends is the other's input at once, in the same
// frame. A burst of writes of B bytes goes out, each flushed by itself, and is received and read;
// the receiver acknowledges as it does for any peer. Items are segments of both directions, so one
// item is one segment sent and received; bytes are stream bytes.
#include "dataplane/base/plain_frame_pool.hh"
#include "dataplane/tcp/stack.hh"
#include "perf/bench_support.hh"

#include <array>
#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

namespace wirebird::tcp {
namespace {

class pipe final : public datagram_sink {
 public:
  void output(datagram&& packet, instant) override { under_way_.push_back(std::move(packet)); }
  [[nodiscard]] std::size_t room() const noexcept override { return 1024; }
  [[nodiscard]] std::uint32_t mtu() const noexcept override { return 1500; }

  [[nodiscard]] std::vector<datagram>& under_way() { return under_way_; }

 private:
  std::vector<datagram> under_way_;
};

class reader final : public stream::handler {
 public:
  void on_bytes(slice_queue& unread, instant) override {
    read_ += unread.size();
    unread.consume(unread.size());
  }
  void on_end_of_stream(instant) override {}
  void on_progress(instant) override { established_ = true; }
  void on_ended(stream::end_reason, instant) override {}

  [[nodiscard]] std::uint64_t read() const { return read_; }
  [[nodiscard]] bool established() const { return established_; }

 private:
  std::uint64_t read_ = 0;
  bool established_ = false;
};

class host final : public stream::acceptor {
 public:
  explicit host(const port_capabilities& port)
      : tcp(settings_, frames, memory_, out, wheel, siphash_key{1, 2}, dice_, port) {}

  stream::handler* on_accepted(stream::connection&, instant) override { return &user; }

 private:
  const options settings_;
  random dice_{1};
  arena memory_{64 * 1024 * 1024};

 public:
  plain_frame_pool frames{8192};
  timer_wheel wheel{instant{} + std::chrono::hours(1)};
  pipe out;
  reader user;
  stack tcp;
};

// A port that does checksums, as every NIC does, or one that leaves them to us.
port_capabilities capabilities(bool offload) {
  port_capabilities port;
  port.verifies_checksums = port.fills_checksums = offload;
  return port;
}

class conversation {
 public:
  static constexpr std::size_t writes_per_burst = 32;

  explicit conversation(bool offload)
      : offload_(offload), hosts_{{host(capabilities(offload)), host(capabilities(offload))}} {
    const endpoint server{ip_address::from_v4(0x0a000002), 4222};
    bench::require(hosts_[1].tcp.listen(server, hosts_[1]), "cannot listen");
    to_server =
        hosts_[0].tcp.connect({ip_address::from_v4(0x0a000001), 0}, server, hosts_[0].user, now);
    while (!hosts_[0].user.established()) iterate();
  }

  void write_burst(byte_view bytes) {
    for (std::size_t i = 0; i < writes_per_burst; ++i) {
      bench::require(to_server->output().append_copy(bytes), "no memory");
      to_server->flush(now);
    }
    written += writes_per_burst * bytes.size();
    while (received() < written) iterate();
  }
  void iterate() {
    now += std::chrono::microseconds(20);
    for (std::size_t side = 0; side < 2; ++side) {
      host& at = hosts_[side];
      arriving_.swap(hosts_[1 - side].out.under_way());
      for (datagram& each : arriving_) {
        each.payload.marks().checksums_verified = offload_;
        each.payload.marks().offload_checksums = false;
        at.tcp.on_datagram(std::move(each), now);
      }
      segments += arriving_.size();
      arriving_.clear();
      at.tcp.deliver(now);
      at.wheel.advance(now);
      at.tcp.flush(now);
    }
  }
  [[nodiscard]] std::uint64_t received() const { return hosts_[1].user.read(); }

  instant now = instant{} + std::chrono::hours(1);
  stream::connection* to_server = nullptr;
  std::uint64_t written = 0;
  std::uint64_t segments = 0;

 private:
  bool offload_;
  std::array<host, 2> hosts_;
  std::vector<datagram> arriving_;
};

void send_and_receive(benchmark::State& state) {
  const std::vector<std::uint8_t> bytes(static_cast<std::size_t>(state.range(0)), 'x');
  conversation talk(state.range(1) != 0);
  for (int i = 0; i < 20; ++i) talk.write_burst(bytes);  // past slow start
  const std::uint64_t before = talk.received();
  talk.segments = 0;
  for (auto _ : state) talk.write_burst(bytes);
  const std::uint64_t written = static_cast<std::uint64_t>(state.iterations()) *
                                conversation::writes_per_burst * bytes.size();
  bench::require(talk.received() - before == written, "bytes were lost in memory");
  state.SetItemsProcessed(static_cast<std::int64_t>(talk.segments));
  state.SetBytesProcessed(static_cast<std::int64_t>(written));
}
BENCHMARK(send_and_receive)
    ->ArgNames({"bytes", "offload"})
    ->ArgsProduct({{64, 1448, 16384}, {0, 1}});

}  // namespace
}  // namespace wirebird::tcp

BENCHMARK_MAIN();
