#include "tests/system/nats_client.hh"

#include <semaphore>
#include <stdexcept>
#include <utility>

namespace wirebird::system_tests {

void require_ok(natsStatus status, const std::string& what) {
  if (status == NATS_OK) return;
  throw std::runtime_error(what + ": " + natsStatus_GetText(status));
}

std::string_view data_of(natsMsg* message) {
  return {natsMsg_GetData(message), static_cast<std::size_t>(natsMsg_GetDataLength(message))};
}

nats_client::nats_client(const std::string& url, const change& options) {
  natsOptions* made = nullptr;
  require_ok(natsOptions_Create(&made), "options");
  const std::unique_ptr<natsOptions, decltype(&natsOptions_Destroy)> owner(made,
                                                                           natsOptions_Destroy);
  require_ok(natsOptions_SetURL(made, url.c_str()), "url");
  require_ok(natsOptions_SetAllowReconnect(made, false), "reconnect");
  require_ok(natsOptions_SetTimeout(made, patience.count()), "timeout");
  if (options) options(made);
  require_ok(natsConnection_Connect(&connection_, made), "connect to " + url);
}

nats_client::~nats_client() {
  natsConnection_Destroy(connection_);
}

void nats_client::publish(const std::string& subject, std::string_view data) {
  require_ok(natsConnection_Publish(connection_, subject.c_str(), data.data(),
                                    static_cast<int>(data.size())),
             "publish");
}

void nats_client::publish(natsMsg* message) {
  require_ok(natsConnection_PublishMsg(connection_, message), "publish");
}

void nats_client::flush() {
  require_ok(natsConnection_FlushTimeout(connection_, patience.count()), "flush");
}

message_pointer nats_client::request(const std::string& subject, std::string_view data,
                                     natsStatus& status, milliseconds limit) {
  natsMsg* reply = nullptr;
  status = natsConnection_Request(&reply, connection_, subject.c_str(), data.data(),
                                  static_cast<int>(data.size()), limit.count());
  return message_pointer(reply);
}

struct subscription::shared {
  handler on_message;
  std::binary_semaphore finished{0};
};

void subscription::deliver(natsConnection*, natsSubscription*, natsMsg* message, void* closure) {
  const message_pointer owner(message);
  static_cast<shared*>(closure)->on_message(message);
}

subscription::subscription(nats_client& client, const std::string& subject, handler on_message,
                           const std::string& queue) {
  natsConnection* const connection = client.handle();
  connection_ = connection;
  const char* name = subject.c_str();
  const char* group = queue.c_str();
  natsStatus status = NATS_OK;
  if (on_message) {
    shared_ = std::make_unique<shared>();
    shared_->on_message = std::move(on_message);
    shared* closure = shared_.get();
    status = queue.empty()
                 ? natsConnection_Subscribe(&subscription_, connection, name, deliver, closure)
                 : natsConnection_QueueSubscribe(&subscription_, connection, name, group, deliver,
                                                 closure);
    require_ok(status, "subscribe");
    const auto done = [](void* owner) { static_cast<shared*>(owner)->finished.release(); };
    require_ok(natsSubscription_SetOnCompleteCB(subscription_, done, closure), "complete");
  } else {
    status = queue.empty()
                 ? natsConnection_SubscribeSync(&subscription_, connection, name)
                 : natsConnection_QueueSubscribeSync(&subscription_, connection, name, group);
    require_ok(status, "subscribe");
  }
  require_ok(natsSubscription_SetPendingLimits(subscription_, -1, -1), "limits");
  client.flush();
}

subscription::~subscription() {
  natsSubscription_Unsubscribe(subscription_);
  // The thread that reads for libnats 3.4 holds no reference to a subscription while it hands a
  // message to it: only when it has read what came before the answer may the subscription go.
  constexpr milliseconds last_messages{5000};
  natsConnection_FlushTimeout(connection_, last_messages.count());
  // A handler may still run: what it uses must outlive it. Without an end it is leaked.
  if (shared_ && !shared_->finished.try_acquire_for(patience)) static_cast<void>(shared_.release());
  natsSubscription_Destroy(subscription_);
}

message_pointer subscription::next(natsStatus& status, milliseconds limit) {
  natsMsg* message = nullptr;
  status = natsSubscription_NextMsg(&message, subscription_, limit.count());
  return message_pointer(message);
}

message_pointer subscription::next() {
  natsStatus status = NATS_OK;
  message_pointer message = next(status);
  require_ok(status, "next message");
  return message;
}

}  // namespace wirebird::system_tests
