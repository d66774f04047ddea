#include "control/monitor/commands.hh"

#include "control/monitor/json_text.hh"
#include "control/monitor/query.hh"

#include <algorithm>
#include <string>
#include <utility>

namespace wirebird::control {

namespace {

constexpr std::string_view close_path = "/connz/close";
constexpr std::string_view capture_path = "/capture";
constexpr std::string_view lame_duck_path = "/lameduck";
constexpr std::string_view reload_path = "/reload";

page refusal(unsigned status, std::string text) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .body = std::move(text) + "\n"};
}

/// Addresses are wirebird's to judge. throws: bad_query.
command read_capture(const query& asked) {
  capture_order made{.address = std::string(asked.text("address")),
                     .port = asked.unsigned_integer("port"),
                     .frames = asked.unsigned_integer("frames"),
                     .seconds = asked.unsigned_integer("seconds")};
  constexpr std::size_t address_size_max = 64;
  if (made.port > UINT16_MAX || made.address.size() > address_size_max)
    return refusal(400, "that is no port, or no address");
  return made;
}

page about_client(unsigned status, std::uint64_t client, const char* state) {
  json_text out;
  out.begin_object();
  out.add("cid", client);
  out.add("state", state);
  out.end_object();
  return {.status = status, .body = std::move(out).take()};
}

page about_server(unsigned status, std::string_view key, std::string_view text) {
  json_text out;
  out.begin_object();
  out.add(key, text);
  out.end_object();
  return {.status = status, .body = std::move(out).take()};
}

}  // namespace

bool names_command(std::string_view target) noexcept {
  const std::string_view path = target.substr(0, target.find('?'));
  return path == close_path || path == capture_path || path == lame_duck_path ||
         path == reload_path;
}

command read_command(const request& from) {
  if (from.through != entrance::operators)
    return refusal(403, "commands are taken on the operators' socket only");
  if (!from.is_post) return refusal(405, "commands are given by POST");
  const std::size_t mark = std::min(from.target.find('?'), from.target.size());
  const std::string_view path = from.target.substr(0, mark);
  const query asked(from.target.substr(std::min(mark + 1, from.target.size())));
  if (path == lame_duck_path) return lame_duck_order{};
  if (path == reload_path) return reload_order{};
  try {
    if (path == capture_path) return read_capture(asked);
    const close_order made{.client = asked.unsigned_integer("cid")};
    if (made.client != 0) return made;
  } catch (const bad_query& wrong) {
    return refusal(400, wrong.what());
  }
  return refusal(400, "whom? cid=N");
}

page closed_page(std::uint64_t client) {
  return about_client(200, client, "closed");
}

page closing_page(std::uint64_t client) {
  return about_client(202, client, "closing");
}

page no_such_client_page(std::uint64_t client) {
  return about_client(404, client, "unknown");
}

page capture_page(bool is_taken, std::string_view text) {
  return about_server(is_taken ? 202 : 409, is_taken ? "file" : "error", text);
}

page lame_duck_page(bool is_taken, std::string_view text) {
  return about_server(is_taken ? 202 : 409, is_taken ? "state" : "error",
                      is_taken ? "leaving" : text);
}

page reload_page(bool is_taken, std::string_view text) {
  return about_server(is_taken ? 200 : 409, is_taken ? "state" : "error",
                      is_taken ? "reloaded" : text);
}

page unknown_order_page() {
  return refusal(501, "this wirebird is too old for that order");
}

page no_answer_page() {
  return refusal(504, "wirebird does not answer");
}

}  // namespace wirebird::control
