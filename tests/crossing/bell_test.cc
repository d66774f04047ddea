#include "dataplane/crossing/mesh.hh"

#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

namespace wirebird::crossing {
namespace {

/// Sleeps until woken, and notices a sleep that nobody ended.
class bed final : public sleeper {
 public:
  void wake() noexcept override {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    changed_.notify_one();
  }
  [[nodiscard]] bool sleep() {
    std::unique_lock lock(mutex_);
    const bool in_time =
        changed_.wait_for(lock, std::chrono::seconds(30), [this] { return woken_; });
    woken_ = false;
    return in_time;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
};

/// One side of a conversation in which every record is answered by one.
void talk(mesh& between, unsigned self, unsigned rounds) {
  const neighbour other = between.station_of(self).others.front();
  bed own;
  bell& bell = between.bell_of(self);
  bell.belongs_to(own);
  between.arrive(0);
  while (!between.all_arrived(0)) std::this_thread::yield();
  for (unsigned round = 0; round < rounds; ++round) {
    if (self == 0 || round > 0) {
      const mutable_bytes room = other.out->ring.reserve(4);
      ASSERT_FALSE(room.empty());
      std::memcpy(room.data(), &round, 4);
      other.out->ring.commit();
      other.out->ring.publish();
      other.wakes->ring();
    }
    if (self == 1 && round + 1 == rounds) break;
    while (other.in->ring.front().empty()) {
      bell.going_to_sleep();
      if (other.in->ring.front().empty()) {
        ASSERT_TRUE(own.sleep()) << "a record came and nobody rang";
      }
      bell.awake();
    }
    other.in->ring.pop();
    other.in->ring.acknowledge();
  }
  between.arrive(1);
  while (!between.all_arrived(1)) std::this_thread::yield();
}

TEST(bells, nobody_sleeps_over_a_record) {
  mesh between(2, 1024);
  std::thread other([&] { talk(between, 1, 20'001); });
  talk(between, 0, 20'000);
  other.join();
}

TEST(meshes, every_worker_has_a_lane_to_and_from_every_other_one) {
  mesh three(3, 64);
  const station one = three.station_of(1);
  ASSERT_EQ(one.others.size(), 2U);
  EXPECT_EQ(one.others[0].worker, 0U);
  EXPECT_EQ(one.others[1].worker, 2U);
  EXPECT_EQ(one.others[1].out, three.station_of(2).others[1].in);
  EXPECT_EQ(one.others[1].in, three.station_of(2).others[1].out);
  EXPECT_TRUE(mesh(1).station_of(0).others.empty());
}

}  // namespace
}  // namespace wirebird::crossing
