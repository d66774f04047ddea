#include "dataplane/tcp/newreno.hh"

#include "dataplane/tcp/limits.hh"

#include <algorithm>

namespace wirebird::tcp {

newreno::newreno(std::uint32_t mss) noexcept
    : mss_(mss),
      initial_(std::min(limits::initial_window_segments * mss,
                        std::max(2 * mss, limits::initial_window_bytes))),
      window_(initial_),
      threshold_(limits::congestion_window_max) {}

void newreno::grow(std::uint32_t bytes) noexcept {
  window_ = std::min(window_ + bytes, limits::congestion_window_max);
}

void newreno::on_ack(std::uint32_t acked, bool limited) noexcept {
  if (!limited) return;
  if (window_ < threshold_) {
    // One ACK can stand for a whole burst, as our own receiver's does: growth follows bytes, so
    // the window still at most doubles per round trip.
    grow(std::min(acked, std::max(2 * mss_, threshold_ - window_)));
    return;
  }
  counted_ += acked;
  if (counted_ < window_) return;
  counted_ = 0;
  grow(mss_);
}

void newreno::on_loss(std::uint32_t flight) noexcept {
  threshold_ = std::max(flight / 2, 2 * mss_);
  window_ = threshold_ + limits::duplicate_acks_for_loss * mss_;
  counted_ = 0;
}

void newreno::on_duplicate_ack() noexcept {
  grow(mss_);
}

void newreno::on_partial_ack(std::uint32_t acked) noexcept {
  window_ = window_ > acked ? window_ - acked : 0;
  if (acked >= mss_) window_ += mss_;
  window_ = std::max(window_, mss_);
}

void newreno::on_recovered(std::uint32_t flight) noexcept {
  window_ = std::min(threshold_, std::max(flight, mss_) + mss_);
}

void newreno::on_timeout(std::uint32_t flight, bool again) noexcept {
  if (!again) threshold_ = std::max(flight / 2, 2 * mss_);
  window_ = mss_;
  counted_ = 0;
}

void newreno::on_idle() noexcept {
  window_ = std::min(window_, initial_);
}

}  // namespace wirebird::tcp
