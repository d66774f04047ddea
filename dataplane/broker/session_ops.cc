// One handler per operation of the client protocol.
#include "dataplane/broker/quoted.hh"
#include "dataplane/broker/session.hh"
#include "protocol/server_info.hh"
#include "protocol/subject.hh"
#include "protocol/writer.hh"

#include <string>

namespace wirebird::broker {

namespace {

/// Publishing to it is for servers (replies that cross clusters).
constexpr std::string_view gateway_reply_prefix = "_GR_.";
constexpr std::string_view acknowledgement_prefix = "$JS.ACK.";
constexpr std::string_view service_reply_prefix = "_R_.";
constexpr std::string_view system_queue = "_sys_";

/// The bare prefix does not lie under itself: to 2.9.10 it is as good as any other subject.
bool lies_under(std::string_view subject, std::string_view prefix) noexcept {
  return subject.size() > prefix.size() && subject.starts_with(prefix);
}

/// No client's own reply may look like one that servers make; here the bare `_R_.` counts.
bool is_reserved_reply(std::string_view reply) noexcept {
  return reply.starts_with(service_reply_prefix) || lies_under(reply, acknowledgement_prefix) ||
         lies_under(reply, gateway_reply_prefix);
}

}  // namespace

void session::on_connect(std::string_view json, instant now) {
  last_activity_ = now;
  if (connect_ == nullptr) connect_ = std::make_unique<protocol::connect_options>();
  protocol::connect_options& said = *connect_;
  if (!protocol::merge_connect(json, said)) {
    core_.counts.bad_json.add();
    close_with({}, "CONNECT cannot be read", close_reason::protocol_violation, now);
    return;
  }
  if (core_.rules.trace) [[unlikely]]
    trace_connect();
  if (core_.rules.login.required)
    ask_for_login(true, now);
  else
    enter(now);
}

void session::enter(instant now) {
  const protocol::connect_options& said = *connect_;
  phase_ = phase::connected;
  parser_.set_limits(core_.limits);
  arm_first_ping(now);
  verbose_ = said.verbose;
  pedantic_ = said.pedantic;
  echo_ = said.echo;
  headers_ = core_.rules.headers && said.headers;
  no_responders_ = said.no_responders && headers_;
  if (said.new_account || !said.account.empty()) {
    refuse_login(now);
    return;
  }
  const bool speaks_ours = said.protocol == 0 || said.protocol == 1;
  if (speaks_ours && no_responders_ == said.no_responders) {
    acknowledge(now);
    return;
  }
  core_.counts.bad_connects.add();
  const auto error = speaks_ours ? protocol::protocol_error::no_responders_requires_headers
                                 : protocol::protocol_error::invalid_client_protocol;
  const std::string_view line = protocol::error_line(error);
  close_with(line, text_of_error(line),
             speaks_ours ? close_reason::no_responders_requires_headers
                         : close_reason::bad_client_protocol_version,
             now);
}

void session::on_info(std::string_view json, instant now) {
  protocol::server_info ignored;
  if (protocol::read_info(json, ignored)) return;
  core_.counts.bad_json.add();
  close_with({}, "INFO cannot be read", close_reason::protocol_violation, now);
}

void session::acknowledge(instant now) {
  if (verbose_) reply(protocol::ok_line, now);
}

void session::refuse_operation(counter& count, std::string_view text, instant now) {
  refuse_operation(count, text, text, now);
}

void session::refuse_operation(counter& count, std::string_view text, std::string_view log_text,
                               instant now) {
  count.add();
  core_.events.on_refusal(identity(), log_text);
  reply(std::string("-ERR '").append(text).append("'\r\n"), now);
}

bool session::is_permitted(const protocol::publish_op& op, instant now) {
  std::string text;
  if (lies_under(op.subject, gateway_reply_prefix))
    text.append("Permissions Violation for Publish to ").append(quoted(op.subject));
  else if (!may_publish(op.subject, now)) {
    const std::string subject = quoted(op.subject);
    refuse_operation(core_.counts.publishes_refused,
                     "Permissions Violation for Publish to " + subject,
                     "Publish Violation - " + user_text() + ", Subject " + subject, now);
    return false;
  } else if (is_reserved_reply(op.reply))
    text.append("Permissions Violation for Publish with Reply of ").append(quoted(op.reply));
  if (text.empty()) return true;
  refuse_operation(core_.counts.publishes_refused, text, now);
  return false;
}

void session::on_message(outgoing& message, instant now) {
  if (core_.rules.trace) [[unlikely]]
    trace_payload(message);
  last_activity_ = now;
  core_.counts.in_msgs.add();
  core_.counts.in_bytes.add(message.op.total_size);
  ++traffic_.in_msgs;
  traffic_.in_bytes += message.op.total_size;
  if (!is_permitted(message.op, now)) return;
  acknowledge(now);
  message.received = now;
  if (!core_.fanouts.publish(message, now)) pause(for_fanout);
}

subscription* session::find(std::string_view sid, std::uint64_t hash) const noexcept {
  return by_sid_.find(hash, [&](const subscription& one) { return one.sid() == sid; });
}

void session::on_subscribe(const protocol::subscribe_op& op, instant now) {
  last_activity_ = now;
  const auth::subscribe_verdict may = may_subscribe(op.subject, op.queue);
  if (op.queue == system_queue || may == auth::subscribe_verdict::refused) {
    refuse_subscription(op, now);
    return;
  }
  const std::uint32_t tokens_max = core_.rules.max_sub_tokens;
  if (tokens_max != 0 && protocol::count_tokens(op.subject) > tokens_max) {
    refuse_operation(
        core_.counts.subscriptions_refused,
        "Permissions Violation for Subscription to " + quoted(op.subject) + ", too many tokens",
        now);
    return;
  }
  const std::uint32_t limit = core_.rules.max_subscriptions;
  if (limit != 0 && by_sid_.size() >= limit) {
    refuse_operation(core_.counts.subscriptions_exceeded, "maximum subscriptions exceeded", now);
    return;
  }
  const std::uint64_t hash = core_.interest.hash()(op.sid);
  if (find(op.sid, hash) == nullptr) {
    if (!protocol::is_valid_subscription(op.subject)) {
      refuse_operation(core_.counts.invalid_subjects, "Invalid Subject", now);
      return;
    }
    add_subscription(op, hash, may == auth::subscribe_verdict::filtered);
  }
  acknowledge(now);
}

void session::refuse_subscription(const protocol::subscribe_op& op, instant now) {
  const std::string subject = quoted(op.subject);
  std::string text = "Permissions Violation for Subscription to " + subject;
  std::string log_text = "Subscription Violation - " + user_text() + ", Subject " + subject;
  if (!op.queue.empty()) {
    text += " using queue " + quoted(op.queue);
    log_text += ", Queue: " + quoted(op.queue);
  }
  log_text.append(", SID ").append(op.sid);
  refuse_operation(core_.counts.subscriptions_refused, text, log_text, now);
}

void session::add_subscription(const protocol::subscribe_op& op, std::uint64_t hash,
                               bool filtered) {
  subscription& made = subscription::make(op.sid);
  made.owner = this;
  made.filtered = filtered;
  by_sid_.insert(hash, made);
  core_.interest.add(made, op.subject, op.queue);
  on_interest_changed();
}

void session::on_interest_changed() {
  told_ = core_.others.changes();
  if (!core_.others.is_backed_up()) return;
  pause(for_lanes);
  core_.others.wait_for_lanes(*this);
}

void session::unsubscribe(subscription& known) {
  retire(known);
  on_interest_changed();
}

void session::on_unsubscribe(const protocol::unsubscribe_op& op, instant now) {
  last_activity_ = now;
  subscription* const known = find(op.sid, core_.interest.hash()(op.sid));
  if (known == nullptr || op.max > known->delivered) {
    if (known != nullptr) known->max = op.max;
    acknowledge(now);
    return;
  }
  leaving_ = known;
  if (caught_up_bytes_ > 0 || core_.others.is_caught_up()) {
    finish_unsubscribe(now);
    return;
  }
  // What other workers had handed over is still for it: who drains must not lose that.
  unsubscribes_ = true;
  core_.counts.barrier_waits.add();
  pause(for_barrier);
  core_.others.wait_until_caught_up(*this);
}

void session::finish_unsubscribe(instant now) {
  unsubscribes_ = false;
  if (leaving_ != nullptr) unsubscribe(*leaving_);  // its maximum may have been reached meanwhile
  acknowledge(now);
}

void session::on_ping(instant now) {
  last_ping_in_ = now;
  const bool is_known = core_.others.is_known(told_);
  if (is_known && core_.others.is_caught_up()) {
    pong(now);
    return;
  }
  core_.counts.barrier_waits.add();
  pause(for_barrier);
  if (is_known)
    core_.others.wait_until_caught_up(*this);
  else
    core_.others.wait_until_known(*this);
}

void session::pong(instant now) {
  reply(protocol::pong_line, now);
  has_ponged_ = true;
  tell_info(now);
}

void session::on_pong(instant now) noexcept {
  if (pings_unanswered_ > 0) round_trip_ = now - last_ping_out_;
  pings_unanswered_ = 0;
}

void session::on_client_error(std::string_view text, instant now) {
  core_.counts.client_errors.add();
  close_with({}, text, close_reason::parse_error, now);
}

}  // namespace wirebird::broker
