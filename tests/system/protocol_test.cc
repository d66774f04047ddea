#include "tests/system/protocol_rows.hh"
#include "tests/system/raw_client.hh"
#include "tests/system/system_test.hh"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wirebird::system_tests {
namespace {

class protocol : public system_test {
 protected:
  raw_client new_client() { return {broker().host(), broker().port()}; }

  void check_row(const protocol_row& row, bool bytewise) {
    raw_client client = new_client();
    if (row.connect != nothing) client.connect(row.connect);
    std::string input = row.input;
    std::string answer = row.answer;
    if (row.end == then::stays_open) {  // the PONG shows that nothing more comes
      input += "PING\r\n";
      answer += "PONG\r\n";
    }
    if (bytewise) {
      client.send_bytewise(input);
    } else {
      client.send(input);
    }
    if (row.end == then::stays_open) {
      EXPECT_EQ(client.read_bytes(answer.size()), answer);
      EXPECT_EQ(client.received(), "");
      // What it has subscribed is gone when it sees its end, on every worker: the next row is
      // alone.
      client.half_close();
      static_cast<void>(client.read_until_closed());
    } else {
      EXPECT_EQ(client.read_until_closed(), answer);
    }
  }

  // Each row twice: in one piece, and every byte on its own unless that would take too long.
  void check(const std::vector<protocol_row>& rows) {
    constexpr std::size_t bytewise_max = 20'000;
    for (const protocol_row& row : rows) {
      for (const bool bytewise : {false, true}) {
        if (bytewise && row.input.size() > bytewise_max) continue;
        if (bytewise && is_oracle() && row.oracle_differs_when_split) continue;
        SCOPED_TRACE(row.name + (bytewise ? ", byte by byte" : ", in one piece"));
        try {
          check_row(row, bytewise);
        } catch (const std::exception& failure) {
          ADD_FAILURE() << failure.what();
        }
      }
    }
  }
};

TEST_P(protocol, lexing) {
  check(lexing_rows());
}
TEST_P(protocol, numbers) {
  check(number_rows());
}
TEST_P(protocol, limits) {
  check(limit_rows());
}
TEST_P(protocol, subjects) {
  check(subject_rows());
}
TEST_P(protocol, subscriptions) {
  check(subscription_rows());
}
TEST_P(protocol, headers) {
  check(header_rows());
}
TEST_P(protocol, no_responders) {
  check(no_responder_rows());
}
TEST_P(protocol, connect) {
  check(connect_rows());
}
TEST_P(protocol, reserved_names) {
  check(reserved_name_rows());
}

TEST_P(protocol, info_has_the_agreed_fields_in_order) {
  const raw_client client = new_client();
  EXPECT_THAT(client.info(),
              testing::MatchesRegex(
                  R"re(INFO \{"server_id":"N[A-Z2-7]{55}","server_name":"[^"]+",)re"
                  R"re("version":"2\.9\.10","proto":1,("git_commit":"[^"]*",)?"go":"[^"]*",)re"
                  R"re("host":"[^"]*","port":)re" +
                  std::to_string(broker().port()) +
                  R"re(,"headers":true,"max_payload":1048576,"client_id":[0-9]+,)re"
                  R"re("client_ip":"[0-9.]+".*\} )re"
                  "\r\n"));
}

TEST_P(protocol, client_ids_are_never_reused) {
  const std::string key = "\"client_id\":";
  unsigned long last = 0;
  for (int i = 0; i < 20; ++i) {
    const raw_client client = new_client();
    const std::size_t at = client.info().find(key);
    ASSERT_NE(at, std::string::npos) << client.info();
    const unsigned long id = std::stoul(client.info().substr(at + key.size()));
    EXPECT_GT(id, last);
    last = id;
  }
}

TEST_P(protocol, one_queue_group_across_subjects_gets_one_message) {
  raw_client client = new_client();
  client.connect(ordinary);
  client.send("SUB m g1 1\r\nSUB > g1 2\r\nPUB m 1\r\na\r\nPING\r\n");
  const std::string answer = client.read_through("PONG\r\n");
  EXPECT_TRUE(answer == "MSG m 1 1\r\na\r\nPONG\r\n" || answer == "MSG m 2 1\r\na\r\nPONG\r\n")
      << answer;
}

TEST_P(protocol, a_client_without_headers_gets_the_payload_alone) {
  raw_client receiver = new_client();
  receiver.connect(plain);
  receiver.send("SUB foo 1\r\nPING\r\n");
  static_cast<void>(receiver.read_through("PONG\r\n"));
  raw_client publisher = new_client();
  publisher.connect(ordinary);
  publisher.send("HPUB foo r 22 24\r\nNATS/1.0\r\nBar: Baz\r\n\r\nhi\r\n");
  publisher.send("HPUB foo 022 0022\r\nNATS/1.0\r\nBar: Baz\r\n\r\n\r\n");
  const std::string expected = "MSG foo 1 r 2\r\nhi\r\nMSG foo 1 0\r\n\r\n";
  EXPECT_EQ(receiver.read_bytes(expected.size()), expected);
}

TEST_P(protocol, no_answer_of_nobody_goes_to_the_inbox_of_another_connection) {
  raw_client other = new_client();
  other.connect(ordinary);
  other.send("SUB _INBOX.* 5\r\nPING\r\n");
  static_cast<void>(other.read_through("PONG\r\n"));
  raw_client publisher = new_client();
  publisher.connect(ordinary);
  publisher.send("PUB nobody _INBOX.1 0\r\n\r\nPING\r\n");
  EXPECT_EQ(publisher.read_through("PONG\r\n"), "PONG\r\n");
  other.send("PING\r\n");
  EXPECT_EQ(other.read_through("PONG\r\n"), "PONG\r\n");
}

TEST_P(protocol, what_came_before_a_wrong_byte_is_still_delivered) {
  raw_client receiver = new_client();
  receiver.connect(plain);
  receiver.send("SUB foo 1\r\nPING\r\n");
  static_cast<void>(receiver.read_through("PONG\r\n"));
  raw_client publisher = new_client();
  publisher.connect(plain);
  publisher.send("PUB foo 1\r\na\r\nPUB foo 1\r\nb\r\nZ");
  EXPECT_EQ(publisher.read_until_closed(), "-ERR 'Unknown Protocol Operation'\r\n");
  const std::string expected = "MSG foo 1 1\r\na\r\nMSG foo 1 1\r\nb\r\n";
  EXPECT_EQ(receiver.read_bytes(expected.size()), expected);
}

WIREBIRD_ON_EVERY_TRANSPORT(protocol);

}  // namespace
}  // namespace wirebird::system_tests
