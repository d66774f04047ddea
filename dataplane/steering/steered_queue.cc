#include "dataplane/steering/steered_queue.hh"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

namespace wirebird::steering {

namespace {

constexpr std::uint64_t bit(unsigned worker) noexcept {
  return std::uint64_t{1} << worker;
}

}  // namespace

steered_queue::steered_queue(unsigned worker, packet_queue& device, frame_mesh& frames,
                             crossing::mesh& bells, const flow_director& director)
    : self_(worker), device_(device), mesh_(frames), bells_(bells), director_(director) {}

std::size_t steered_queue::receive(std::span<frame> into) noexcept {
  moved_ = false;
  take_back();
  // At most half of a burst, so that none of the two sources has to wait for the other.
  const std::size_t share = has_queue() ? std::max<std::size_t>(into.size() / 2, 1) : into.size();
  std::size_t count = take_in(into.first(share));
  if (!has_queue()) {
    static_cast<void>(device_.receive({}));
  } else {
    send_for_others();
    if (count < into.size()) count += poll_device(into.subspan(count));
  }
  ring_bells();
  return count;
}

void steered_queue::take_back() noexcept {
  if (!has_queue()) {
    mesh_.to_send(self_).take_back();
    return;
  }
  for (unsigned worker = 0; worker < mesh_.workers(); ++worker)
    mesh_.received(self_, worker).take_back();
}

std::size_t steered_queue::take_in(std::span<frame> into) noexcept {
  std::size_t count = 0;
  for (unsigned i = 0; i < mesh_.queues() && count < into.size(); ++i) {
    frame_lane& lane = mesh_.received((first_ + i) % mesh_.queues(), self_);
    for (std::size_t taken = 0; count < into.size() && !lane.empty(); ++taken) {
      if (taken == frame_lane::frames_max) break;
      frame own = frames().take();
      if (!own) {
        lane.refuse();
        counts_.taken_lost.add();
        continue;
      }
      lane.take(own);
      counts_.taken.add();
      into[count++] = std::move(own);
    }
  }
  first_ = (first_ + 1) % mesh_.queues();
  return count;
}

std::size_t steered_queue::poll_device(std::span<frame> into) noexcept {
  std::array<frame, burst_frames> burst;
  const std::size_t received =
      device_.receive(std::span(burst).first(std::min(into.size(), burst.size())));
  std::size_t count = 0;
  for (frame& one : std::span(burst).first(received)) {
    const direction way = director_.of(one.bytes());
    if (way.to == direction::kind::worker && way.worker != self_) {
      hand_over(std::move(one), way.worker);
      continue;
    }
    if (way.to == direction::kind::everyone) tell_everyone(one);
    into[count++] = std::move(one);
  }
  return count;
}

void steered_queue::hand_over(frame&& received, unsigned worker) noexcept {
  frame one = std::move(received);
  moved_ = true;
  if (!mesh_.received(self_, worker).give(one)) {
    counts_.steered_lost.add();
    return;
  }
  counts_.steered.add();
  touched_ |= bit(worker);
}

/// Whoever received it answers; the others only learn.
void steered_queue::tell_everyone(const frame& received) noexcept {
  for (unsigned worker = 0; worker < mesh_.workers(); ++worker) {
    if (worker == self_) continue;
    frame copy = frames().take();
    if (!copy) {
      counts_.steered_lost.add();
      return;
    }
    const byte_view bytes = received.bytes();
    const mutable_bytes room = copy.append(
        static_cast<std::uint32_t>(std::min<std::size_t>(bytes.size(), copy.tailroom())));
    std::memcpy(room.data(), bytes.data(), room.size());
    copy.marks() = received.marks();
    copy.marks().is_for_reading = true;
    if (!mesh_.received(self_, worker).give(copy)) {
      counts_.steered_lost.add();
      continue;
    }
    counts_.told_everyone.add();
    touched_ |= bit(worker);
  }
}

void steered_queue::send_for_others() noexcept {
  for (unsigned worker = mesh_.queues(); worker < mesh_.workers(); ++worker) {
    if (mesh_.sender_of(worker) != self_) continue;
    frame_lane& lane = mesh_.to_send(worker);
    const bool was_full = !lane.empty();
    while (waiting_ < to_send_.size() && !lane.empty()) {
      frame own = frames().take();
      if (!own) break;
      lane.take(own);
      to_send_[waiting_++] = std::move(own);
    }
    if (was_full) {
      moved_ = true;
      touched_ |= bit(worker);  // there is room again
    }
  }
  if (waiting_ == 0) return;
  const std::size_t sent = device_.send(std::span(to_send_).first(waiting_));
  counts_.sent_for_others.add(sent);
  std::move(to_send_.begin() + static_cast<std::ptrdiff_t>(sent),
            to_send_.begin() + static_cast<std::ptrdiff_t>(waiting_), to_send_.begin());
  waiting_ -= sent;
}

std::size_t steered_queue::send(std::span<frame> from) noexcept {
  if (has_queue()) return device_.send(from);
  std::size_t count = 0;
  while (count < from.size() && mesh_.to_send(self_).give(from[count])) ++count;
  if (count == 0) return 0;
  touched_ |= bit(mesh_.sender_of(self_));
  ring_bells();
  return count;
}

void steered_queue::ring_bells() noexcept {
  for (unsigned worker = 0; touched_ != 0; ++worker) {
    if ((touched_ & bit(worker)) != 0) bells_.bell_of(worker).ring();
    touched_ &= ~bit(worker);
  }
}

bool steered_queue::has_arrived() noexcept {
  for (unsigned from = 0; from < mesh_.queues(); ++from)
    if (!mesh_.received(from, self_).empty()) return true;
  for (unsigned worker = mesh_.queues(); worker < mesh_.workers(); ++worker)
    if (mesh_.sender_of(worker) == self_ && !mesh_.to_send(worker).empty()) return true;
  return false;
}

void steered_queue::wait(duration longest) noexcept {
  if (longest > duration::zero() && has_arrived()) return;
  device_.wait(longest);
}

bool steered_queue::give_back() noexcept {
  for (std::size_t i = 0; i < waiting_; ++i) to_send_[i] = frame();
  waiting_ = 0;
  for (unsigned from = 0; from < mesh_.queues(); ++from)
    while (!mesh_.received(from, self_).empty()) mesh_.received(from, self_).refuse();
  for (unsigned worker = mesh_.queues(); worker < mesh_.workers(); ++worker)
    while (mesh_.sender_of(worker) == self_ && !mesh_.to_send(worker).empty())
      mesh_.to_send(worker).refuse();
  take_back();
  if (!has_queue()) return mesh_.to_send(self_).out() == 0;
  for (unsigned worker = 0; worker < mesh_.workers(); ++worker)
    if (mesh_.received(self_, worker).out() > 0) return false;
  return true;
}

}  // namespace wirebird::steering
