#pragma once

#include "tests/system/deadline.hh"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <nats/nats.h>

/// Debian's C client as the tests use it: owners for its objects, exceptions for its errors.
namespace wirebird::system_tests {

/// Throws with the library's words unless `status` is NATS_OK.
void require_ok(natsStatus status, const std::string& what);

struct message_deleter {
  void operator()(natsMsg* message) const { natsMsg_Destroy(message); }
};
using message_pointer = std::unique_ptr<natsMsg, message_deleter>;

[[nodiscard]] std::string_view data_of(natsMsg* message);

/// One connection, which does not reconnect: a broker that drops it fails the test.
class nats_client {
 public:
  using change = std::function<void(natsOptions*)>;

  explicit nats_client(const std::string& url, const change& options = {});
  ~nats_client();
  nats_client(const nats_client&) = delete;
  nats_client& operator=(const nats_client&) = delete;

  void publish(const std::string& subject, std::string_view data);
  void publish(natsMsg* message);
  /// Until the broker has answered a PING sent now.
  void flush();
  /// returns: the reply, or nothing with the library's reason in `status`.
  [[nodiscard]] message_pointer request(const std::string& subject, std::string_view data,
                                        natsStatus& status, milliseconds limit = patience);
  /// Whether the library believes so.
  [[nodiscard]] bool is_connected() const {
    return natsConnection_Status(connection_) == NATS_CONN_STATUS_CONNECTED;
  }
  [[nodiscard]] natsConnection* handle() { return connection_; }

 private:
  natsConnection* connection_ = nullptr;
};

/// A subscription, known to the broker when the constructor returns. With a handler, messages are
/// handed to it one by one on a thread of the library until the destructor has returned; without
/// one they are fetched with `next`. Holds any number of messages that wait. Its client must
/// outlive it.
class subscription {
 public:
  using handler = std::function<void(natsMsg*)>;

  subscription(nats_client& client, const std::string& subject, handler on_message = {},
               const std::string& queue = {});
  ~subscription();
  subscription(const subscription&) = delete;
  subscription& operator=(const subscription&) = delete;

  /// returns: the next message, or nothing with the library's reason in `status`.
  [[nodiscard]] message_pointer next(natsStatus& status, milliseconds limit = patience);
  /// As above; throws if there is none.
  [[nodiscard]] message_pointer next();
  [[nodiscard]] natsSubscription* handle() { return subscription_; }

 private:
  struct shared;

  static void deliver(natsConnection*, natsSubscription*, natsMsg* message, void* closure);

  natsConnection* connection_ = nullptr;
  natsSubscription* subscription_ = nullptr;
  std::unique_ptr<shared> shared_;
};

}  // namespace wirebird::system_tests
