#pragma once

#include "dataplane/base/intrusive_list.hh"
#include "dataplane/base/timer_wheel.hh"
#include "dataplane/relay/relay.hh"
#include "dataplane/stream/connection.hh"

#include <cstddef>
#include <string_view>

namespace wirebird::relay {

/// One HTTP client and its connection to wirebird-control. Owned by the relay, on its thread, until
/// both sides have ended.
class link final : public timer,  // tries again, or gives up a client that has ended
                   public list_hook<quiet_tag>,
                   public list_hook<touched_tag> {
 public:
  link(relay&, stream::connection& client) noexcept;

  /// Connects to control, or tells the client that it is down.
  void start(instant now);
  /// returns: bytes that were there to send.
  std::size_t flush(instant now);
  /// Closes both sides, last bytes first.
  void close(instant now);
  /// Cuts both sides.
  void abort(instant now);
  [[nodiscard]] bool is_over() const noexcept {
    return client_.end == nullptr && control_.end == nullptr;
  }
  [[nodiscard]] stream::handler& client_handler() noexcept { return client_; }

  std::size_t position = 0;  ///< in the relay's table

 private:
  /// One side: what its transport calls.
  struct side final : stream::handler {
    explicit side(link& whose) noexcept : owner(whose) {}
    void on_bytes(slice_queue& unread, instant now) override { owner.move(*this, unread, now); }
    void on_end_of_stream(instant now) override { owner.on_end(*this, now); }
    void on_progress(instant) override { owner.on_progress(*this); }
    void on_ended(stream::end_reason, instant now) override { owner.on_ended(*this, now); }

    link& owner;
    stream::connection* end = nullptr;  ///< null: not there, or no longer
    bool waits = false;                 ///< has bytes that the other side had no room for
  };

  void on_timer(instant now) override;
  void move(side& from, slice_queue& unread, instant now);
  void on_end(side&, instant now);
  void on_progress(side&) noexcept;
  void on_ended(side&, instant now);
  [[nodiscard]] side& other(const side& one) noexcept {
    return &one == &client_ ? control_ : client_;
  }
  void touch() noexcept;
  void stop_counting() noexcept;
  void announce_client();
  void refuse(instant now);
  /// Gives control time, now that the client has ended.
  void wait_for_control(instant now);

  relay& owner_;
  side client_{*this};
  side control_{*this};
  bool answered_ = false;      ///< control has said something
  bool owes_answer_ = false;   ///< and nothing since the client's last bytes
  bool client_ended_ = false;  ///< will send no more
  bool closing_ = false;
};

}  // namespace wirebird::relay
