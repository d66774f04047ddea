#include "dataplane/config/effective.hh"

#include "dataplane/config/duration.hh"
#include "dataplane/config/value.hh"

#include <cstdint>
#include <string_view>
#include <vector>

namespace wirebird::config {

namespace {

class writer {
 public:
  void text(std::string_view key, std::string_view content) { line(key, quoted(content)); }
  void number(std::string_view key, std::uint64_t content) { line(key, std::to_string(content)); }
  void truth(std::string_view key, bool content) { line(key, content ? "true" : "false"); }
  void length(std::string_view key, duration content) { text(key, to_text(content)); }
  void open(const std::string& what) {
    text_ += indent_ + what + " {\n";
    indent_ += "  ";
  }
  void close() {
    indent_.resize(indent_.size() - 2);
    text_ += indent_ + "}\n";
  }
  void line(std::string_view key, const std::string& content) {
    text_ += indent_ + std::string(key) + ": " + content + "\n";
  }
  [[nodiscard]] const std::string& result() const noexcept { return text_; }

 private:
  std::string text_;
  std::string indent_;
};

std::string list_of(const std::vector<std::string>& texts) {
  std::string list = "[";
  for (const std::string& one : texts) list += (list.size() == 1 ? "" : ", ") + quoted(one);
  return list + "]";
}

std::string list_of(const std::vector<auth::subject_rule>& rules) {
  std::vector<std::string> texts;
  for (const auto& one : rules)
    texts.push_back(one.queue.empty() ? one.subject : one.subject + " " + one.queue);
  return list_of(texts);
}

void write(writer& to, std::string_view key, const auth::permission& of) {
  to.open(std::string(key));
  to.line("allow", list_of(of.allow));
  to.line("deny", list_of(of.deny));
  to.close();
}

void write(writer& to, const auth::permissions& of) {
  to.open("permissions");
  write(to, "publish", of.publish);
  write(to, "subscribe", of.subscribe);
  if (of.responses) {
    to.open("allow_responses");
    to.line("max", std::to_string(of.responses->max));
    to.length("expires", of.responses->expires);
    to.close();
  }
  to.close();
}

void write(writer& to, const auth::rules& of) {
  to.open("authorization");
  to.length("timeout", of.timeout);
  if (!of.token.empty()) to.text("token", "(hidden)");
  if (of.token_may) write(to, *of.token_may);
  for (const auth::user& one : of.users) {
    to.open("user");
    to.text(one.key ? "nkey" : "user", one.name);
    if (!one.key) to.text("password", one.password.empty() ? "" : "(hidden)");
    if (one.may) write(to, *one.may);
    to.number("connection_types", one.connection_kinds);
    to.close();
  }
  to.close();
  to.text("no_auth_user", of.no_auth_user);
}

void write(writer& to, const client_limits& of) {
  to.number("max_connections", of.max_connections);
  to.number("max_subscriptions", of.max_subscriptions);
  to.number("max_control_line", of.max_control_line);
  to.number("max_payload", of.max_payload);
  to.number("max_pending", of.max_pending);
  to.number("max_sub_tokens", of.max_sub_tokens);
  to.length("ping_interval", of.ping_interval);
  to.number("ping_max", of.ping_max);
  to.length("write_deadline", of.write_deadline);
  to.truth("no_header_support", !of.headers);
}

}  // namespace

std::string effective(const options& of) {
  writer to;
  to.text("host", of.host);
  to.number("port", of.port);
  to.text("server_name", of.server_name);
  to.text("client_advertise", of.client_advertise);
  to.truth("proxy_protocol", of.proxy_protocol);
  to.line("server_tags", list_of(of.server_tags));
  to.text("pid_file", of.pid_file);
  to.text("ports_file_dir", of.ports_file_dir);
  write(to, of.limits);
  write(to, of.authorization);
  to.truth("debug", of.log.debug);
  to.truth("trace", of.log.trace);
  to.truth("trace_verbose", of.log.trace_verbose);
  to.truth("logtime", of.log.times);
  to.text("log_file", of.log.file);
  to.number("log_size_limit", of.log.size_limit);
  to.truth("syslog", of.log.syslog);
  to.text("remote_syslog", of.log.remote_syslog);
  to.number("max_traced_msg_len", of.log.traced_bytes_max);
  to.text("http_host", of.monitor.host);
  to.line("http_port", of.monitor.http_port ? std::to_string(*of.monitor.http_port) : "off");
  to.line("https_port", of.monitor.https_port ? std::to_string(*of.monitor.https_port) : "off");
  to.text("http_base_path", of.monitor.base_path);
  to.text("control", of.control.external ? "external" : "spawn");
  to.text("control_link", of.control.link);
  to.text("control_socket", of.control.socket);
  to.text("control_listen", of.control.listen ? to_string(*of.control.listen) : "");
  to.text("capture_dir", of.control.capture_dir);
  to.line("monitor_allow", list_of(of.control.allow));
  to.length("lame_duck_duration", of.leave.length);
  to.length("lame_duck_grace_period", of.leave.grace);
  to.truth("ignore_unsupported", of.ignore_unsupported);
  to.open("dataplane");
  to.text("nic", of.nic);
  to.text("ip", of.interface ? to_string(of.interface->address) + "/" +
                                   std::to_string(of.interface->prefix_length)
                             : "");
  to.truth("trust_rx_checksum", of.trust_receive_checksums);
  to.truth("no_huge", of.no_huge);
  to.text("gateway", of.gateway ? to_string(*of.gateway) : "");
  to.line("workers", of.workers ? std::to_string(*of.workers) : "auto");
  std::vector<std::string> cores;
  for (const unsigned one : of.cores) cores.push_back(std::to_string(one));
  to.line("cores", list_of(cores));
  to.text("idle", of.idle == idle_strategy::spin ? "spin" : "adaptive");
  to.close();
  return to.result();
}

}  // namespace wirebird::config
