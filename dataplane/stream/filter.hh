#pragma once

#include "dataplane/stream/connection.hh"

namespace wirebird::stream {

/// The slot between a transport's connection and a session: towards the transport a handler,
/// towards the session a connection. This one passes everything through unchanged and is what other
/// filters (TLS) derive from; a filter that changes bytes overrides output() with a queue of its
/// own and flush() with the translation of that queue into the transport's, and on_bytes() with the
/// way back. Lives exactly as long as the session it serves.
class filter : public connection, public handler {
 public:
  /// Puts itself between `below` and `above`: from now on `below` calls this filter, and this
  /// filter calls `above`.
  filter(connection& below, handler& above, arena& memory) noexcept
      : connection(memory), below_(below) {
    set_handler(above);
    below.set_handler(*this);
  }
  virtual ~filter() = default;

  // Towards the transport.
  void on_bytes(slice_queue& unread, instant now) override { user().on_bytes(unread, now); }
  void on_end_of_stream(instant now) override { user().on_end_of_stream(now); }
  void on_progress(instant now) override { user().on_progress(now); }
  void on_ended(end_reason reason, instant now) override { user().on_ended(reason, now); }

  // Towards the session.
  [[nodiscard]] send_queue& output() noexcept override { return below_.output(); }
  void flush(instant now) override { below_.flush(now); }
  void pause_reading() noexcept override { below_.pause_reading(); }
  void resume_reading() noexcept override { below_.resume_reading(); }
  void close(instant now) override { below_.close(now); }
  void abort(instant now) override { below_.abort(now); }
  [[nodiscard]] endpoint remote() const noexcept override { return below_.remote(); }
  [[nodiscard]] endpoint local() const noexcept override { return below_.local(); }

 protected:
  [[nodiscard]] connection& below() noexcept { return below_; }

 private:
  connection& below_;
};

}  // namespace wirebird::stream
