#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wirebird::protocol {

/// What INFO says to a client; fields in wire order, optional ones left out when empty or false.
struct server_info {
  std::string server_id;
  std::string server_name;
  std::string version;
  int proto = 1;
  std::string git_commit;
  std::string go;
  std::string host;
  std::uint16_t port = 0;
  bool headers = true;
  bool auth_required = false;
  bool tls_required = false;
  bool tls_verify = false;
  bool tls_available = false;
  std::int64_t max_payload = 1024 * 1024;
  std::uint64_t client_id = 0;
  std::string client_ip;
  std::string nonce;
  std::string cluster;
  std::vector<std::string> connect_urls;
  bool ldm = false;
  std::string wirebird_version;  ///< our own version under the key `wirebird`
};

/// The whole line `INFO {json} \r\n` (the blank before CR LF is part of the protocol).
[[nodiscard]] std::string info_line(const server_info& info);

/// Reads what a server sent after INFO; unknown keys ignored. returns: false for malformed text or
/// a wrong type.
[[nodiscard]] bool read_info(std::string_view json, server_info& info);

}  // namespace wirebird::protocol
