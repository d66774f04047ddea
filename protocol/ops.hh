#pragma once

#include <cstdint>
#include <string_view>

/// One plain struct per operation of the NATS text protocol, as it stands on the wire. Views point
/// into the bytes that were parsed (or into the lent line buffer) and live until the parser is
/// called again. Numbers that the server must echo verbatim (leading zeros count) are kept as text
/// beside their value.
namespace wirebird::protocol {

/// CONNECT {json} and INFO {json}: the text between verb and line end, not yet looked at.
struct json_op {
  std::string_view json{};
};

/// PUB subject [reply] size and HPUB subject [reply] header_size total_size. The payload follows as
/// events.
struct publish_op {
  std::string_view subject{};
  std::string_view reply{};             ///< empty: none
  std::string_view header_size_text{};  ///< HPUB only, as sent
  std::string_view total_size_text{};   ///< as sent; PUB: the payload size
  std::uint32_t header_size = 0;        ///< bytes; 0 with PUB
  std::uint32_t total_size = 0;         ///< bytes of headers and payload, without the closing CR LF
  bool has_headers = false;             ///< HPUB, whatever its header size
};

/// SUB subject [queue] sid
struct subscribe_op {
  std::string_view subject{};
  std::string_view queue{};  ///< empty: a plain subscription
  std::string_view sid{};
};

/// UNSUB sid [max]
struct unsubscribe_op {
  std::string_view sid{};
  std::uint32_t max = 0;  ///< 0: now (also when the text was no number)
};

/// MSG subject sid [reply] size and HMSG subject sid [reply] header_size total_size.
struct message_op {
  std::string_view subject{};
  std::string_view sid{};
  std::string_view reply{};  ///< empty: none
  std::string_view header_size_text{};
  std::string_view total_size_text{};
  std::uint32_t header_size = 0;
  std::uint32_t total_size = 0;
  bool has_headers = false;
};

/// -ERR 'text' (quotes removed when they were there)
struct err_op {
  std::string_view text{};
};

}  // namespace wirebird::protocol
