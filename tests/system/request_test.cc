#include "tests/system/nats_client.hh"
#include "tests/system/payload.hh"
#include "tests/system/system_test.hh"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <list>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::system_tests {
namespace {

class request : public system_test {};

// Answers each request with its own text, backwards.
void answer(nats_client& client, natsMsg* asked) {
  std::string text(data_of(asked));
  std::reverse(text.begin(), text.end());
  natsConnection_Publish(client.handle(), natsMsg_GetReply(asked), text.data(),
                         static_cast<int>(text.size()));
}

TEST_P(request, two_hundred_requesters_at_once_each_get_their_own_answer) {
  constexpr int requesters = 200;
  constexpr int requests_each = 20;
  std::list<nats_client> responder_clients;
  std::list<subscription> responders;
  for (int i = 0; i < 4; ++i) {
    nats_client& client = responder_clients.emplace_back(broker().url());
    responders.emplace_back(
        client, "service", [&client](natsMsg* asked) { answer(client, asked); }, "responders");
  }
  std::list<nats_client> clients;
  for (int i = 0; i < requesters; ++i) clients.emplace_back(broker().url());

  std::atomic<int> right = 0;
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> threads;
  int number = 0;
  for (nats_client& client : clients) {
    threads.emplace_back([&client, &right, &wrong, number] {
      for (int i = 0; i < requests_each; ++i) {
        std::string text = std::to_string(number) + ":" + std::to_string(i);
        natsStatus status = NATS_OK;
        const message_pointer reply = client.request("service", text, status);
        std::reverse(text.begin(), text.end());
        ++(reply && data_of(reply.get()) == text ? right : wrong);
      }
    });
    ++number;
  }
  threads.clear();
  EXPECT_EQ(right, requesters * requests_each);
  EXPECT_EQ(wrong, 0);
}

TEST_P(request, without_a_responder_fails_at_once) {
  nats_client client(broker().url());
  natsStatus status = NATS_OK;
  const auto start = clock::now();
  EXPECT_EQ(client.request("nobody", "x", status), nullptr);
  EXPECT_EQ(status, NATS_NO_RESPONDERS);
  EXPECT_LT(clock::now() - start, patience / 4) << "it must be the broker's answer, no time-out";
}

TEST_P(request, reaches_the_remaining_responder_when_another_has_left) {
  nats_client client(broker().url());
  nats_client stays(broker().url());
  subscription responder(
      stays, "service", [&](natsMsg* asked) { answer(stays, asked); }, "q");
  for (int i = 0; i < 20; ++i) {
    nats_client goes(broker().url());
    {
      subscription other(
          goes, "service", [&](natsMsg* asked) { answer(goes, asked); }, "q");
    }
    goes.flush();
    natsStatus status = NATS_OK;
    const message_pointer reply = client.request("service", "abc", status);
    ASSERT_EQ(status, NATS_OK) << natsStatus_GetText(status);
    ASSERT_EQ(data_of(reply.get()), "cba");
  }
}

message_pointer message_with_headers(const char* subject, std::string_view data) {
  natsMsg* made = nullptr;
  require_ok(
      natsMsg_Create(&made, subject, "reply.here", data.data(), static_cast<int>(data.size())),
      "message");
  message_pointer message(made);
  require_ok(natsMsgHeader_Set(made, "X-Case-Kept", "one"), "header");
  require_ok(natsMsgHeader_Add(made, "X-Case-Kept", "two"), "header");
  require_ok(natsMsgHeader_Set(made, "other", "three"), "header");
  return message;
}

TEST_P(request, headers_arrive_as_they_were_sent) {
  nats_client client(broker().url());
  subscription subscriber(client, "with.headers");
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, std::size_t{100'000}}) {
    std::string payload;
    fill_payload(payload, 1, size);
    client.publish(message_with_headers("with.headers", payload).get());
    const message_pointer message = subscriber.next();
    EXPECT_EQ(data_of(message.get()), payload);
    EXPECT_STREQ(natsMsg_GetReply(message.get()), "reply.here");
    const char** values = nullptr;
    int count = 0;
    require_ok(natsMsgHeader_Values(message.get(), "X-Case-Kept", &values, &count), "values");
    const std::vector<std::string> got(values, values + count);
    std::free(values);
    EXPECT_EQ(got, (std::vector<std::string>{"one", "two"}));
    const char* value = nullptr;
    EXPECT_EQ(natsMsgHeader_Get(message.get(), "other", &value), NATS_OK);
    EXPECT_STREQ(value, "three");
    EXPECT_EQ(natsMsgHeader_Get(message.get(), "x-case-kept", &value), NATS_NOT_FOUND);
  }
}

WIREBIRD_ON_EVERY_TRANSPORT_AND_NAT(request);

}  // namespace
}  // namespace wirebird::system_tests
