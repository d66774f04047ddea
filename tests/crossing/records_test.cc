#include "dataplane/crossing/records.hh"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::crossing {
namespace {

std::vector<std::uint8_t> written(const message& what) {
  std::vector<std::uint8_t> record(size_of(what));
  write(record, what);
  return record;
}

void expect_same(const message& read, const message& wrote) {
  EXPECT_EQ(read.subject, wrote.subject);
  EXPECT_EQ(read.reply, wrote.reply);
  EXPECT_EQ(read.header_size_text, wrote.header_size_text);
  EXPECT_EQ(read.total_size_text, wrote.total_size_text);
  EXPECT_EQ(read.header_size, wrote.header_size);
  EXPECT_EQ(read.total_size, wrote.total_size);
  EXPECT_EQ(read.has_headers, wrote.has_headers);
  EXPECT_EQ(read.to_plain, wrote.to_plain);
  EXPECT_EQ(read.tried, wrote.tried);
  EXPECT_EQ(read.origin_worker, wrote.origin_worker);
  EXPECT_EQ(read.origin, wrote.origin);
  EXPECT_EQ(read.question, wrote.question);
  EXPECT_EQ(read.received, wrote.received);
  EXPECT_EQ(read.groups, wrote.groups);
  EXPECT_EQ(read.payload, wrote.payload);
  EXPECT_EQ(read.pieces.data(), wrote.pieces.data());
  EXPECT_EQ(read.pieces.size(), wrote.pieces.size());
}

message plain(std::string_view subject, std::string_view payload) {
  message what;
  what.subject = subject;
  what.payload = payload;
  what.total_size_text = "5";
  what.total_size = 5;
  what.to_plain = true;
  what.origin_worker = 63;
  what.origin = ~std::uint64_t{0};
  what.received = instant(std::chrono::hours(5));
  return what;
}

TEST(records, a_plain_message_takes_half_a_line_beside_its_text) {
  const message what = plain("a.b", "hello");
  const auto record = written(what);
  EXPECT_EQ(record.size(), 32U + 3 + 1 + 5);
  EXPECT_EQ(kind_of(record), record_kind::message);
  expect_same(read_message(record), what);
}

TEST(records, what_few_messages_have_comes_across_too) {
  const auto with = [](auto change) {
    message what = plain("a.b", "hello");
    change(what);
    expect_same(read_message(written(what)), what);
  };
  const std::vector<slice> pieces(3);
  std::string groups;
  append_name(groups, "first");
  append_name(groups, "second");
  with([](message& what) { what.reply = "inbox"; });
  with([](message& what) { what.tried = 5; });
  with([](message& what) { what.question = 7; });
  with([](message& what) { what.to_plain = false; });
  with([&](message& what) { what.groups = groups; });
  with([&](message& what) { what.pieces = pieces, what.payload = {}; });
  with([](message& what) {
    what.has_headers = true, what.header_size = 3, what.header_size_text = "003";
  });
}

TEST(records, texts_longer_than_the_head_can_say_come_across_whole) {
  for (const std::size_t size : {65'534U, 65'535U, 65'536U, 200'000U}) {
    const std::string subject(size, 's');
    const std::string reply(size, 'r');
    message what = plain(subject, "hello");
    what.reply = reply;
    expect_same(read_message(written(what)), what);
  }
  for (const std::size_t size : {254U, 255U, 256U, 1000U}) {
    const std::string digits = std::string(size - 1, '0') + "5";
    message what = plain("a.b", "hello");
    what.total_size_text = digits;
    expect_same(read_message(written(what)), what);
  }
}

TEST(records, names_of_groups_come_off_in_order) {
  std::string names;
  append_name(names, "a");
  append_name(names, std::string(300, 'b'));
  std::string_view left = names;
  EXPECT_EQ(take_name(left), "a");
  EXPECT_EQ(take_name(left), std::string(300, 'b'));
  EXPECT_TRUE(left.empty());
}

TEST(records, interest_refusals_and_stops_come_across) {
  std::vector<std::uint8_t> record;
  const interest wanted{"a.*", "group", 3, true};
  record.resize(size_of(wanted));
  write(record, wanted);
  EXPECT_EQ(kind_of(record), record_kind::interest);
  EXPECT_EQ(read_interest(record).subject, "a.*");
  EXPECT_EQ(read_interest(record).queue, "group");
  EXPECT_EQ(read_interest(record).members, 3U);
  EXPECT_TRUE(read_interest(record).choosy);

  const nobody none{11, 12, "inbox"};
  record.resize(size_of(none));
  write(record, none);
  EXPECT_EQ(kind_of(record), record_kind::nobody);
  EXPECT_EQ(read_nobody(record).origin, 11U);
  EXPECT_EQ(read_nobody(record).question, 12U);
  EXPECT_EQ(read_nobody(record).reply, "inbox");

  const stop halt{13, 14};
  record.resize(size_of(halt));
  write(record, halt);
  EXPECT_EQ(kind_of(record), record_kind::stop);
  EXPECT_EQ(read_stop(record).publisher, 13U);
  EXPECT_EQ(read_stop(record).nanoseconds, 14U);
}

}  // namespace
}  // namespace wirebird::crossing
