#include "dataplane/base/checksum.hh"
#include "dataplane/net/link.hh"
#include "dataplane/tcp/stack.hh"
#include "tests/fuzz/input.hh"
#include "tests/fuzz/live_stack.hh"
#include "tests/fuzz/tight_frames.hh"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

// Ethernet frames, in any order, against a live link with a live stack above it that has one
// connection. Each frame has exactly one fate; what is sent is sound; after each input everything
// is back. Input: a list of frames, each behind a byte that says which checksums and addresses are
// to be made right, and one for its length.
namespace {

using namespace wirebird;
using namespace wirebird::fuzz;

constexpr mac_address our_mac{{2, 0, 0, 0, 0, 1}};
constexpr mac_address peer_mac{{2, 0, 0, 0, 0, 2}};
constexpr std::uint32_t our_address = 0x0a000001;
constexpr std::uint32_t peer_address = 0x0a000002;
constexpr std::uint16_t listening_port = 4222;

memories& shared() {
  static memories all;
  return all;
}

/// A port that looks at what it is to send and throws it away.
class judge final : public lone_queue {
 public:
  std::size_t receive(std::span<frame>) noexcept override { return 0; }
  std::size_t send(std::span<frame> from) noexcept override {
    for (frame& packet : from) {
      require(packet.size() >= net::ethernet_header_bytes && packet.size() <= 1514);
      const auto view = net::ethernet_view::of(packet.bytes());
      require(view->is_from(our_mac));
      if (view->type() == net::ethernet_type::ipv4) {
        const auto ip = net::ipv4_view::of(packet.bytes().subspan(net::ethernet_header_bytes));
        require(ip && ip->checksum_holds() && ip->source() == our_address);
      } else {
        require(view->type() == net::ethernet_type::arp);
      }
      packet = frame();
    }
    return from.size();
  }
  frame_pool& frames() noexcept override { return shared().frames; }
  mac_address mac() const noexcept override { return our_mac; }
  const port_capabilities& capabilities() const noexcept override { return capabilities_; }
  void wait(duration) noexcept override {}

 private:
  port_capabilities capabilities_;
};

class machine {
 public:
  machine() {
    link_.emplace(net::link_options{.address = {ip_address::from_v4(our_address), 24},
                                    .gateway = ip_address::from_v4(0x0a0000fe)},
                  queue_, wheel_, dice_);
    stack_.emplace(small_options(), shared().frames, shared().memory, *link_, wheel_,
                   siphash_key{1, 2}, dice_, queue_.capabilities());
    link_->report_path_errors_to(*stack_);
    require(stack_->listen({ip_address{}, listening_port}, users_));
    open();
  }

  void take(byte_view bytes, std::uint8_t how) {
    std::array<std::uint8_t, 256> made{};
    std::copy(bytes.begin(), bytes.end(), made.begin());
    repair({made.data(), bytes.size()}, how);
    frame packet = received_.make(byte_view(made).first(bytes.size()),
                                  {.checksums_verified = (how & 0x80) != 0});
    if (auto segment = link_->input(std::move(packet), now_))
      stack_->on_datagram(std::move(*segment), now_);
    iterate();
  }
  void pass(duration time) {
    now_ += time;
    iterate();
  }
  void finish() {
    check_fates();
    stack_.reset();
    link_.reset();
    require(wheel_.armed() == 0 && received_.live() == 0);
  }

 private:
  /// A connection that we open, so that its numbers and the neighbour are there to be attacked.
  void open() {
    user& mine = users_.add(nullptr);
    mine.below = stack_->connect({ip_address::from_v4(our_address), 50000},
                                 {ip_address::from_v4(peer_address), 4222}, mine, now_);
    iterate();
  }

  void iterate() {
    stack_->deliver(now_);
    wheel_.advance(now_);
    stack_->flush(now_);
    link_->flush();
  }

  /// Makes right what a fuzzer would need long to guess.
  static void repair(mutable_bytes bytes, std::uint8_t how) {
    if (bytes.size() < 34) return;
    if ((how & 1) != 0) {
      std::copy(our_mac.octets.begin(), our_mac.octets.end(), bytes.begin());
      std::copy(peer_mac.octets.begin(), peer_mac.octets.end(), bytes.begin() + 6);
    }
    std::uint8_t* ip = bytes.data() + 14;
    if ((how & 2) != 0) {
      store_be16(bytes.data() + 12, 0x0800);
      ip[0] = static_cast<std::uint8_t>(0x45 + ((how & 0x40) != 0 ? ip[0] % 11 : 0));
      store_be16(ip + 2, static_cast<std::uint16_t>(bytes.size() - 14));
      store_be16(ip + 6, 0x4000);
      store_be32(ip + 12, peer_address);
      store_be32(ip + 16, our_address);
    }
    const std::size_t header = std::size_t{ip[0] & 0xfU} * 4;
    if (header < 20 || 14 + header > bytes.size()) return;
    if ((how & 4) != 0) {
      store_be16(ip + 10, 0);
      store_be16(ip + 10, checksum_finish(checksum_add(0, {ip, header})));
    }
    const mutable_bytes payload = bytes.subspan(14 + header);
    if ((how & 8) != 0 && ip[9] == 1 && payload.size() >= 8) {
      store_be16(payload.data() + 2, 0);
      store_be16(payload.data() + 2, checksum_finish(checksum_add(0, payload)));
    }
    if ((how & 8) != 0 && ip[9] == 6 && payload.size() >= 20) {
      const std::uint64_t start = checksum_pseudo_header(
          ip_address::from_v4(peer_address), ip_address::from_v4(our_address), 6,
          static_cast<std::uint32_t>(payload.size()));
      store_be16(payload.data() + 16, 0);
      store_be16(payload.data() + 16, checksum_finish(checksum_add(start, payload)));
    }
  }

  void check_fates() const {
    std::uint64_t fates = 0;
    bool counting = false;
    link_->counts().for_each([&](std::string_view name, const counter& count) {
      if (name == "frames_queued") counting = false;
      if (counting) fates += count.value();
      if (name == "frames_received") counting = true;
    });
    require(fates == link_->counts().frames_received.value());
  }

  tight_frames received_;
  judge queue_;
  users users_;
  instant now_{std::chrono::hours(1)};
  timer_wheel wheel_{now_};
  wirebird::random dice_{7};
  std::optional<net::link> link_;
  std::optional<tcp::stack> stack_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  input frames(data, size);
  machine here;
  for (unsigned i = 0; i < 64 && !frames.empty(); ++i) {
    const std::uint8_t how = frames.u8();
    if ((how & 0x30) == 0x30) here.pass(std::chrono::milliseconds(50) * frames.u8());
    here.take(frames.bytes(frames.u8()), how);
  }
  here.finish();
  shared().require_untouched();
  return 0;
}
