#include "tests/protocol/transcript.hh"

#include <gtest/gtest.h>

namespace wirebird::protocol {
namespace {

std::string client(std::string_view bytes) {
  return transcribe(role::reads_client, limits{}, {bytes});
}
std::string server(std::string_view bytes) {
  return transcribe(role::reads_server, limits{}, {bytes});
}
std::string failing_with(protocol_error error) {
  return "error " + std::to_string(static_cast<int>(error)) + "\n";
}

const std::string unknown = failing_with(protocol_error::unknown_operation);
const std::string malformed = failing_with(protocol_error::malformed_arguments);

TEST(parser_lexing, verbs_have_no_case) {
  EXPECT_EQ(client("PiNg\r\npong\r\nPonG\n"), "PING\nPONG\nPONG\n");
  EXPECT_EQ(client("sUb a 1\r\nuNsUb 1\r\n"), "SUB a sid 1\nUNSUB 1 max 0\n");
  EXPECT_EQ(client("pub a 1\r\nx\r\nhPuB a 0 1\r\nx\r\n"),
            "PUB a size 1=1\npayload 1 x\nHPUB a headers 0=0 size 1=1\npayload 1 x\n");
  EXPECT_EQ(client("cOnNeCt {}\r\ninfo {}\r\n+oK\r\n-eRr x\r\n"),
            "CONNECT {}\nINFO {}\n+OK\n-ERR x\n");
  EXPECT_EQ(server("msg a 1 0\r\n\r\nHmsg a 1 0 0\r\n\r\nInfo {}\r\n"),
            "MSG sid 1 as PUB a size 0=0\npayload 0 \n"
            "HMSG sid 1 as HPUB a headers 0=0 size 0=0\npayload 0 \nINFO {}\n");
}

TEST(parser_lexing, the_first_wrong_byte_of_a_verb_fails_without_a_line_end) {
  for (const char* bytes :
       {"Z",    "\r",      "\n",     " ",  "\t", "PX",     "PUx",    "PUBx", "PUB\r", "PUB\n",
        "SUBx", "UNSUB\r", "HPUB\n", "HM", "HX", "CA",     "+X",     "+OX",  "-X",    "-ERR\r",
        "INFX", "M",       "R",      "L",  "A",  "\x0bOK", "\x10UB", "p\x15"})
    EXPECT_EQ(client(bytes), unknown) << bytes;
  EXPECT_EQ(client(std::string_view("PUB\0", 4)), unknown);
  EXPECT_EQ(client(std::string_view("\0", 1)), unknown);
  for (const char* bytes : {"PU", "S", "U", "C", "HP", "MSGx", "MSG\r", "HMSG\n", "R", "MX"})
    EXPECT_EQ(server(bytes), unknown) << bytes;
}

TEST(parser_lexing, every_byte_that_begins_no_verb_fails_at_once) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string one(1, static_cast<char>(byte));
    const bool for_server = std::string_view("PpHhSsUuCcIi+-").find(one) != std::string::npos;
    const bool for_client = std::string_view("MmHhPpIi+-").find(one) != std::string::npos;
    EXPECT_EQ(client(one), for_server ? "" : unknown) << byte;
    EXPECT_EQ(server(one), for_client ? "" : unknown) << byte;
  }
}

TEST(parser_lexing, blanks_and_tabs_separate_in_any_number) {
  EXPECT_EQ(client("sub\t foo \t1 \r\npub foo  2\r\nhi\r\n"),
            "SUB foo sid 1\nPUB foo size 2=2\npayload 2 hi\n");
  EXPECT_EQ(client("HPUB \t a\tr  0\t\t2 \t\r\nhi\r\n"),
            "HPUB a reply r headers 0=0 size 2=2\npayload 2 hi\n");
  EXPECT_EQ(server("MSG  a\t1 r  2\t\nhi\r\n"),
            "MSG sid 1 as PUB a reply r size 2=2\n"
            "payload 2 hi\n");
}

TEST(parser_lexing, a_control_line_may_end_with_lf_alone) {
  EXPECT_EQ(client("SUB foo 1\nPING\nPUB foo 2\nhi\r\n"),
            "SUB foo sid 1\nPING\nPUB foo size 2=2\npayload 2 hi\n");
}

TEST(parser_lexing, one_cr_before_lf_is_dropped_and_any_other_is_malformed) {
  EXPECT_EQ(client("SUB foo 1\r\r\n"), malformed);
  EXPECT_EQ(client("SUB foo\rbar 1\r\n"), malformed);
  EXPECT_EQ(client("PUB foo\rbar 1\r\n"), malformed);
  EXPECT_EQ(client("PUB foo 1 \r \r\n"), malformed);
  EXPECT_EQ(client("UNSUB \r1\n"), malformed);
}

TEST(parser_lexing, every_other_byte_is_part_of_an_argument) {
  std::string subject;
  for (int byte = 0; byte < 256; ++byte)
    if (std::string_view(" \t\r\n").find(static_cast<char>(byte)) == std::string_view::npos)
      subject += static_cast<char>(byte);
  EXPECT_EQ(client("SUB " + subject + " 1\r\n"), "SUB " + subject + " sid 1\n");
  EXPECT_EQ(client("PUB " + subject + " " + subject + " 1\r\nx\r\n"),
            "PUB " + subject + " reply " + subject + " size 1=1\npayload 1 x\n");
}

TEST(parser_lexing, ping_pong_and_ok_ignore_the_rest_of_their_line_without_limit) {
  const std::string long_text(100'000, 'x');
  EXPECT_EQ(client("PINGabc x\r\nPONG\r\r\r\n+OK" + long_text + "\nPING" + long_text + "\r\n"),
            "PING\nPONG\n+OK\nPING\n");
  EXPECT_EQ(server("+OKx\nPING \nPONG\n"), "+OK\nPING\nPONG\n");
}

TEST(parser_lexing, connect_and_info_need_no_separator) {
  EXPECT_EQ(client("CONNECT{}\r\nCONNECT\t {} \r\nINFO{}\nCONNECT\r\nINFO \n"),
            "CONNECT {}\nCONNECT {} \nINFO {}\nCONNECT \nINFO \n");
  EXPECT_EQ(client("CONNECT {\r}\r\n"), "CONNECT {\r}\n") << "a CR is white space in JSON";
  EXPECT_EQ(server("INFO {} \r\n"), "INFO {} \n");
}

TEST(parser_lexing, each_verb_counts_its_arguments) {
  for (const char* line :
       {"PUB \r\n", "PUB a\r\n", "PUB a b c 2\r\n", "HPUB a 2\r\n", "HPUB a b c 2 2\r\n",
        "HPUB a b c d e f\r\n", "SUB \r\n", "SUB a\r\n", "SUB a b c d\r\n", "UNSUB \r\n",
        "UNSUB 1 2 3\r\n", "SUB a b c d e f g\r\n", "PUB a b c d e f g h i 1\r\n"})
    EXPECT_EQ(client(line), malformed) << line;
  for (const char* line : {"MSG a 1\r\n", "MSG a 1 r 2 3\r\n", "HMSG a 1 2\r\n",
                           "HMSG a 1 r 2 2 2\r\n", "MSG \r\n", "HMSG a 1 r 3 2\r\n"})
    EXPECT_EQ(server(line), malformed) << line;
  EXPECT_EQ(client("PUB a r 0\r\n\r\n"), "PUB a reply r size 0=0\npayload 0 \n");
  EXPECT_EQ(client("SUB a q 9\r\n"), "SUB a queue q sid 9\n");
  EXPECT_EQ(client("UNSUB 9 12\r\n"), "UNSUB 9 max 12\n");
  EXPECT_EQ(server("HMSG a 1 r 0 0\r\n\r\n"),
            "HMSG sid 1 as HPUB a reply r headers 0=0 size 0=0\npayload 0 \n");
}

TEST(parser_lexing, the_text_of_err_loses_its_quotes) {
  EXPECT_EQ(server("-ERR 'Unknown Protocol Operation'\r\n"), "-ERR Unknown Protocol Operation\n");
  EXPECT_EQ(server("-ERR plain text \t\r\n"), "-ERR plain text\n");
  EXPECT_EQ(server("-ERR '\r\n-ERR ''\r\n-ERR 'a\r\n-ERR \r\n"), "-ERR '\n-ERR \n-ERR 'a\n-ERR \n");
}

TEST(parser_lexing, messages_before_the_wrong_byte_are_still_reported) {
  EXPECT_EQ(client("PING\r\nPUB a 1\r\nx\r\nZ"), "PING\nPUB a size 1=1\npayload 1 x\n" + unknown);
}

TEST(parser_lexing, the_error_line_of_each_error_is_exact) {
  EXPECT_EQ(error_line(protocol_error::unknown_operation), "-ERR 'Unknown Protocol Operation'\r\n");
  EXPECT_EQ(error_line(protocol_error::control_line_exceeded),
            "-ERR 'maximum control line exceeded'\r\n");
  EXPECT_EQ(error_line(protocol_error::payload_exceeded), "-ERR 'Maximum Payload Violation'\r\n");
  EXPECT_EQ(error_line(protocol_error::invalid_client_protocol),
            "-ERR 'invalid client protocol'\r\n");
  EXPECT_EQ(error_line(protocol_error::no_responders_requires_headers),
            "-ERR 'no responders requires headers support'\r\n");
  EXPECT_EQ(error_line(protocol_error::malformed_arguments), "");
  EXPECT_EQ(error_line(protocol_error::client_reported_error), "");
  EXPECT_EQ(error_line(protocol_error::none), "");
}

}  // namespace
}  // namespace wirebird::protocol
