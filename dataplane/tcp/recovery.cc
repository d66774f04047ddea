#include "dataplane/tcp/recovery.hh"

namespace wirebird::tcp {

bool recovery::on_duplicate_ack(sequence una, sequence nxt, congestion& window) noexcept {
  ++duplicates_;
  if (recovering_) {
    window.on_duplicate_ack();
    return false;
  }
  if (duplicates_ != limits::duplicate_acks_for_loss) return false;
  // Duplicates of what an earlier recovery or a timeout repeated are no sign of a new loss.
  if (una < recover_) return false;
  window.on_loss(bytes_between(una, nxt));
  recover_ = nxt;
  recovering_ = true;
  partial_acks_ = 0;
  return true;
}

bool recovery::on_ack(sequence una, std::uint32_t acked, std::uint32_t flight, bool limited,
                      congestion& window) noexcept {
  duplicates_ = 0;
  if (!recovering_) {
    partial_acks_ = 0;
    window.on_ack(acked, limited);
    return false;
  }
  if (una >= recover_) {
    recovering_ = false;
    partial_acks_ = 0;
    window.on_recovered(flight);
    return false;
  }
  ++partial_acks_;
  window.on_partial_ack(acked);
  return true;
}

void recovery::on_timeout(sequence una, sequence nxt, congestion& window) noexcept {
  // Data that had timed out before lies below the mark that the earlier timeout set.
  const bool again = !recovering_ && una < recover_;
  window.on_timeout(bytes_between(una, nxt), again);
  recover_ = nxt;
  recovering_ = false;
  duplicates_ = 0;
  partial_acks_ = 0;
}

}  // namespace wirebird::tcp
