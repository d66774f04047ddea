#include "tests/tcp/dialogue.hh"

#include "dataplane/tcp/segment_checksum.hh"

#include <algorithm>
#include <cstring>
#include <sstream>

namespace wirebird::tcp {

namespace {

std::uint8_t flags_of(const std::string& letters) {
  std::uint8_t flags = 0;
  for (const char letter : letters) {
    switch (letter) {
      case 'S': flags |= flag::syn; break;
      case 'A': flags |= flag::ack; break;
      case 'F': flags |= flag::fin; break;
      case 'R': flags |= flag::rst; break;
      case 'P': flags |= flag::psh; break;
      default: ADD_FAILURE() << "no such flag: " << letter;
    }
  }
  return flags;
}

std::string letters_of(const segment& from) {
  std::string letters;
  if (from.has(flag::syn)) letters += 'S';
  if (from.has(flag::ack)) letters += 'A';
  if (from.has(flag::fin)) letters += 'F';
  if (from.has(flag::rst)) letters += 'R';
  if (from.has(flag::psh)) letters += 'P';
  return letters;
}

}  // namespace

std::string describe(const spoken& what) {
  std::ostringstream out;
  out << what.flags << " seq " << what.seq << " ack " << what.ack;
  if (!what.text.empty()) out << " text[" << what.text.size() << "] " << what.text.substr(0, 20);
  if (what.win) out << " win " << *what.win;
  if (what.mss) out << " mss " << *what.mss;
  if (what.ws) out << " ws " << unsigned{*what.ws};
  if (what.sack_ok) out << " sackOK";
  if (what.ts) out << " ts " << *what.ts;
  for (const auto& [begin, end] : what.sack) out << " sack " << begin << '-' << end;
  return out.str();
}

void recorder::on_bytes(slice_queue& unread, instant now) {
  ++offers;
  EXPECT_FALSE(unread.empty());
  std::size_t left = takes_at_most;
  if (closes_on_bytes) below->close(now);
  if (aborts_on_bytes) below->abort(now);
  while (!unread.empty() && left > 0) {
    const slice& front = unread.front();
    const std::size_t count = std::min<std::size_t>(front.size(), left);
    received += as_text(front.bytes().first(count));
    unread.consume(count);
    left -= count;
  }
}

void recorder::on_end_of_stream(instant now) {
  ++ends_of_stream;
  if (closes_at_end) below->close(now);
}

void recorder::on_progress(instant) {
  ++progress;
}

void recorder::on_ended(stream::end_reason reason, instant) {
  ++ended_calls;
  ended = reason;
  below = nullptr;
}

dialogue::~dialogue() {
  stack_.reset();
  EXPECT_EQ(frames_->in_use(), 0U) << "frames lost";
  EXPECT_EQ(memory_->blocks_in_use(), 0U) << "arena blocks lost";
  EXPECT_EQ(wheel_->armed(), 0U) << "timers left";
}

void dialogue::start(const options& settings, std::size_t frames) {
  stack_.reset();
  wheel_ = std::make_unique<timer_wheel>(clock_.now());
  memory_ = std::make_unique<arena>(16 * 1024 * 1024);
  frames_ = std::make_unique<plain_frame_pool>(frames);
  dice_ = std::make_unique<random>(7);
  datagram_sink& sink = *this;
  stack_ = std::make_unique<stack>(settings, *frames_, *memory_, sink, *wheel_, secret_, *dice_,
                                   port_capabilities{});
  ASSERT_TRUE(stack_->listen({ip_address{}, port}, *this));
}

stream::handler* dialogue::on_accepted(stream::connection& accepted, instant) {
  if (refuses) return nullptr;
  ++accepts;
  open_connection = &accepted;
  user.below = &accepted;
  return &user;
}

void dialogue::note(const std::string& line) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(clock_.since_start());
  log_.push_back(std::to_string(us.count() / 1000) + "." +
                 std::to_string(us.count() % 1000 + 1000).substr(1) + " ms  " + line);
}

std::string dialogue::story() const {
  std::string all = "\nthe dialogue so far:\n";
  const std::size_t first = log_.size() > 60 ? log_.size() - 60 : 0;
  for (std::size_t i = first; i < log_.size(); ++i) all += "  " + log_[i] + "\n";
  return all;
}

void dialogue::output(datagram&& packet, instant) {
  if (room_left > 0) --room_left;
  EXPECT_TRUE(checksum_is_good(packet)) << story();
  const byte_view bytes = packet.payload.bytes();
  const std::optional<segment> sent = parse(bytes);
  ASSERT_TRUE(sent.has_value());
  if (sent->has(flag::syn)) our_iss[sent->destination_port] = sent->seq;
  spoken what;
  what.flags = letters_of(*sent);
  const sequence base = our_iss[sent->destination_port];
  what.seq = (sent->seq.value - base.value);
  if (sent->has(flag::ack)) what.ack = sent->ack.value - peer_iss;
  what.text = as_text(bytes.subspan(sent->header_bytes));
  what.win = sent->window;
  what.mss = sent->mss;
  what.ws = sent->window_scale;
  what.sack_ok = sent->sack_permitted;
  if (sent->stamps) {
    what.ts = sent->stamps->value;
    what.echo = sent->stamps->echo;
  }
  for (unsigned i = 0; i < sent->sack_count; ++i)
    what.sack.emplace_back(sent->sack[i].begin.value - peer_iss,
                           sent->sack[i].end.value - peer_iss);
  note("      <- " + describe(what));
  said.push_back(what);
  raw_said.emplace_back(bytes.begin(), bytes.end());
}

datagram dialogue::to_datagram(const spoken& what, std::uint16_t source_port) {
  segment out;
  out.source_port = source_port;
  out.destination_port = here_.port;
  out.seq = {peer_iss + what.seq};
  out.flags = flags_of(what.flags);
  if (out.has(flag::ack)) out.ack = our_iss[source_port] + what.ack;
  out.window = static_cast<std::uint16_t>(what.win.value_or(65535));
  out.mss = what.mss;
  out.window_scale = what.ws;
  out.sack_permitted = what.sack_ok;
  if (what.ts) out.stamps = timestamps{*what.ts, what.echo.value_or(0)};
  frame packet = frames_->take();
  emit(out, packet.append(emitted_bytes(out)));
  const auto size = static_cast<std::uint32_t>(what.text.size());
  if (size > 0) std::memcpy(packet.append(size).data(), what.text.data(), size);
  datagram whole{peer_.address, here_.address, ip_protocol::tcp, std::move(packet)};
  fill_checksum(whole, false);
  return whole;
}

void dialogue::input(datagram&& packet) {
  stack_->on_datagram(std::move(packet), clock_.now());
}

void dialogue::iterate() {
  stack_->deliver(clock_.now());
  wheel_->advance(clock_.now());
  stack_->flush(clock_.now());
}

void dialogue::send(const spoken& what) {
  send_from(peer_.port, what);
}

void dialogue::send_from(std::uint16_t source_port, const spoken& what) {
  note("-> " + describe(what));
  input(to_datagram(what, source_port));
  iterate();
}

void dialogue::send_raw(std::vector<std::uint8_t> bytes) {
  note("-> " + std::to_string(bytes.size()) + " raw bytes");
  frame packet = frames_->take();
  const auto size = static_cast<std::uint32_t>(bytes.size());
  if (size > 0) std::memcpy(packet.append(size).data(), bytes.data(), size);
  packet.marks().checksums_verified = true;
  input({peer_.address, here_.address, ip_protocol::tcp, std::move(packet)});
  iterate();
}

void dialogue::report(path_error::kind what, std::uint32_t seq, std::uint32_t mtu) {
  note("-> ICMP error about " + std::to_string(seq) + ", mtu " + std::to_string(mtu));
  const sequence quoted = our_iss[peer_.port] + seq;
  stack_->on_path_error({what, here_, peer_, quoted.value, mtu}, clock_.now());
  iterate();
}

void dialogue::expect(const spoken& wanted, const char* why) {
  ASSERT_FALSE(said.empty()) << "expected " << describe(wanted) << ", heard nothing " << why
                             << story();
  const spoken heard = said.front();
  said.pop_front();
  raw_said.pop_front();
  const bool same =
      heard.flags == wanted.flags && heard.seq == wanted.seq && heard.ack == wanted.ack &&
      heard.text == wanted.text && (!wanted.win || wanted.win == heard.win) &&
      (!wanted.mss || wanted.mss == heard.mss) && (!wanted.ws || wanted.ws == heard.ws) &&
      (!wanted.sack_ok || heard.sack_ok) && (!wanted.echo || wanted.echo == heard.echo) &&
      (wanted.sack.empty() || wanted.sack == heard.sack);
  ASSERT_TRUE(same) << "expected " << describe(wanted) << "\nheard    " << describe(heard) << ' '
                    << why << story();
}

void dialogue::expect_silence() {
  ASSERT_TRUE(said.empty()) << "expected silence, heard " << describe(said.front()) << story();
}

instant dialogue::next_deadline() const {
  return stack_->has_work() ? clock_.now() : wheel_->next_deadline();
}

void dialogue::silence_until(duration at) {
  expect_silence();
  const instant end = sim::clock::start + at;
  for (iterate(); next_deadline() < end && said.empty(); iterate())
    clock_.advance_to(std::max(next_deadline(), clock_.now() + 1us));
  expect_silence();
  clock_.advance_to(end);
  iterate();
}

std::size_t dialogue::skip_for(duration length) {
  const instant end = clock_.now() + length;
  for (iterate(); next_deadline() < end; iterate())
    clock_.advance_to(std::max(next_deadline(), clock_.now() + 1us));
  clock_.advance_to(end);
  iterate();
  const std::size_t count = said.size();
  said.clear();
  raw_said.clear();
  return count;
}

void dialogue::establish(spoken syn, std::uint32_t win) {
  syn.flags = "S";
  const bool stamps = syn.ts.has_value();
  send(syn);
  ASSERT_EQ(said.size(), 1U) << story();
  ASSERT_EQ(said.front().flags, "SA");
  const std::optional<std::uint32_t> echo = said.front().ts;
  said.clear();
  raw_said.clear();
  spoken ack{.seq = 1, .ack = 1, .win = win};
  if (stamps) {
    ack.ts = *syn.ts + 1;
    ack.echo = echo;
  }
  send(ack);
  expect_silence();
  ASSERT_NE(open_connection, nullptr) << story();
}

void dialogue::write(const std::string& text) {
  ASSERT_TRUE(open_connection->output().append_copy(as_bytes(text)));
  open_connection->flush(clock_.now());
}

}  // namespace wirebird::tcp
