#include "tests/system/nats_client.hh"
#include "tests/system/raw_client.hh"
#include "tests/system/system_test.hh"

#include <gtest/gtest.h>

namespace wirebird::system_tests {
namespace {

class client_options : public system_test {};

TEST_P(client_options, unsubscribe_after_a_number_delivers_exactly_that_number) {
  nats_client client(broker().url());
  subscription limited(client, "count");
  subscription unlimited(client, "count");
  require_ok(natsSubscription_AutoUnsubscribe(limited.handle(), 5), "auto unsubscribe");
  for (int i = 0; i < 10; ++i) client.publish("count", std::to_string(i));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(data_of(limited.next().get()), std::to_string(i));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(data_of(unlimited.next().get()), std::to_string(i));
  natsStatus status = NATS_OK;
  EXPECT_EQ(limited.next(status, milliseconds(0)), nullptr);
  EXPECT_NE(status, NATS_OK);
}

TEST_P(client_options, without_echo_only_others_get_the_message) {
  nats_client silent(broker().url(), [](natsOptions* options) {
    require_ok(natsOptions_SetNoEcho(options, true), "no echo");
  });
  nats_client other(broker().url());
  subscription own(silent, "echo");
  subscription others(other, "echo");
  silent.publish("echo", "from me");
  silent.flush();
  EXPECT_EQ(data_of(others.next().get()), "from me");
  other.publish("echo", "from another");
  EXPECT_EQ(data_of(own.next().get()), "from another");
}

TEST_P(client_options, verbose_and_pedantic_connections_work_as_usual) {
  nats_client client(broker().url(), [](natsOptions* options) {
    require_ok(natsOptions_SetVerbose(options, true), "verbose");
    require_ok(natsOptions_SetPedantic(options, true), "pedantic");
  });
  subscription subscriber(client, "strict.*");
  for (int i = 0; i < 100; ++i) client.publish("strict.a", std::to_string(i));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(data_of(subscriber.next().get()), std::to_string(i));
}

TEST_P(client_options, a_repeated_connect_changes_only_what_it_names) {
  raw_client client(broker().host(), broker().port());
  EXPECT_EQ(client.connect(R"({"verbose":false,"echo":false})"), "PONG\r\n");
  EXPECT_EQ(client.connect(R"({"verbose":true})"), "+OK\r\nPONG\r\n");
  client.send("SUB a 1\r\nPUB a 1\r\nx\r\nPING\r\n");
  EXPECT_EQ(client.read_through("PONG\r\n"), "+OK\r\n+OK\r\nPONG\r\n") << "echo must stay off";
}

TEST_P(client_options, a_subscription_ends_with_its_connection) {
  nats_client stays(broker().url());
  {
    nats_client goes(broker().url());
    subscription subscriber(goes, "short.lived");
  }
  EXPECT_TRUE(eventually([&] {
    natsStatus status = NATS_OK;
    const message_pointer reply = stays.request("short.lived", "x", status, milliseconds(200));
    return status == NATS_NO_RESPONDERS;
  }));
}

WIREBIRD_ON_EVERY_TRANSPORT_AND_NAT(client_options);

}  // namespace
}  // namespace wirebird::system_tests
