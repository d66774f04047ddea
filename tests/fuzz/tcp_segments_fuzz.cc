#include "dataplane/tcp/segment_checksum.hh"
#include "dataplane/tcp/stack.hh"
#include "tests/fuzz/input.hh"
#include "tests/fuzz/live_stack.hh"
#include "tests/fuzz/tight_frames.hh"

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

// Segments, ICMP errors, time and a user's doings, in any order, against a live stack. Numbers are
// relative to what the stack has said, so that short inputs get deep. Every segment that comes out
// must be sound, and after each input everything must be back. Input: a list of turns.
namespace {

using namespace wirebird;
using namespace wirebird::fuzz;

constexpr std::uint16_t listening_port = 4222;
const endpoint here{ip_address::from_v4(0x0a000001), listening_port};
constexpr std::uint32_t peer_iss = 0xffffff00;

memories& shared() {
  static memories all;
  return all;
}

/// What the stack last said to one port of the peer's.
struct said {
  tcp::sequence seq_end;        ///< one past its last number
  tcp::sequence ack{peer_iss};  ///< what it expects
  std::uint32_t window = 0;
  std::uint32_t stamp = 0;
};

class session final : public datagram_sink {
 public:
  session(input& turns, memories& where) : turns_(turns) {
    stack_.emplace(small_options(), where.frames, where.memory, *this, wheel_, siphash_key{1, 2},
                   dice_, port_capabilities{});
    require(stack_->listen({ip_address{}, listening_port}, users_));
  }

  void play() {
    for (unsigned turn = 0; turn < 200 && !turns_.empty(); ++turn) {
      take_turn();
      iterate();
      require(stack_->half_open_connections() <= 2 && stack_->time_waits() <= 2);
      require(stack_->connections() <= 8);
      require(received_.live() <= 6 * (2 * 4096 + 64 * 1024) / frame_headroom_bytes);
    }
    stack_.reset();
    require(wheel_.armed() == 0 && received_.live() == 0);
  }

 private:
  void output(datagram&& packet, instant) override {
    require(packet.payload.size() + 20 <= 1500 && tcp::checksum_is_good(packet));
    const auto what = tcp::parse(packet.payload.bytes());
    require(what && !what->options_cut && what->source_port == listening_port);
    require(what->has(tcp::flag::ack) || what->has(tcp::flag::syn) || what->has(tcp::flag::rst));
    said& last = said_[what->destination_port % said_.size()];
    last.seq_end = what->seq + what->length();
    if (what->has(tcp::flag::ack)) last.ack = what->ack;
    last.window = what->window;
    if (what->stamps) last.stamp = what->stamps->value;
  }
  [[nodiscard]] std::size_t room() const noexcept override { return room_; }
  [[nodiscard]] std::uint32_t mtu() const noexcept override { return 1500; }

  void iterate() {
    stack_->deliver(now_);
    wheel_.advance(now_);
    stack_->flush(now_);
  }

  void take_turn() {
    const std::uint8_t what = turns_.u8();
    switch (what % 16) {
      case 9: now_ += std::chrono::milliseconds(turns_.u8()); break;
      case 10: now_ += std::chrono::milliseconds(100) * turns_.u16(); break;
      case 11: act(turns_.u8()); break;
      case 12: report(turns_.u8()); break;
      case 13: room_ = what < 128 ? 1000 : what % 3U; break;
      case 14: peer_port_ = static_cast<std::uint16_t>(1000 + what / 16 % 4); break;
      case 15: open(); break;
      default: speak(what); break;
    }
  }

  void open() {
    user& mine = users_.add(nullptr);
    mine.below = stack_->connect(here, peer(), mine, now_);
  }

  void act(std::uint8_t what) {
    user* chosen = users_.pick(what / 16);
    if (chosen == nullptr) return;
    stream::connection& below = *chosen->below;
    const std::array<std::uint8_t, 3000> text{};
    switch (what % 16) {
      case 0: below.close(now_); break;
      case 1: below.abort(now_); break;
      case 2: below.pause_reading(); break;
      case 3: below.resume_reading(); break;
      case 4: chosen->takes = turns_.u8(); break;
      case 5: chosen->takes = ~std::size_t{0}; break;
      case 6: chosen->closes = true; break;
      default:
        if (below.output().size() < 20000 &&
            below.output().append_copy(byte_view(text).first(1 + what * 11U)))
          below.flush(now_);
        break;
    }
  }

  void report(std::uint8_t what) {
    path_error error{static_cast<path_error::kind>(what % 3), here, peer(), 0, turns_.u16()};
    error.sequence = (last().seq_end - turns_.u8()).value;
    stack_->on_path_error(error, now_);
  }

  [[nodiscard]] endpoint peer() const noexcept {
    return {ip_address::from_v4(0x0a000002), peer_port_};
  }
  [[nodiscard]] said& last() noexcept { return said_[peer_port_ % said_.size()]; }

  /// A number near one that matters.
  [[nodiscard]] tcp::sequence near(tcp::sequence at, std::uint8_t how) {
    switch (how % 4) {
      case 0: return at;
      case 1: return at + turns_.u8();
      case 2: return at - turns_.u8();
      default: return at + turns_.u32();
    }
  }

  void speak(std::uint8_t what) {
    const std::uint8_t how = turns_.u8();
    tcp::segment segment;
    segment.source_port = peer_port_;
    segment.destination_port = listening_port;
    // The usual flags cost no byte.
    constexpr std::uint8_t usual[] = {0x10, 0x02, 0x10, 0x11, 0x12, 0x14, 0x04};
    segment.flags = what % 16 < std::size(usual) ? usual[what % 16] : turns_.u8();
    segment.seq = near(what & 0x80 ? last().ack + last().window : last().ack, how);
    segment.ack = near(last().seq_end, how / 4);
    segment.window = what & 0x40 ? turns_.u16() : std::uint16_t{20000};
    if (what & 0x20) segment.stamps = tcp::timestamps{turns_.u8(), last().stamp};
    if (segment.has(tcp::flag::syn) && (how & 0x10) != 0) {
      segment.mss = turns_.u16();
      segment.window_scale = turns_.u8();
      segment.sack_permitted = true;
    }
    std::array<std::uint8_t, 60 + 1500> bytes{};
    std::size_t size = tcp::emitted_bytes(segment);
    tcp::emit(segment, bytes);
    if ((how & 0x20) != 0) size = add_options(bytes, size);
    if ((how & 0x40) != 0) size += turns_.u8();
    if ((how & 0x80) != 0) size += 1000;
    frame packet = received_.make(byte_view(bytes).first(size), {.checksums_verified = true});
    stack_->on_datagram({peer().address, here.address, ip_protocol::tcp, std::move(packet)}, now_);
  }

  /// Raw bytes where options are. returns: the new size of the header.
  [[nodiscard]] std::size_t add_options(std::array<std::uint8_t, 1560>& bytes, std::size_t size) {
    const byte_view raw = turns_.bytes(turns_.u8() % 41);
    const std::size_t room = tcp::header_bytes_max - size;
    const std::size_t count = std::min(raw.size(), room) / 4 * 4;
    std::memcpy(bytes.data() + size, raw.data(), count);
    size += count;
    bytes[12] = static_cast<std::uint8_t>(size / 4 << 4);
    return size;
  }

  input& turns_;
  tight_frames received_;
  users users_;
  std::array<said, 4> said_{};
  instant now_{std::chrono::hours(1)};
  timer_wheel wheel_{now_};
  wirebird::random dice_{7};
  std::size_t room_ = 1000;
  std::uint16_t peer_port_ = 1000;
  std::optional<tcp::stack> stack_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  input turns(data, size);
  session(turns, shared()).play();
  shared().require_untouched();
  return 0;
}
