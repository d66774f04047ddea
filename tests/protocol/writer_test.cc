#include "protocol/writer.hh"

#include "tests/protocol/transcript.hh"

#include <memory>
#include <random>

#include <gtest/gtest.h>

namespace wirebird::protocol {
namespace {

/// The bytes of `op`, written into memory of exactly the announced size.
template <typename Op>
std::string written(const Op& op) {
  const std::size_t size = size_of(op);
  const auto memory = std::make_unique<char[]>(size);
  EXPECT_EQ(write(memory.get(), op), memory.get() + size);
  return {memory.get(), size};
}

std::string written(const message_line& line, std::string_view sid) {
  const std::size_t size = line.size(sid);
  const auto memory = std::make_unique<char[]>(size);
  EXPECT_EQ(line.write(memory.get(), sid), memory.get() + size);
  return {memory.get(), size};
}

TEST(writer, writes_upper_case_verbs_and_single_blanks) {
  EXPECT_EQ(written(publish_op{.subject = "a", .total_size_text = "007"}), "PUB a 007\r\n");
  EXPECT_EQ(written(publish_op{.subject = "a", .reply = "r", .total_size = 12}), "PUB a r 12\r\n");
  EXPECT_EQ(written(publish_op{.subject = "a", .total_size = 2, .has_headers = true}),
            "HPUB a 0 2\r\n");
  EXPECT_EQ(written(subscribe_op{.subject = "a.>", .queue = {}, .sid = "1"}), "SUB a.> 1\r\n");
  EXPECT_EQ(written(subscribe_op{.subject = "a", .queue = "q", .sid = "1"}), "SUB a q 1\r\n");
  EXPECT_EQ(written(unsubscribe_op{.sid = "1"}), "UNSUB 1\r\n");
  EXPECT_EQ(written(unsubscribe_op{.sid = "1", .max = 4294967295}), "UNSUB 1 4294967295\r\n");
  EXPECT_EQ(written(message_op{.subject = "a", .sid = "1", .total_size_text = "0002"}),
            "MSG a 1 0002\r\n");
  EXPECT_EQ(written(message_op{.subject = "a",
                               .sid = "1",
                               .reply = "r",
                               .header_size_text = "12",
                               .total_size_text = "0014",
                               .has_headers = true}),
            "HMSG a 1 r 12 0014\r\n");
  EXPECT_EQ(ok_line, "+OK\r\n");
  EXPECT_EQ(ping_line, "PING\r\n");
  EXPECT_EQ(pong_line, "PONG\r\n");
}

TEST(message_line, writes_the_same_line_for_each_sid) {
  const message_line plain("foo", "", false, "", "0002", 2);
  EXPECT_EQ(written(plain, "1"), "MSG foo 1 0002\r\n");
  EXPECT_EQ(written(plain, "a-long-sid"), "MSG foo a-long-sid 0002\r\n");
  EXPECT_EQ(written(message_line("foo", "_I.1", false, "", "2", 1), "9"), "MSG foo 9 _I.1 2\r\n");
  EXPECT_EQ(written(message_line("m", "", true, "16", "16", 1), "5"), "HMSG m 5 16 16\r\n");
  EXPECT_EQ(written(message_line("m", "r", true, "22", "24", 1), "2"), "HMSG m 2 r 22 24\r\n");
}

TEST(message_line, leaves_header_sizes_out_of_a_line_without_headers) {
  EXPECT_EQ(written(message_line("m", "r", false, "22", "2", 1), "2"), "MSG m 2 r 2\r\n");
}

TEST(message_line, says_the_same_as_the_writer_at_every_length) {
  for (std::size_t length = 1; length <= 300; ++length) {
    const std::string subject(length, 's');
    for (const std::size_t reply_length : {std::size_t{0}, std::size_t{1}, length}) {
      const std::string reply(reply_length, 'r');
      const std::size_t lines = 1 + length % 2;
      message_op op{.subject = subject, .sid = "17", .reply = reply, .total_size_text = "12"};
      EXPECT_EQ(written(message_line(subject, reply, false, "", "12", lines), "17"), written(op));
      op.has_headers = true;
      op.header_size_text = "5";
      EXPECT_EQ(written(message_line(subject, reply, true, "5", "12", lines), "17"), written(op));
    }
  }
}

/// Operations from a seed, with the text that their transcript must have.
class random_ops {
 public:
  explicit random_ops(std::uint64_t seed) : random_(seed) {}

  std::string token() {
    std::string out;
    const std::size_t length = 1 + below(below(8) == 0 ? 200 : 12);
    while (out.size() < length) {
      const auto byte = static_cast<char>(below(256));
      if (std::string_view(" \t\r\n").find(byte) == std::string_view::npos) out += byte;
    }
    return out;
  }
  std::string maybe_token() { return below(2) == 0 ? std::string{} : token(); }
  std::string digits(std::uint32_t value) {
    std::string out = std::to_string(value);
    if (below(4) == 0) out.insert(0, below(9 - out.size() + 1), '0');
    return out;
  }
  std::string bytes(std::size_t size) {
    std::string out;
    while (out.size() < size) out += static_cast<char>(below(256));
    return out;
  }
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

 private:
  std::mt19937_64 random_;
};

TEST(writer, what_it_writes_is_what_the_parser_reads_from_a_client) {
  constexpr std::uint64_t seed = 1121;
  SCOPED_TRACE(seed);
  random_ops random(seed);
  for (int round = 0; round < 3000; ++round) {
    const std::string subject = random.token(), other = random.maybe_token(), sid = random.token();
    const auto total = static_cast<std::uint32_t>(random.below(100));
    const auto header = static_cast<std::uint32_t>(random.below(total + 1));
    const std::string total_text = random.digits(total), header_text = random.digits(header);
    const bool has_headers = random.below(2) == 0;
    const std::string body = random.bytes(total);
    const auto max = static_cast<std::uint32_t>(random.below(1'000'000'000));

    std::string bytes = written(subscribe_op{.subject = subject, .queue = other, .sid = sid});
    bytes += written(unsubscribe_op{.sid = sid, .max = max});
    bytes += written(publish_op{.subject = subject,
                                .reply = other,
                                .header_size_text = header_text,
                                .total_size_text = total_text,
                                .has_headers = has_headers});
    bytes += body + "\r\n";

    std::string expected = "SUB " + subject + (other.empty() ? "" : " queue " + other) + " sid " +
                           sid + "\nUNSUB " + sid + " max " + std::to_string(max) + "\n";
    expected += (has_headers ? "HPUB " : "PUB ") + subject;
    if (!other.empty()) expected += " reply " + other;
    if (has_headers) expected += " headers " + header_text + "=" + std::to_string(header);
    expected += " size " + total_text + "=" + std::to_string(total) + "\npayload " +
                std::to_string(total) + " " + body + "\n";
    ASSERT_EQ(transcribe(role::reads_client, limits{}, {bytes}), expected) << "round " << round;
    ASSERT_EQ(transcribe(role::reads_client, limits{}, in_pieces_of(7, bytes)), expected);
  }
}

TEST(writer, what_it_writes_is_what_the_parser_reads_from_a_server) {
  constexpr std::uint64_t seed = 2026;
  SCOPED_TRACE(seed);
  random_ops random(seed);
  for (int round = 0; round < 3000; ++round) {
    const std::string subject = random.token(), reply = random.maybe_token(), sid = random.token();
    message_op op;
    op.subject = subject;
    op.reply = reply;
    op.sid = sid;
    op.total_size = static_cast<std::uint32_t>(random.below(1'048'577));
    op.header_size = static_cast<std::uint32_t>(random.below(op.total_size + 1));
    op.has_headers = random.below(2) == 0;
    const std::string bytes = written(op);

    const limits some;
    parser under_test(role::reads_server, some);
    std::string_view input = bytes;
    ASSERT_EQ(under_test.next(input), event::message) << "round " << round;
    EXPECT_EQ(under_test.message().subject, subject);
    EXPECT_EQ(under_test.message().sid, sid);
    EXPECT_EQ(under_test.message().reply, reply);
    EXPECT_EQ(under_test.message().total_size, op.total_size);
    EXPECT_EQ(under_test.message().header_size, op.has_headers ? op.header_size : 0);
    EXPECT_EQ(under_test.message().has_headers, op.has_headers);
    EXPECT_EQ(written(under_test.message()), bytes) << "and back";
  }
}

}  // namespace
}  // namespace wirebird::protocol
