#include "tests/tcp/dialogue.hh"

namespace wirebird::tcp {

using stream::end_reason;

class in_time_wait : public dialogue {
 protected:
  void arrive(spoken syn = {}) {
    establish(syn);
    const bool stamps = syn.ts.has_value();
    user.below->close(clock_.now());
    iterate();
    spoken fin{.flags = "AF", .seq = 1, .ack = 2};
    if (stamps) fin.ts = *syn.ts + 2;
    send(fin);
    iterate();
    said.clear();
    open_connection = nullptr;
    ASSERT_EQ(stack_->time_waits(), 1U);
  }
};

TEST_F(in_time_wait, resets_and_bare_acks_are_ignored) {
  arrive();
  send({.flags = "R", .seq = 2});
  send({.seq = 2, .ack = 2});
  expect_silence();
  EXPECT_EQ(stack_->time_waits(), 1U);
}

TEST_F(in_time_wait, old_data_is_answered_with_the_last_ack) {
  arrive();
  send({.flags = "S", .seq = 0});
  expect({.seq = 2, .ack = 2});
  EXPECT_EQ(stack_->time_waits(), 1U);
}

TEST_F(in_time_wait, a_syn_with_a_higher_number_opens_a_new_connection) {
  arrive();
  const sequence old = our_iss[peer_.port];
  send({.flags = "S", .seq = 1000});
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(said.front().flags, "SA");
  EXPECT_GT(our_iss[peer_.port] - old, 2);
  EXPECT_EQ(stack_->time_waits(), 0U);
  EXPECT_EQ(stack_->counts().time_wait_reused.value(), 1U);
}

TEST_F(in_time_wait, a_syn_with_a_newer_timestamp_opens_a_new_connection) {
  arrive({.ts = 1000});
  send({.flags = "S", .seq = 0x90000000, .ts = 1001});
  EXPECT_EQ(said.back().flags, "A");
  send({.flags = "S", .seq = 0x90000000, .ts = 1003});
  EXPECT_EQ(said.back().flags, "SA");
}

TEST_F(in_time_wait, a_syn_with_an_older_timestamp_is_old_whatever_its_number) {
  arrive({.ts = 1000});
  send({.flags = "S", .seq = 1000, .ts = 900});
  expect({.flags = "A", .seq = 2, .ack = 2});
  EXPECT_EQ(stack_->time_waits(), 1U);
}

TEST_F(in_time_wait, a_syn_with_a_timestamp_where_there_was_none_opens_a_new_connection) {
  arrive();
  send({.flags = "S", .seq = 0x90000000, .ts = 1});
  EXPECT_EQ(said.back().flags, "SA");
}

TEST_F(in_time_wait, the_whole_new_connection_works) {
  arrive({.ts = 1000});
  user = recorder{};
  send({.flags = "S", .seq = 1000, .ts = 2000});
  const std::optional<std::uint32_t> echo = said.back().ts;
  said.clear();
  send({.seq = 1001, .ack = 1, .text = "again", .ts = 2001, .echo = echo});
  EXPECT_EQ(user.received, "again");
  EXPECT_EQ(stack_->connections(), 1U);
}

TEST_F(dialogue, the_time_wait_table_forgets_its_oldest_entry) {
  start({.time_wait_max = 2});
  for (std::uint16_t from = 1000; from < 1003; ++from) {
    user = recorder{};
    send_from(from, {.flags = "S"});
    send_from(from, {.seq = 1, .ack = 1});
    user.below->close(clock_.now());
    iterate();
    send_from(from, {.flags = "AF", .seq = 1, .ack = 2});
    iterate();
    EXPECT_EQ(user.ended, end_reason::closed_by_us);
  }
  EXPECT_EQ(stack_->time_waits(), 2U);
  EXPECT_EQ(stack_->counts().time_wait_forgotten.value(), 1U);
  said.clear();
}

}  // namespace wirebird::tcp
