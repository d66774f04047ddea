#include "perf/load/message_reader.hh"

#include <array>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wirebird::load {
namespace {

// A reader at one end of a socket pair, and what it was told.
class message_reader_test : public testing::Test {
 public:
  message_reader_test() : scratch_(131'072) {
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends_.data()), 0);
  }
  ~message_reader_test() override {
    close(ends_[0]);
    close(ends_[1]);
  }

  void on_expected(const char* head) { told_ += "E(" + std::string(head, 8) + ")"; }
  void on_message(const message& arrived) {
    const std::size_t shown = std::min<std::size_t>(arrived.size, 8);
    told_ += "M(" + std::string(arrived.subject) + "," + std::string(arrived.reply) + "," +
             std::to_string(arrived.size) + "," + std::string(arrived.head, shown) + ")";
  }
  void on_ping() { told_ += "P"; }

  read_outcome feed(std::string_view bytes) {
    EXPECT_EQ(write(ends_[0], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    return reader_.read(ends_[1], scratch_, *this);
  }
  void hang_up() { shutdown(ends_[0], SHUT_WR); }
  read_outcome read() { return reader_.read(ends_[1], scratch_, *this); }

  message_reader reader_;
  std::string told_;

 private:
  std::array<int, 2> ends_{};
  std::vector<char> scratch_;
};

constexpr std::string_view stream =
    "MSG bench 1 10\r\nabcdefgh\r\n\r\nPING\r\nMSG bench 1 10\r\nijklmnop..\r\n"
    "+OK\r\nINFO {}\r\nMSG other 7 reply.x 3\r\nxyz\r\nPONG\r\nMSG bench 1 8\r\n12345678\r\n";
constexpr std::string_view stream_told =
    "E(abcdefgh)PE(ijklmnop)M(other,reply.x,3,xyz)M(bench,,8,12345678)";

TEST_F(message_reader_test, tells_messages_and_pings_in_order) {
  reader_.expect("bench", "1", 10);
  EXPECT_EQ(feed(stream), read_outcome::drained);
  EXPECT_EQ(told_, stream_told);
}

TEST_F(message_reader_test, any_split_in_two_gives_the_same) {
  reader_.expect("bench", "1", 10);
  for (std::size_t cut = 1; cut < stream.size(); ++cut) {
    told_.clear();
    EXPECT_EQ(feed(stream.substr(0, cut)), read_outcome::drained);
    EXPECT_EQ(feed(stream.substr(cut)), read_outcome::drained);
    EXPECT_EQ(told_, stream_told) << "cut at " << cut;
  }
}

TEST_F(message_reader_test, byte_by_byte_gives_the_same) {
  for (const char& byte : stream) EXPECT_EQ(feed({&byte, 1}), read_outcome::drained);
  EXPECT_EQ(told_,
            "M(bench,,10,abcdefgh)PM(bench,,10,ijklmnop)M(other,reply.x,3,xyz)"
            "M(bench,,8,12345678)");
}

TEST_F(message_reader_test, long_message_is_told_once_wherever_it_is_cut) {
  const std::string head = "MSG bench 1 _INBOX.7 50000\r\n";
  const std::string frame = head + "HEADHEAD" + std::string(49'992, 'x') + "\r\n";
  const std::string next = "MSG bench 1 3\r\nabc\r\n";
  const std::size_t end = frame.size();
  for (const std::size_t cut : {std::size_t{5}, head.size() + 1, head.size() + 16,
                                std::size_t{30'000}, end - 3, end - 2, end - 1, end, end + 4}) {
    told_.clear();
    const std::string both = frame + next;
    EXPECT_EQ(feed(std::string_view(both).substr(0, cut)), read_outcome::drained);
    EXPECT_EQ(feed(std::string_view(both).substr(cut)), read_outcome::drained);
    EXPECT_EQ(told_, "M(bench,_INBOX.7,50000,HEADHEAD)M(bench,,3,abc)") << "cut at " << cut;
  }
}

TEST_F(message_reader_test, more_than_the_scratch_buffer_is_read_in_turns) {
  constexpr int messages = 10'000;
  std::string many;
  std::string expected;
  for (int i = 0; i < messages; ++i) {
    many += "MSG a 1 2\r\nok\r\n";
    expected += "M(a,,2,ok)";
  }
  EXPECT_EQ(feed(many), read_outcome::more);
  EXPECT_EQ(read(), read_outcome::drained);
  EXPECT_EQ(told_, expected);
}

TEST_F(message_reader_test, wrong_bytes_are_a_fault_with_the_line) {
  EXPECT_EQ(feed("HELLO\r\n"), read_outcome::malformed);
  EXPECT_EQ(reader_.fault(), "not NATS: HELLO");
}

TEST_F(message_reader_test, error_lines_are_told_word_for_word) {
  EXPECT_EQ(feed("-ERR 'Stale Connection'\r\n"), read_outcome::malformed);
  EXPECT_EQ(reader_.fault(), "the server says: -ERR 'Stale Connection'");
}

TEST_F(message_reader_test, shifted_framing_is_found) {
  reader_.expect("bench", "1", 10);
  EXPECT_EQ(feed("MSG bench 1 10\r\nabcdefghijk\r\n"), read_outcome::malformed);
  EXPECT_EQ(reader_.fault().substr(0, 26), "no CR LF behind a payload:");
}

TEST_F(message_reader_test, bad_headers_are_found) {
  for (const std::string_view line : {"MSG a 1\r\n", "MSG a 1 x\r\n", "MSG a 1 b c 3\r\n",
                                      "MSG a 1 1234567890\r\n", "MSG\r\n", "MSG a 1 5\n"}) {
    message_reader fresh;
    std::swap(reader_, fresh);
    EXPECT_EQ(feed(line), read_outcome::malformed) << line;
  }
}

TEST_F(message_reader_test, endless_line_is_a_fault) {
  EXPECT_EQ(feed("INFO " + std::string(10'000, 'x')), read_outcome::malformed);
}

TEST_F(message_reader_test, end_of_stream_is_told) {
  EXPECT_EQ(read(), read_outcome::drained);
  hang_up();
  EXPECT_EQ(read(), read_outcome::closed);
  EXPECT_EQ(reader_.fault(), "the server closed the connection");
}

}  // namespace
}  // namespace wirebird::load
