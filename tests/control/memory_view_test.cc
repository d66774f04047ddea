#include "control/plane/memory_view.hh"

#include "control/plane/snapshot.hh"
#include "tests/control/frozen_memory.hh"

#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace wirebird::control {
namespace {

namespace plane = protocol::plane;

TEST(memory_view, reads_what_version_1_froze) {
  frozen_memory memory;
  memory.put_row(0, 2, 5);
  const memory_view view(memory.descriptor());
  ASSERT_EQ(view.error(), "");
  const snapshot seen = snapshot::take(view, {.open = true, .closed = true});
  EXPECT_EQ(seen.server.server_id, "NAME");
  EXPECT_EQ(seen.server.port, 4222);
  EXPECT_EQ(seen.counter("broker.in_msgs"), 7);
  EXPECT_EQ(seen.counter("broker.out_msgs"), 9);
  EXPECT_EQ(seen.counter("broker.unheard_of"), 0);
  ASSERT_EQ(seen.connections.size(), 1);
  EXPECT_EQ(seen.connections[0].cid, 5);
  EXPECT_EQ(seen.connections[0].in_msgs, 11);
  EXPECT_EQ(seen.connections[0].name.view(), "bob");
  EXPECT_TRUE(seen.closed.empty()) << "this wirebird has no such section";
}

TEST(memory_view, longer_and_shorter_records_are_read_as_far_as_both_know) {
  frozen_memory longer(1024, 64);
  longer.put_row(1, 2, 6);
  const memory_view of_longer(longer.descriptor());
  EXPECT_EQ(snapshot::take(of_longer, {.open = true}).connections.at(0).cid, 6);

  frozen_memory shorter(64);
  shorter.put64(frozen_memory::rows_at, 2);
  shorter.put64(frozen_memory::rows_at + 8, 7);
  shorter.put64(frozen_memory::worker_at + 16, 1);
  const memory_view of_shorter(shorter.descriptor());
  const auto rows = snapshot::take(of_shorter, {.open = true}).connections;
  ASSERT_EQ(rows.size(), 1);
  EXPECT_EQ(rows[0].cid, 7);
  EXPECT_EQ(rows[0].name.view(), "");
}

TEST(memory_view, a_row_under_the_pen_is_left_out) {
  frozen_memory memory;
  memory.put_row(0, 2, 5);
  memory.put_row(1, 3, 6);
  const memory_view view(memory.descriptor());
  EXPECT_EQ(snapshot::take(view, {.open = true}).connections.size(), 1);
}

TEST(memory_view, a_moved_connection_is_shown_once) {
  frozen_memory memory;
  memory.put_row(0, 2, 5);
  memory.put_row(1, 2, 5);
  const memory_view view(memory.descriptor());
  EXPECT_EQ(snapshot::take(view, {.open = true}).connections.size(), 1);
}

TEST(memory_view, a_header_that_lies_is_refused_with_a_sentence) {
  const auto error_with = [](std::size_t at, std::uint32_t value) {
    frozen_memory memory;
    memory.put32(at, value);
    return memory_view(memory.descriptor()).error();
  };
  EXPECT_NE(error_with(0, 1), "");                     // magic
  EXPECT_NE(error_with(8, 2), "");                     // version
  EXPECT_NE(error_with(16, 1000), "");                 // sections
  EXPECT_NE(error_with(20, 8), "");                    // entries too short
  EXPECT_NE(error_with(32 + 8, 1 << 20), "");          // offset of the first section
  EXPECT_NE(error_with(32 + 8, 1027), "");             // not aligned
  EXPECT_NE(error_with(32 + 16, 0), "");               // stride
  EXPECT_NE(error_with(32 + 24 + 4, 0x7fffffff), "");  // count
}

TEST(memory_view, what_is_no_memory_is_refused) {
  EXPECT_NE(memory_view(memfd_create("empty", MFD_CLOEXEC)).error(), "");
  EXPECT_NE(memory_view(-1).error(), "");
}

}  // namespace
}  // namespace wirebird::control
