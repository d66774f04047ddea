// The protocol trace, in nats-server's form. Nothing here runs unless the operator asks for it.
#include "dataplane/broker/limits.hh"
#include "dataplane/broker/quoted.hh"
#include "dataplane/broker/session.hh"

#include <algorithm>
#include <string>

namespace wirebird::broker {

namespace {

constexpr std::string_view hidden = "[REDACTED]";

/// `[VERB word word]`; empty words are left out.
std::string bracketed(std::string_view verb, std::initializer_list<std::string_view> words) {
  std::string text = "[" + std::string(verb);
  for (const std::string_view word : words)
    if (!word.empty()) text.append(" ").append(word);
  return text + "]";
}

std::string_view text_of(bool value) noexcept {
  return value ? "true" : "false";
}

/// What CONNECT has said so far, without what proves who somebody is.
std::string connect_text(const protocol::connect_options& said) {
  std::string text = "[CONNECT {\"verbose\":";
  text.append(text_of(said.verbose)).append(",\"pedantic\":").append(text_of(said.pedantic));
  text.append(",\"echo\":").append(text_of(said.echo));
  text.append(",\"headers\":").append(text_of(said.headers));
  text.append(",\"no_responders\":").append(text_of(said.no_responders));
  text.append(",\"protocol\":").append(std::to_string(said.protocol));
  const auto add = [&text](std::string_view key, std::string_view value) {
    if (!value.empty()) text.append(",\"").append(key).append("\":").append(quoted(value));
  };
  const auto hide = [&add](std::string_view key, std::string_view value) {
    if (!value.empty()) add(key, hidden);
  };
  add("name", said.name);
  add("lang", said.lang);
  add("version", said.version);
  add("user", said.user);
  hide("pass", said.pass);
  hide("auth_token", said.auth_token);
  hide("nkey", said.nkey);
  hide("sig", said.sig);
  hide("jwt", said.jwt);
  return text + "}]";
}

}  // namespace

void session::trace(std::string_view direction, std::string_view text) {
  std::string line(direction);
  line.append(" ").append(text.substr(0, trace_bytes_max));
  core_.events.on_trace(identity(), line);
}

void session::trace_input(protocol::event found) {
  std::string text;
  switch (found) {
    case protocol::event::ping: text = "[PING]"; break;
    case protocol::event::pong: text = "[PONG]"; break;
    case protocol::event::ok: text = "[+OK]"; break;
    case protocol::event::err: text = bracketed("-ERR", {parser_.err().text}); break;
    case protocol::event::publish: {
      const protocol::publish_op& op = parser_.publish();
      text = bracketed(op.has_headers ? "HPUB" : "PUB",
                       {op.subject, op.reply, op.header_size_text, op.total_size_text});
      break;
    }
    case protocol::event::subscribe: {
      const protocol::subscribe_op& op = parser_.subscribe();
      text = bracketed("SUB", {op.subject, op.queue, op.sid});
      break;
    }
    case protocol::event::unsubscribe: {
      const protocol::unsubscribe_op& op = parser_.unsubscribe();
      text = bracketed("UNSUB", {op.sid, op.max == 0 ? "" : std::to_string(op.max)});
      break;
    }
    default: return;
  }
  trace("<<-", text);
}

void session::trace_connect() {
  trace("<<-", connect_text(*connect_));
}

void session::trace_payload(const outgoing& message) {
  const std::size_t wanted = core_.rules.traced_bytes_max;
  const std::size_t allowed = std::min(wanted == 0 ? trace_bytes_max : wanted, trace_bytes_max);
  const std::size_t limit = std::min<std::size_t>(allowed, message.op.total_size);
  std::string shown;
  const auto add = [&](std::string_view piece) {
    shown.append(piece.substr(0, limit - std::min(limit, shown.size())));
  };
  if (message.stored == nullptr)
    add(message.payload);
  else
    for (const slice& piece : message.stored->pieces()) add(as_text(piece.bytes()));
  if (shown.size() < message.op.total_size) shown.append("...");
  trace("<<-", "MSG_PAYLOAD: [" + quoted(shown) + "]");
}

void session::trace_reply(std::string_view bytes) {
  std::string_view line = bytes.substr(0, bytes.find("\r\n"));
  if (line.starts_with("INFO")) return;
  if (line == "+OK") line.remove_prefix(1);
  std::string text = "[" + std::string(line) + "]";
  std::erase(text, '\'');
  trace("->>", text);
}

void session::trace_delivery(std::string_view line) {
  trace("->>", "[" + std::string(line.substr(0, line.find("\r\n"))) + "]");
}

}  // namespace wirebird::broker
