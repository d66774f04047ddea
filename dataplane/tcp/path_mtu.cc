#include "dataplane/tcp/connection.hh"
#include "dataplane/tcp/limits.hh"

#include <algorithm>

// ICMP errors (RFC 1122 4.2.3.9 with the checks of RFC 5927) and the path MTU (RFC 1191).
namespace wirebird::tcp {

void connection::on_path_error(const path_error& error, instant now) {
  // RFC 5927 4.1: only about what is in flight, which an outsider cannot know.
  const sequence quoted{error.sequence};
  if (is_over() || quoted < snd_.una || quoted >= snd_.nxt) {
    env_.counts.path_errors_ignored.add();
    return;
  }
  const bool gives_up = error.what == path_error::kind::refused && state_ == state::syn_sent;
  if (gives_up) {
    end(stream::end_reason::unreachable);
  } else if (error.what == path_error::kind::too_big && established_) {
    std::uint32_t mtu = error.mtu;
    if (mtu == 0)
      for (const std::uint32_t plateau : limits::path_mtu_plateaus)
        if (mtu == 0 && plateau < packet_bytes()) mtu = plateau;
    shrink_to(mtu, env_.counts.path_mtu_lowered, now);
  } else {
    // RFC 5927 5: a connection that stands is not ended by what anybody can send.
    env_.counts.path_errors_soft.add();
  }
  settle_timers(now);
}

std::uint32_t connection::packet_bytes() const noexcept {
  const bool v4 = tuple.remote.address.is_v4();
  const std::uint32_t headers = v4 ? limits::headers_v4 : limits::headers_v6;
  return snd_.mss + headers + (agreed_.stamps ? timestamps_bytes : 0);
}

void connection::shrink_to(std::uint32_t mtu, counter& reason, instant now) {
  const std::uint32_t wanted = std::max(mtu, limits::path_mtu_floor);
  if (wanted >= packet_bytes()) {
    env_.counts.path_errors_ignored.add();
    return;
  }
  reason.add();
  snd_.mss -= packet_bytes() - wanted;
  congestion_.set_mss(snd_.mss);
  path_mtu_until_ = now + limits::path_mtu_ages;
  // What is in flight was too big, so it goes again at once. That is no sign of congestion, and no
  // more goes than the congestion window allows (RFC 1191 6.4).
  snd_.send_at = snd_.una;
  first_again_ = false;
  timers_.stop();
  owe_output();
}

void connection::suspect_black_hole(instant now) {
  if (timeouts_ != limits::timeouts_before_black_hole || !established_ || snd_.wnd == 0) return;
  const std::uint32_t first = std::min(snd_.mss, bytes_between(snd_.una, data_end()));
  if (packet_bytes() - snd_.mss + first <= limits::path_mtu_black_hole) return;
  shrink_to(limits::path_mtu_black_hole, env_.counts.path_mtu_black_holes, now);
}

// Perhaps the path is wider by now; a larger segment will tell.
void connection::forget_path_mtu() noexcept {
  path_mtu_until_ = never;
  snd_.mss = full_segment(agreed_);
  congestion_.set_mss(snd_.mss);
}

}  // namespace wirebird::tcp
