#include "tests/protocol/conversations.hh"

namespace wirebird::protocol {
namespace {

using namespace std::string_literals;

std::vector<std::string> from_clients() {
  const std::string full(40, 'a');  // as long as a line may be
  return {
      "CONNECT {\"verbose\":false}\r\nPING\r\nSUB foo 1\r\nPUB foo 2\r\nhi\r\nUNSUB 1\r\n",
      "connect{}\nsub\t foo \t1 \r\npub foo  2\r\nhi\r\n+ok\nPoNg what else\n",
      "SUB a.*.> workers 17\r\nUNSUB 17 5\nUNSUB 17 many\nUNSUB 17 0000000000\r\nPING",
      "PUB a reply 0\r\n\r\nPUB a 0012\r\nPUB b 3\r\nabc\r\r\nPING\r\n",
      "PUB a 12\r\nPUB b 3\r\nab\n\r\nHPUB a r 012 0014\r\nNATS/1.0\r\n\r\nhi\r\n",
      "HPUB a 0 0\r\n\r\nHPUB a 2 1\r\n",
      "PUB a 30\r\n012345678901234567890123456789\r\nPUB a 31\r\n0",
      "PUB a 5\r\nhell\r\nPING\r\n",
      "PUB a 5\r\nhello\n",
      "PUB a 5\r\nhello\r\r\n",
      "PUB a 0\r\nx",
      "PUB a -1\r\n",
      "PUB a 0000000001\r\n",
      "PUB a\r\n",
      "PUB \t\r\n",
      "PUB\r\n",
      "PUBx",
      "SUB a\rb 1\r\n",
      "SUB a 1\r \r\n",
      "SUB a 1\r\r\n",
      "SUB a b c d\r\n",
      "UNSUB \n",
      "UNSUB 1 2 3\n",
      "CONNECT\r\nINFO\nINFO {}\r\nCONNECT \t {\r} \r\n-ERR  'a b' \t\r\n-err x\n",
      "-ERR\r\n",
      "\r\n",
      " PING\r\n",
      "PING\r\n\r\n",
      "HMSG a 1 2 2\r\n",
      "MSG a 1 2\r\n",
      "PIXG\r\n",
      "SUB " + full.substr(2) + " 1\r\nPING\r\n",
      "SUB  \t " + full.substr(3) + " 1\nPING\r\n",
      "SUB " + full.substr(2) + " 1 \r\n",
      "SUB " + full + "\r\n",
      "SUB " + full + "a",
      "SUB " + full + "\ra\r\n",
      "SUB " + full + "\r\r\n",
      "CONNECT " + full + "\r\nPING " + full + full + "\r\nPING\r\n",
      "CONNECT " + full + "\r",
      "SUB \0\x01\x7f\xff\v\f 1\r\nPUB \0 3\r\n\0\r\n\r\nPING\r\n"s,
  };
}

std::vector<std::string> from_servers() {
  return {
      "INFO {\"port\":4222} \r\n+OK\r\nPONG\r\nMSG foo 1 2\r\nhi\r\nMSG foo 9 _I.1 "
      "0\r\n\r\nPING\r\n",
      "HMSG foo 1 12 14\r\nNATS/1.0\r\n\r\nhi\r\nHMSG foo 2 r 012 012\r\nNATS/1.0\r\n\r\n\r\n",
      "hmsg foo 1 503 12 14\nNATS",
      "-ERR 'Stale Connection'\r\n-ERR ''\r\n-ERR '\r\n",
      "MSG foo 1\r\n",
      "MSG foo 1 2 3 4\r\n",
      "HMSG a b c 1 2 3\r\n",
      "HMSG foo 1 3 2\r\n",
      "MSG a 1 31\r\n",
      "MSG a 1 3\r\nabcd",
      "PUB a 1\r\n",
      "CONNECT {}\r\n",
      "MSGa",
      "+OX",
  };
}

}  // namespace

std::vector<conversation> conversations() {
  std::vector<conversation> all;
  for (std::string& bytes : from_clients()) all.push_back({role::reads_client, std::move(bytes)});
  for (std::string& bytes : from_servers()) all.push_back({role::reads_server, std::move(bytes)});
  return all;
}

}  // namespace wirebird::protocol
