#pragma once

#include "dataplane/auth/permission.hh"
#include "dataplane/auth/succession.hh"
#include "dataplane/base/intrusive_list.hh"
#include "dataplane/base/slice_queue.hh"
#include "dataplane/base/timer_wheel.hh"
#include "dataplane/broker/core.hh"
#include "dataplane/broker/hash_index.hh"
#include "dataplane/broker/reply_permits.hh"
#include "dataplane/broker/reviews.hh"
#include "dataplane/broker/session_summary.hh"
#include "dataplane/stream/connection.hh"
#include "protocol/connect_options.hh"
#include "protocol/parser.hh"
#include "protocol/subject.hh"
#include "protocol/writer.hh"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace wirebird::broker {

/// Who a client is, where a login is required, and what that lets it do.
struct session_access {
  explicit session_access(session& owner) noexcept : review(owner) {}

  std::unique_ptr<pending_login> login;    ///< until there is a verdict
  std::shared_ptr<const auth::user> user;  ///< who logged in; null: nobody yet
  const auth::permissions* may = nullptr;  ///< the user's; null: everything
  std::unique_ptr<reply_permits> replies;  ///< with `allow_responses`
  subscription_review review;
};

/// One client: its parser, its state and its subscriptions. Owned by the broker, on its thread;
/// outlives its connection until its subscriptions are gone from the table. Idle it costs about
/// 1 KiB, half of that what CONNECT said.
///
///     greeting --CONNECT--> connected        both serve operations: CONNECT may be left out
///         \--------close()------+--> draining --on_ended()--> ended
///
/// Reads nothing while paused: for its own unfinished fan-out, for memory, for a subscriber of its
/// messages that lags, until other workers have taken what it told them, or while its login or its
/// subscriptions are judged. Where a login is required nothing but CONNECT is served before it.
class session final : public stream::handler,
                      public timer,  // the next PING
                      public list_hook<touched_tag>,
                      public list_hook<ending_tag>,
                      public list_hook<starved_tag>,
                      public list_hook<crossing_tag>,
                      public list_hook<throttled_tag>,
                      public list_hook<half_tag>,
                      public list_hook<waiting_tag> {
 public:
  session(core&, stream::connection&, std::uint64_t id, instant now) noexcept;
  ~session();

  /// Sends INFO and begins to count as open. returns: false when there is no memory; then the
  /// session never was.
  [[nodiscard]] bool greet(std::string_view info_line, instant now);

  // stream::handler
  void on_bytes(slice_queue& unread, instant now) override;
  void on_end_of_stream(instant now) override;
  void on_progress(instant now) override;
  void on_ended(stream::end_reason, instant now) override;

  // For deliveries.
  [[nodiscard]] bool is_open() const noexcept { return phase_ <= phase::connected; }
  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
  [[nodiscard]] bool wants_echo() const noexcept { return echo_; }
  [[nodiscard]] bool wants_headers() const noexcept { return headers_; }
  [[nodiscard]] bool wants_no_responders() const noexcept { return no_responders_; }
  [[nodiscard]] stream::send_queue& output() noexcept { return *output_; }
  /// A message with so many bytes of headers and payload was written to output(): it counts as
  /// activity, and may be one too many. `is_bulk`: it may wait for more before it is flushed.
  /// `received`: when the publisher's last byte of it had come.
  void on_delivered(std::size_t bytes, bool is_bulk, instant received, instant now);
  /// So much waits for it that it will soon be closed.
  [[nodiscard]] bool lags() const noexcept {
    const std::uint64_t limit = core_.rules.max_pending;
    return is_open() && output_->size() > limit - limit / 4;
  }
  /// This subscriber lags and has got the message: its publisher stops reading for a moment, if the
  /// subscriber has earned that by taking bytes.
  void hold_back(const outgoing&, instant now);
  /// This publisher stops reading for one that lags, until then or until all of them have caught
  /// up.
  void stop_until(instant until, instant now);
  /// A message did not fit: the arena is dry.
  void on_delivery_failed(instant now);
  /// Output that was flushed is waiting since then, none of it acknowledged.
  [[nodiscard]] instant waits_since() const noexcept { return progress_at_; }
  /// Its output is thrown away to make room: it waits longest and holds most (backlogs.hh).
  void evict(instant now);
  /// Whether this client may have a message on this subject. requires: the subscription is marked
  /// as filtered.
  [[nodiscard]] bool may_receive(std::string_view subject, const subscription&) const noexcept;
  /// This client got a message that asks for a reply: it may be one that only this permits.
  void permit_reply(std::string_view reply, instant now) {
    if (access_ != nullptr && access_->replies && !reply.empty()) grant_reply(reply, now);
  }
  /// The subscription's maximum is reached.
  void retire(subscription&);
  /// Appends final bytes that answer an operation of this client. When the arena is dry they are
  /// kept, and reading stops until they are out.
  void reply(std::string_view bytes, instant now);

  /// For the trace: this MSG or HMSG line was written to output().
  void trace_delivery(std::string_view line);

  // For the broker and its parts.
  /// What is to be judged about this client, but the number of the attempt.
  [[nodiscard]] auth::login_question question() const;
  [[nodiscard]] bool awaits(std::uint32_t attempt) const noexcept {
    return is_open() && is_before_login() && access_->login->attempt == attempt;
  }
  void ask_again() { core_.logins.ask(*this, *access_->login); }
  void on_verdict(const auth::login_answer&, instant now);
  void on_login_timeout(instant now);
  /// Another configuration counts: who has proved to be somebody that it knows by the same proof
  /// is that one, and whom it does not know at all is closed; everybody else is judged as if he
  /// logged in now, and reads nothing meanwhile.
  void review(const auth::succession&, instant now);
  /// Looks at some more subscriptions of one under review: each slot of the table that is looked at
  /// is taken off `slots`, at least 8. returns: whether all have been.
  [[nodiscard]] bool review_some(std::size_t& slots, instant now);
  void on_reviewed(instant now);
  void on_fanout_finished(instant now);
  void on_memory(instant now);
  /// What other workers had for this one when the client asked is delivered.
  void on_caught_up(instant now);
  /// Its message went to other workers, and what comes of that comes before a PONG: that nobody has
  /// the request, or that another member gets it.
  void on_asked() { told_ = core_.others.note_question(); }
  /// Those to whom its message has gone may refuse it: it reads on when that is dealt with.
  void wait_for_answer();
  /// Other workers know more than before. returns: whether they know enough for a PONG, which then
  /// comes behind what they have handed over.
  [[nodiscard]] bool on_barrier(instant now);
  /// INFO has changed: the client is told if it understands that, now or after its first PONG.
  void tell_info(instant now);
  void on_lanes_free(instant now) { resume(for_lanes, now); }
  void resume_after_throttle(instant now) { resume(for_subscriber, now); }
  void on_unfinished_in_shortage(instant now);
  void close(close_reason, instant now);
  /// Its end, which follows, is counted already: id_source::close_one_above() gave it.
  void count_out() noexcept { is_counted_out_ = true; }
  /// Tells the client, unless `line` is empty, and the log, and closes.
  void close_with(std::string_view line, std::string_view log_text, close_reason, instant now);
  void flush(instant now);
  /// Output that flush() has not handed to the transport yet.
  [[nodiscard]] std::size_t unflushed_bytes() const noexcept {
    return static_cast<std::size_t>(output_->end_position() - flushed_to_);
  }
  /// Retires as many subscriptions as may go in this iteration. requires: closed.
  void retire_some();
  [[nodiscard]] bool has_subscriptions() const noexcept { return by_sid_.size() > 0; }
  /// Neither connection nor subscriptions are left.
  [[nodiscard]] bool is_gone() const noexcept {
    return phase_ == phase::ended && by_sid_.size() == 0;
  }
  /// Gives back what half-received input holds. requires: closed, and not within its on_bytes().
  void release_input() noexcept;
  [[nodiscard]] client_identity identity() const noexcept;
  /// requires: its connection has not ended.
  [[nodiscard]] session_summary summary() const noexcept;
  /// requires: the same.
  [[nodiscard]] stream::path_facts facts() const noexcept;
  /// Goes on with a walk over this session's subscriptions, over so many slots of its index at
  /// most. returns: whether it is at its end.
  [[nodiscard]] bool list_some(subscription_walk&, std::size_t slots, subscription_sink&) const;

  std::uint32_t position = 0;  ///< in the broker's table of sessions
  bool waits_as_bulk = false;  ///< flush_line's: in the line for bulk output...
  instant bulk_since{};        ///< ...since then
  instant half_since{};        ///< memory_rules': holds half of something since then

 private:
  enum class phase : std::uint8_t { greeting, connected, draining, ended };
  enum pause_reason : std::uint8_t {
    for_fanout = 1,
    for_memory = 2,
    for_barrier = 4,
    for_lanes = 8,
    for_subscriber = 16,
    for_verdict = 32,
    for_review = 64
  };

  /// Looks whether the client still takes what was flushed.
  struct write_watch final : timer {
    explicit write_watch(session& owner_) noexcept : owner(owner_) {}
    void on_timer(instant now) override { owner.on_write_watch(now); }
    session& owner;
  };

  // session.cc
  void on_timer(instant now) override;
  void on_write_watch(instant now);
  void arm_first_ping(instant now);
  [[nodiscard]] bool may_read() const noexcept { return is_open() && paused_ == 0; }
  void pause(pause_reason) noexcept;
  void resume(pause_reason, instant now);
  void starve(instant now) noexcept;
  /// After every write to output(): it will be flushed, and may have become too much.
  void on_output(instant now);
  void end(close_reason, instant now);
  void tell_others_of_end();
  void check_pending(instant now);
  [[nodiscard]] bool earns_throttle(instant now) noexcept;
  [[nodiscard]] bool may_be_stopped() const noexcept {
    return is_open() && !list_hook<throttled_tag>::is_linked();
  }
  void close_as_slow(counter&, close_reason, instant now);

  // session_input.cc: from bytes to operations.
  void parse(std::string_view& input, instant now);
  /// returns: whether to go on with this input.
  [[nodiscard]] bool take_event(protocol::event, std::string_view& input, instant now);
  [[nodiscard]] bool lend_line_buffer(instant now);
  void return_unused_line_buffer() noexcept;
  void on_publish(std::string_view& input, instant now);
  [[nodiscard]] bool gather(std::string_view& input, instant now);
  void fail(protocol::protocol_error, instant now);

  // session_login.cc
  void expect_login(instant now);
  [[nodiscard]] bool is_before_login() const noexcept {
    return access_ != nullptr && access_->login != nullptr;
  }
  /// An operation that begins with this byte comes before the login. returns: whether to read it.
  [[nodiscard]] bool may_begin(char first, instant now);
  void ask_for_login(bool said_connect, instant now);
  void refuse_login(instant now);
  [[nodiscard]] const auth::permissions* may() const noexcept {
    return access_ != nullptr ? access_->may : nullptr;
  }
  /// Who logged in; empty: nobody, or somebody without a name.
  [[nodiscard]] std::string_view user_name() const noexcept;
  /// Who somebody is, or says to be where nobody asked or it was not believed; never a secret key.
  [[nodiscard]] std::string_view claimed_name() const noexcept;
  [[nodiscard]] std::string user_text() const;
  [[nodiscard]] bool may_publish(std::string_view subject, instant now);
  [[nodiscard]] auth::subscribe_verdict may_subscribe(std::string_view subject,
                                                      std::string_view queue) const noexcept;
  void grant_reply(std::string_view reply, instant now);

  // session_review.cc
  /// requires: it is somebody.
  [[nodiscard]] bool has_proved_itself() const noexcept;
  void forget_login(instant now);
  void become(std::shared_ptr<const auth::user>, bool same_rights);
  void take_away(subscription&, instant now);

  // session_trace.cc; requires: options say trace.
  void trace(std::string_view direction, std::string_view text);
  void trace_input(protocol::event);
  void trace_connect();
  void trace_payload(const outgoing&);
  void trace_reply(std::string_view bytes);

  // session_ops.cc: one handler per operation.
  void on_connect(std::string_view json, instant now);
  /// Whoever sent CONNECT may be here.
  void enter(instant now);
  void on_info(std::string_view json, instant now);
  void on_message(outgoing&, instant now);
  void on_subscribe(const protocol::subscribe_op&, instant now);
  void add_subscription(const protocol::subscribe_op&, std::uint64_t hash, bool filtered);
  void refuse_subscription(const protocol::subscribe_op&, instant now);
  void unsubscribe(subscription&);
  void on_unsubscribe(const protocol::unsubscribe_op&, instant now);
  void finish_unsubscribe(instant now);
  /// What this client wants has changed: other workers are told.
  void on_interest_changed();
  void on_ping(instant now);
  void pong(instant now);
  void on_pong(instant now) noexcept;
  void on_client_error(std::string_view text, instant now);
  [[nodiscard]] bool is_permitted(const protocol::publish_op&, instant now);
  /// Tells the client and the log; the connection stays open.
  void refuse_operation(counter&, std::string_view text, instant now);
  /// The same; the log is told in other words.
  void refuse_operation(counter&, std::string_view text, std::string_view log_text, instant now);
  void acknowledge(instant now);
  [[nodiscard]] subscription* find(std::string_view sid, std::uint64_t hash) const noexcept;

  core& core_;
  stream::connection* connection_;
  stream::send_queue* output_;
  std::uint64_t id_;
  instant start_;
  instant last_activity_;
  instant last_ping_in_{};   ///< from the client
  instant last_ping_out_{};  ///< to the client; meaningful once has_pinged_
  duration round_trip_{};    ///< zero: not measured
  session_traffic traffic_;
  instant progress_at_{};         ///< output was acknowledged, or began to wait
  std::uint64_t flushed_to_ = 0;  ///< position in output()
  instant unflushed_since_{};     ///< when the oldest unflushed message had been received
  write_watch write_watch_{*this};
  instant throttle_until_{};  ///< its publishers stop reading until then
  std::uint64_t throttle_paid_to_ =
      0;  ///< position acknowledged when the last throttle, or lagging, began
  hash_index<subscription> by_sid_;
  std::uint32_t retire_cursor_ = 0;
  std::uint32_t caught_up_bytes_ = 0;  ///< unread, and older than the mark an UNSUB waited for
  subscription* leaving_ = nullptr;    ///< an UNSUB takes it back
  std::uint64_t told_ = 0;             ///< the last change or question that others have to know
  slice line_;                         ///< arena memory for a control line that is split
  stored_handle inbound_;              ///< the message that arrives in pieces
  std::unique_ptr<std::string> owed_;  ///< replies that wait for memory
  std::unique_ptr<protocol::connect_options> connect_;
  std::unique_ptr<session_access> access_;  ///< null: no login is required
  endpoint remote_;
  std::uint16_t info_known_;  ///< number of the INFO that it was told last
  std::uint32_t pings_unanswered_ = 0;
  std::uint32_t unflushed_messages_ = 0;
  phase phase_ = phase::greeting;
  std::uint8_t paused_ = 0;  ///< pause_reason bits
  bool verbose_ : 1 = true;
  bool pedantic_ : 1 = true;
  bool echo_ : 1 = true;
  bool headers_ : 1 = false;
  bool no_responders_ : 1 = false;
  bool has_pinged_ : 1 = false;
  bool has_ponged_ : 1 = false;      ///< to the client
  bool has_lagged_ : 1 = false;      ///< since its output was empty
  bool peer_ended_ : 1 = false;      ///< close when all that came before is read
  bool unsubscribes_ : 1 = false;    ///< waits for other workers' messages to `leaving_`
  bool is_counted_out_ : 1 = false;  ///< not among the process's clients any more
  bool asks_ : 1 = false;            ///< waits for what came of its message
  bool left_unread_ : 1 = false;     ///< the transport holds bytes that were offered
  protocol::parser parser_;
};

static_assert(sizeof(session) + sizeof(protocol::connect_options) <= 1040);

}  // namespace wirebird::broker
