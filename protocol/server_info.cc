#include "protocol/server_info.hh"

#include "protocol/json_reader.hh"
#include "protocol/json_writer.hh"

#include <array>
#include <utility>

namespace wirebird::protocol {
namespace {

void add_if_set(json_object_writer& out, std::string_view key, std::string_view value) {
  if (!value.empty()) out.add(key, value);
}

void add_if_true(json_object_writer& out, std::string_view key, bool value) {
  if (value) out.add(key, value);
}

}  // namespace

std::string info_line(const server_info& info) {
  json_object_writer out;
  out.add("server_id", info.server_id);
  out.add("server_name", info.server_name);
  out.add("version", info.version);
  out.add("proto", std::int64_t{info.proto});
  add_if_set(out, "git_commit", info.git_commit);
  out.add("go", info.go);
  out.add("host", info.host);
  out.add("port", std::uint64_t{info.port});
  out.add("headers", info.headers);
  add_if_true(out, "auth_required", info.auth_required);
  add_if_true(out, "tls_required", info.tls_required);
  add_if_true(out, "tls_verify", info.tls_verify);
  add_if_true(out, "tls_available", info.tls_available);
  out.add("max_payload", info.max_payload);
  if (info.client_id != 0) out.add("client_id", info.client_id);
  add_if_set(out, "client_ip", info.client_ip);
  add_if_set(out, "nonce", info.nonce);
  add_if_set(out, "cluster", info.cluster);
  if (!info.connect_urls.empty()) out.add("connect_urls", info.connect_urls);
  add_if_true(out, "ldm", info.ldm);
  add_if_set(out, "wirebird", info.wirebird_version);
  return "INFO " + std::move(out).finish() + " \r\n";
}

bool read_info(std::string_view json, server_info& info) {
  std::int64_t proto = info.proto;
  std::uint64_t port = info.port;
  const std::array members = {
      json_member{"server_id", &info.server_id},
      json_member{"server_name", &info.server_name},
      json_member{"version", &info.version},
      json_member{"proto", &proto},
      json_member{"git_commit", &info.git_commit},
      json_member{"go", &info.go},
      json_member{"host", &info.host},
      json_member{"port", &port},
      json_member{"headers", &info.headers},
      json_member{"auth_required", &info.auth_required},
      json_member{"tls_required", &info.tls_required},
      json_member{"tls_verify", &info.tls_verify},
      json_member{"tls_available", &info.tls_available},
      json_member{"max_payload", &info.max_payload},
      json_member{"client_id", &info.client_id},
      json_member{"client_ip", &info.client_ip},
      json_member{"nonce", &info.nonce},
      json_member{"cluster", &info.cluster},
      json_member{"connect_urls", &info.connect_urls},
      json_member{"ldm", &info.ldm},
      json_member{"wirebird", &info.wirebird_version},
  };
  if (!read_json_object(json, members)) return false;
  if (!std::in_range<int>(proto) || !std::in_range<std::uint16_t>(port)) return false;
  info.proto = static_cast<int>(proto);
  info.port = static_cast<std::uint16_t>(port);
  return true;
}

}  // namespace wirebird::protocol
