#include "tests/system/protocol_rows.hh"

// The numbers in the names are those of the table of traps in the client protocol reference; rows
// that are to close the connection end with the byte at which the broker can know it.
namespace wirebird::system_tests {
namespace {

using enum then;

const std::string unknown_operation = "-ERR 'Unknown Protocol Operation'\r\n";
const std::string too_long = "-ERR 'maximum control line exceeded'\r\n";
const std::string too_large = "-ERR 'Maximum Payload Violation'\r\n";
const std::string block = "NATS/1.0\r\nBar: Baz\r\n\r\n";
const std::string nobody = "16 16\r\nNATS/1.0 503\r\n\r\n\r\n";

}  // namespace

std::vector<protocol_row> lexing_rows() {
  return {
      {"05 any case and blanks", ordinary, "sub\t foo \t1 \r\npub foo  2\r\nhi\r\n",
       "MSG foo 1 2\r\nhi\r\n"},
      {"06 line feed alone ends a line", ordinary, "SUB foo 1\nPING\n", "PONG\r\n"},
      {"07 payload must end with CR LF", ordinary, "PUB foo 2\r\nhi\n", unknown_operation, closes},
      {"07 payload longer than said", ordinary, "PUB foo 2\r\nhiX", unknown_operation, closes},
      {"07 CR without LF behind the payload", ordinary, "PUB foo 2\r\nhi\rX", unknown_operation,
       closes},
      {"08 unknown verb", ordinary, "Z", unknown_operation, closes},
      {"08 empty line", ordinary, "\r", unknown_operation, closes},
      {"08 leading blank", ordinary, " ", unknown_operation, closes},
      {"08 wrong byte within a verb", ordinary, "SUBx", unknown_operation, closes},
      {"08 verb cut short", ordinary, "PU\r", unknown_operation, closes},
      {"08 route verb MSG", ordinary, "M", unknown_operation, closes},
      {"08 route verb RMSG", ordinary, "R", unknown_operation, closes},
      {"08 route verb LS+", ordinary, "L", unknown_operation, closes},
      {"08 NUL", ordinary, std::string(1, '\0'), unknown_operation, closes},
      {"09 junk after PING", ordinary, "PINGabc\r\n", "PONG\r\n"},
      {"09 junk after PING, mixed case", ordinary, "PiNgabc x\r\n", "PONG\r\n"},
      {"09 junk after PONG", ordinary, "PONGabc x\r\n", ""},
      {"+OK is ignored", ordinary, "+OK\r\n+ok what\r\n", ""},
      {"-ERR closes", ordinary, "-ERR why\r\n", "", closes},
      {"INFO is ignored", ordinary, "INFO {}\r\n", ""},
      {"INFO with bad JSON", ordinary, "INFO {\r\n", "", closes},
      {"payload bytes are not looked at", ordinary,
       "SUB foo 1\r\nPUB foo 9\r\n\r\nPING\r\n\0\r\n" + std::string("\0\r\n", 3) + "",
       "MSG foo 1 9\r\n\r\nPING\r\n" + std::string("\0\r\n", 3)},
      {"raw bytes in a subject", ordinary, "SUB \x01\xff\x0b 1\r\nPUB \x01\xff\x0b 1\r\na\r\n",
       "MSG \x01\xff\x0b 1 1\r\na\r\n"},
      {"a sid is any token", ordinary, "SUB foo a.b>c\r\nPUB foo 1\r\na\r\nUNSUB a.b>c\r\n",
       "MSG foo a.b>c 1\r\na\r\n"},
  };
}

std::vector<protocol_row> number_rows() {
  return {
      {"10 digits are echoed as sent", ordinary, "SUB foo 1\r\nPUB foo 0002\r\nhi\r\n",
       "MSG foo 1 0002\r\nhi\r\n"},
      {"10 nine digits", ordinary, "SUB foo 1\r\nPUB foo 000000002\r\nhi\r\n",
       "MSG foo 1 000000002\r\nhi\r\n"},
      {"11 ten digits", ordinary, "PUB foo 0000000002\r\n", "", closes},
      {"11 no size", ordinary, "PUB foo\r\n", "", closes},
      {"11 four arguments", ordinary, "PUB foo a b 1\r\n", "", closes},
      {"11 negative size", ordinary, "PUB foo -1\r\n", "", closes},
      {"11 signed size", ordinary, "PUB foo +1\r\n", "", closes},
      {"11 size in letters", ordinary, "PUB foo 1a\r\n", "", closes},
      {"11 size beyond 64 bits", ordinary, "PUB foo 18446744073709551618\r\n", "", closes},
      {"11 SUB without sid", ordinary, "SUB foo\r\n", "", closes},
      {"11 SUB with four arguments", ordinary, "SUB foo a b 1\r\n", "", closes},
      {"11 UNSUB without sid", ordinary, "UNSUB \r\n", "", closes},
      {"11 UNSUB with three arguments", ordinary, "UNSUB 1 2 3\r\n", "", closes},
      {"11 HPUB without total", ordinary, "HPUB foo 2\r\n", "", closes},
      {"11 HPUB with headers beyond total", ordinary, "HPUB foo 5 4\r\n", "", closes},
      {"11 HPUB with a bad number", ordinary, "HPUB foo x 4\r\n", "", closes},
  };
}

std::vector<protocol_row> limit_rows() {
  const std::string mega(1048576, 'm');
  const std::string line(4096, 'a');
  const std::string name(4094, 'n');
  return {
      {"12 one byte too many", ordinary, "PUB foo 1048577\r\n", too_large, closes},
      {"12 the largest number", ordinary, "PUB foo 999999999\r\n", too_large, closes},
      {"12 headers count", ordinary, "HPUB foo 22 1048577\r\n", too_large, closes},
      {"12 exactly the limit", ordinary, "SUB foo 1\r\nPUB foo 1048576\r\n" + mega + "\r\n",
       "MSG foo 1 1048576\r\n" + mega + "\r\n"},
      {"13 an unfinished line of 4097 bytes", ordinary, "SUB " + line + "a", too_long, closes},
      {"13 exactly 4096 bytes", ordinary, "SUB " + name + " 1\r\n", ""},
      {"13 leading blanks are not counted", ordinary, "SUB     " + name + " 1\r\n", ""},
      {"13 a long publish line", ordinary, "PUB " + line + "a", too_long, closes},
      {"13 PING has no limit", ordinary, "PING" + line + line + "\r\n", "PONG\r\n"},
  };
}

std::vector<protocol_row> subject_rows() {
  return {
      {"14 empty token, and the sid is free", ordinary,
       "SUB foo..bar 7\r\nSUB foo 7\r\nPUB foo 2\r\nhi\r\n",
       "-ERR 'Invalid Subject'\r\nMSG foo 7 2\r\nhi\r\n"},
      {"14 leading dot", ordinary, "SUB .foo 1\r\n", "-ERR 'Invalid Subject'\r\n"},
      {"14 trailing dot", ordinary, "SUB foo. 1\r\n", "-ERR 'Invalid Subject'\r\n"},
      {"14 inner full wildcard", ordinary, "SUB foo.>.bar 1\r\n", "-ERR 'Invalid Subject'\r\n"},
      {"15 publish with an empty token", ordinary, "SUB > 1\r\nPUB foo..bar 2\r\nhi\r\n", ""},
      {"15 the same, pedantic", pedantic, "SUB > 1\r\nPUB foo..bar 2\r\nhi\r\n",
       "-ERR 'Invalid Publish Subject'\r\n", stays_open, true},
      {"16 publish to a wildcard is literal", ordinary,
       "SUB foo.* 1\r\nSUB foo.bar 2\r\nPUB foo.* 2\r\nhi\r\n", "MSG foo.* 1 2\r\nhi\r\n"},
      {"16 the same, pedantic", pedantic, "SUB foo.* 1\r\nPUB foo.* 2\r\nhi\r\n",
       "-ERR 'Invalid Publish Subject'\r\nMSG foo.* 1 2\r\nhi\r\n", stays_open, true},
      {"17 star within a token is literal", ordinary,
       "SUB foo* 1\r\nSUB >x 2\r\nPUB foo* 0\r\n\r\nPUB foox 0\r\n\r\n", "MSG foo* 1 0\r\n\r\n"},
      {"17 greater-than within a token is literal", ordinary,
       "SUB >x 2\r\nPUB >x 0\r\n\r\nPUB y 0\r\n\r\n", "MSG >x 2 0\r\n\r\n"},
      {"18 full wildcard wants a token", ordinary, "SUB foo.> 1\r\nPUB foo 0\r\n\r\n", ""},
      {"18 full wildcard takes many", ordinary, "SUB foo.> 1\r\nPUB foo.a.b.c 0\r\n\r\n",
       "MSG foo.a.b.c 1 0\r\n\r\n"},
      {"18 star takes exactly one", ordinary,
       "SUB *.b 1\r\nPUB a.b 0\r\n\r\nPUB b 0\r\n\r\nPUB a.b.c 0\r\n\r\n", "MSG a.b 1 0\r\n\r\n"},
      {"subjects are case-sensitive", ordinary, "SUB foo 1\r\nPUB Foo 0\r\n\r\n", ""},
      {"replies are not checked", ordinary, "SUB foo 1\r\nPUB foo a..> 0\r\n\r\n",
       "MSG foo 1 a..> 0\r\n\r\n"},
  };
}

std::vector<protocol_row> subscription_rows() {
  const std::string two = "PUB foo 1\r\na\r\nPUB foo 1\r\nb\r\n";
  const std::string got_two = "MSG foo 1 1\r\na\r\nMSG foo 1 1\r\nb\r\n";
  return {
      {"19 a duplicate sid is ignored", ordinary,
       "SUB foo 1\r\nSUB bar 1\r\nPUB foo 1\r\na\r\nPUB bar 1\r\nb\r\n", "MSG foo 1 1\r\na\r\n"},
      {"20 maximum counts what came before", ordinary,
       "SUB foo 1\r\n" + two + "UNSUB 1 3\r\n" + two, got_two + "MSG foo 1 1\r\na\r\n"},
      {"20 maximum already reached", ordinary, "SUB foo 1\r\n" + two + "UNSUB 1 2\r\n" + two,
       got_two},
      {"20 maximum zero", ordinary, "SUB foo 1\r\n" + two + "UNSUB 1 0\r\n" + two, got_two},
      {"20 maximum not a number", ordinary, "SUB foo 1\r\n" + two + "UNSUB 1 x\r\n" + two, got_two},
      {"20 maximum of ten digits", ordinary, "SUB foo 1\r\n" + two + "UNSUB 1 0000000009\r\n" + two,
       got_two},
      {"20 a second maximum replaces the first", ordinary,
       "SUB foo 1\r\nUNSUB 1 1\r\nUNSUB 1 2\r\n" + two + two, got_two},
      {"20 plain UNSUB cancels a maximum", ordinary, "SUB foo 1\r\nUNSUB 1 9\r\nUNSUB 1\r\n" + two,
       ""},
      {"20 after the maximum the sid is free", ordinary,
       "SUB foo 1\r\nUNSUB 1 2\r\n" + two + "SUB foo 1\r\n" + two, got_two + got_two},
      {"21 unknown sid", ordinary, "UNSUB 99\r\n", ""},
      {"21 unknown sid, verbose", verbose, "UNSUB 99\r\n", "+OK\r\n"},
      {"verbose answers each operation", verbose,
       "SUB foo 1\r\nPUB foo 1\r\na\r\nUNSUB 1\r\nPING\r\n",
       "+OK\r\n+OK\r\nMSG foo 1 1\r\na\r\n+OK\r\nPONG\r\n"},
      {"verbose: no +OK for a failed SUB", verbose, "SUB foo. 1\r\n", "-ERR 'Invalid Subject'\r\n"},
      {"reply is passed on", ordinary, "SUB foo 1\r\nPUB foo in.box 1\r\na\r\n",
       "MSG foo 1 in.box 1\r\na\r\n"},
      {"echo off", echo_off, "SUB foo 1\r\nPUB foo 1\r\na\r\n", ""},
  };
}

std::vector<protocol_row> header_rows() {
  return {
      {"25 headers", ordinary, "SUB foo 2\r\nHPUB foo r 22 24\r\n" + block + "hi\r\n",
       "HMSG foo 2 r 22 24\r\n" + block + "hi\r\n"},
      {"25 headers without reply and payload", ordinary,
       "SUB foo 2\r\nhpub foo 22 22\r\n" + block + "\r\n", "HMSG foo 2 22 22\r\n" + block + "\r\n"},
      {"25 digits are echoed as sent", ordinary,
       "SUB foo 2\r\nHPUB foo 022 0024\r\n" + block + "hi\r\n",
       "HMSG foo 2 022 0024\r\n" + block + "hi\r\n"},
      {"the block is not looked at", ordinary, "SUB foo 5\r\nHPUB foo 2 4\r\nabhi\r\n",
       "HMSG foo 5 2 4\r\nabhi\r\n"},
      {"no header bytes: a plain message", ordinary, "SUB foo 1\r\nHPUB foo 0 2\r\nhi\r\n",
       "MSG foo 1 2\r\nhi\r\n"},
      {"headers that were not agreed", plain, "HPUB foo 22 24\r\n", "", closes},
      {"headers before CONNECT", nothing, "HPUB foo 22 24\r\n", "", closes},
  };
}

std::vector<protocol_row> no_responder_rows() {
  return {
      {"23 nobody listens", ordinary, "SUB _INBOX.* 5\r\nPUB nobody _INBOX.1 0\r\n\r\n",
       "HMSG _INBOX.1 5 " + nobody},
      {"23 the inbox is a queue subscription", ordinary,
       "SUB _INBOX.* q 5\r\nPUB nobody _INBOX.1 0\r\n\r\n", ""},
      {"23 not asked for", plain, "SUB _INBOX.* 5\r\nPUB nobody _INBOX.1 0\r\n\r\n", ""},
      {"23 no reply subject", ordinary, "SUB _INBOX.* 5\r\nPUB nobody 0\r\n\r\n", ""},
      {"23 no inbox", ordinary, "PUB nobody _INBOX.1 0\r\n\r\n", ""},
      {"23 nobody listens, with headers", ordinary,
       "SUB _INBOX.* 5\r\nHPUB nobody _INBOX.1 22 22\r\n" + block + "\r\n",
       "HMSG _INBOX.1 5 " + nobody},
      {"23 somebody listens", ordinary, "SUB _INBOX.* 5\r\nSUB svc 6\r\nPUB svc _INBOX.1 0\r\n\r\n",
       "MSG svc 6 _INBOX.1 0\r\n\r\n"},
      {"24 an own subscription without echo is nobody", echo_off,
       "SUB foo 1\r\nSUB in 3\r\nPUB foo in 1\r\na\r\n", "HMSG in 3 " + nobody},
  };
}

std::vector<protocol_row> connect_rows() {
  return {
      {"02 verbose is the default", nothing, "CONNECT {}\r\nPING\r\n", "+OK\r\nPONG\r\n"},
      {"03 without CONNECT", nothing, "SUB foo 1\r\n", "+OK\r\n"},
      {"04 the first answer is PONG", nothing, "CONNECT {\"verbose\":false}\r\nPING\r\n",
       "PONG\r\n"},
      {"blanks around the object", nothing, "CONNECT \t {\"verbose\":false} \r\nPING\r\n",
       "PONG\r\n"},
      {"no blank before the object", nothing, "CONNECT{\"verbose\":false}\r\nPING\r\n", "PONG\r\n"},
      {"keys in any case, unknown keys, null", nothing,
       "CONNECT {\"VERBOSE\":false,\"x\":[1,{\"y\":2}],\"echo\":null}\r\nPING\r\n", "PONG\r\n"},
      {"30 protocol 2", nothing, "CONNECT {\"verbose\":false,\"protocol\":2}\r\n",
       "-ERR 'invalid client protocol'\r\n", closes},
      {"30 protocol -1", nothing, "CONNECT {\"verbose\":false,\"protocol\":-1}\r\n",
       "-ERR 'invalid client protocol'\r\n", closes},
      {"30 no responders without headers", nothing,
       "CONNECT {\"verbose\":false,\"no_responders\":true}\r\n",
       "-ERR 'no responders requires headers support'\r\n", closes},
      {"30 malformed JSON", nothing, "CONNECT {\"verbose\":false\r\n", "", closes},
      {"30 wrong type", nothing, "CONNECT {\"verbose\":\"no\"}\r\n", "", closes},
      {"30 no object", nothing, "CONNECT []\r\n", "", closes},
      {"an account may not be chosen", nothing, "CONNECT {\"verbose\":false,\"account\":\"A\"}\r\n",
       "-ERR 'Authorization Violation'\r\n", closes},
  };
}

std::vector<protocol_row> reserved_name_rows() {
  return {
      {"publish to _GR_.", ordinary, "PUB _GR_.x 1\r\na\r\n",
       "-ERR 'Permissions Violation for Publish to \"_GR_.x\"'\r\n"},
      {"reply to _R_.", ordinary, "PUB foo _R_.x 1\r\na\r\n",
       "-ERR 'Permissions Violation for Publish with Reply of \"_R_.x\"'\r\n"},
      {"reply to $JS.ACK.", ordinary, "PUB foo $JS.ACK.x 1\r\na\r\n",
       "-ERR 'Permissions Violation for Publish with Reply of \"$JS.ACK.x\"'\r\n"},
      {"queue _sys_", ordinary, "SUB foo _sys_ 1\r\n",
       "-ERR 'Permissions Violation for Subscription to \"foo\" using queue \"_sys_\"'\r\n"},
      {"$SYS. is an ordinary subject", ordinary, "SUB $SYS.x 1\r\nPUB $SYS.x 1\r\na\r\n",
       "MSG $SYS.x 1 1\r\na\r\n"},
  };
}

}  // namespace wirebird::system_tests
