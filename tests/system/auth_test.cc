// Logins and permissions, as client libraries meet them.
#include "tests/system/nats_client.hh"
#include "tests/system/raw_client.hh"
#include "tests/system/system_test.hh"
#include "tests/system/users.hh"

#include <chrono>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::system_tests {
namespace {

using std::chrono::steady_clock;

constexpr const char* public_nkey = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";
constexpr const char* nkey_seed = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY";
const std::string violation = "-ERR 'Authorization Violation'\r\n";

nats_client::change with_password(const char* user, const char* word) {
  return [=](natsOptions* options) {
    require_ok(natsOptions_SetUserInfo(options, user, word), "user");
  };
}

natsStatus sign(char** text, unsigned char** signature, int* size, const char* nonce, void*) {
  *text = nullptr;
  return nats_Sign(nkey_seed, nonce, signature, size);
}

nats_client::change with_nkey() {
  return [](natsOptions* options) {
    require_ok(natsOptions_SetNKey(options, public_nkey, sign, nullptr), "nkey");
  };
}

class login : public system_test {
 protected:
  [[nodiscard]] std::string configuration() const override { return users_of_each_kind; }

  /// returns: what a client gets that sends this line and PING, without the greeting.
  std::string answer_to(const std::string& json) {
    raw_client client(broker().host(), broker().port());
    client.send("CONNECT " + json + "\r\nPING\r\n");
    if (const std::string first = client.read_through("\r\n"); first != violation) return first;
    EXPECT_EQ(client.read_until_closed(), "");
    return violation;
  }
};

/// Of 1200 signatures of libnats 3.4 nats-server refused 7, and we as many of 1400.
std::unique_ptr<nats_client> connect_in_three(const std::string& url,
                                              const nats_client::change& how) {
  for (int refused = 0; refused < 2; ++refused) {
    try {
      return std::make_unique<nats_client>(url, how);
    } catch (const std::runtime_error&) {
      continue;
    }
  }
  return std::make_unique<nats_client>(url, how);
}

TEST_P(login, admits_those_who_prove_who_they_are) {
  for (const auto& how :
       {with_password("clear", "word"), with_password("hashed", "U*U"), with_nkey()}) {
    const auto client = connect_in_three(broker().url(), how);
    subscription own(*client, "own");
    client->publish("own", "x");
    EXPECT_EQ(data_of(own.next().get()), "x");
  }
}

TEST_P(login, refuses_all_others) {
  for (const auto& how :
       {with_password("clear", "U*U"), with_password("hashed", "word"),
        with_password("nobody", "word"), with_password(public_nkey, ""), nats_client::change{}})
    EXPECT_THROW(nats_client(broker().url(), how), std::runtime_error);
  EXPECT_EQ(answer_to(R"({"verbose":false,"user":"clear","pass":"word"})"), "PONG\r\n");
  EXPECT_EQ(answer_to(R"({"nkey":")" + std::string(public_nkey) + R"(","sig":"AAAA"})"), violation);
  EXPECT_EQ(answer_to("{}"), violation);
}

TEST_P(login, a_challenge_is_good_for_one_connection) {
  raw_client first(broker().host(), broker().port());
  raw_client second(broker().host(), broker().port());
  const auto nonce_of = [](const std::string& info) {
    const std::string key = "\"nonce\":\"";
    return info.substr(info.find(key) + key.size(), 15);
  };
  ASSERT_NE(nonce_of(first.info()), nonce_of(second.info()));
  const auto sign_in = [&](raw_client& client, const std::string& nonce) {
    unsigned char* bytes = nullptr;
    int size = 0;
    require_ok(nats_Sign(nkey_seed, nonce.c_str(), &bytes, &size), "sign");
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string text;
    unsigned pending = 0;
    unsigned bits = 0;
    for (int i = 0; i < size; ++i) {
      pending = pending << 8 | bytes[i];
      for (bits += 8; bits >= 6; bits -= 6) text += letters[pending >> (bits - 6) & 63];
    }
    if (bits > 0) text += letters[pending << (6 - bits) & 63];
    std::free(bytes);
    client.send(R"(CONNECT {"verbose":false,"nkey":")" + std::string(public_nkey) + R"(","sig":")" +
                text + "\"}\r\nPING\r\n");
    return client.read_through("\r\n");
  };
  EXPECT_EQ(sign_in(first, nonce_of(first.info())), "PONG\r\n");
  EXPECT_EQ(sign_in(second, nonce_of(first.info())), violation);
}

class login_in_time : public system_test {
 protected:
  [[nodiscard]] std::string configuration() const override {
    return "authorization { timeout: 1, token: t0k }\n";
  }
};

TEST_P(login_in_time, silence_is_timed_out) {
  // On a machine that has no time one attempt may be late; a longer timeout makes all of them so.
  const milliseconds enough(is_sanitised() ? 4000 : 1500);
  steady_clock::duration waited = enough;
  for (int attempt = 0; attempt < 5 && waited >= enough; ++attempt) {
    const auto begin = steady_clock::now();
    raw_client silent(broker().host(), broker().port());
    EXPECT_EQ(silent.read_until_closed(), "-ERR 'Authentication Timeout'\r\n");
    waited = steady_clock::now() - begin;
    EXPECT_GT(waited, milliseconds(900));
  }
  EXPECT_LT(waited, enough);
}

TEST_P(login, a_restricted_client_stays_within_its_permissions) {
  nats_client writer(broker().url(), with_password("clear", "word"));
  nats_client limited(broker().url(), with_password("limited", "word"));
  subscription all(writer, ">");
  subscription allowed(limited, "open.*");
  limited.publish("secret", "no");
  limited.publish("open.a", "yes");
  limited.flush();
  EXPECT_EQ(data_of(all.next().get()), "yes");
  EXPECT_EQ(data_of(allowed.next().get()), "yes");
}

TEST_P(login, a_service_may_reply_and_nothing_else) {
  nats_client service(broker().url(), with_password("service", "word"));
  nats_client asker(broker().url(), with_password("clear", "word"));
  subscription outside(asker, "outside");
  subscription requests(service, "request", [&](natsMsg* message) {
    service.publish("outside", "leak");
    service.publish(natsMsg_GetReply(message), data_of(message));
  });
  for (const char* word : {"one", "two"}) {
    natsStatus status = NATS_OK;
    const message_pointer reply = asker.request("request", word, status);
    ASSERT_EQ(status, NATS_OK);
    EXPECT_EQ(data_of(reply.get()), word);
  }
  natsStatus status = NATS_OK;
  EXPECT_EQ(outside.next(status, milliseconds(0)), nullptr);
}

class token_login : public system_test {
 protected:
  [[nodiscard]] std::string configuration() const override {
    return "authorization { timeout: 20, token: t0k }\n";
  }
};

TEST_P(token_login, admits_whoever_has_the_token) {
  const auto with_token = [](const char* token) {
    return [=](natsOptions* options) { require_ok(natsOptions_SetToken(options, token), "token"); };
  };
  EXPECT_NO_THROW(nats_client(broker().url(), with_token("t0k")));
  EXPECT_THROW(nats_client(broker().url(), with_token("T0k")), std::runtime_error);
  EXPECT_THROW(nats_client(broker().url(), with_password("t0k", "t0k")), std::runtime_error);
  EXPECT_THROW(nats_client(broker().url()), std::runtime_error);
}

TEST_P(token_login, says_once_who_may_connect_and_no_secret_ever) {
  EXPECT_THROW(nats_client(broker().url(), with_password("t0k", "wrong")), std::runtime_error);
  EXPECT_EQ(stop_broker(SIGINT), (exit_status{.code = 0, .signal = 0}));
  const std::string log = broker().child().output();
  if (!is_oracle()) {
    EXPECT_NE(log.find("whoever has the token may publish and subscribe everything"),
              std::string::npos);
    EXPECT_EQ(log.find("wrong"), std::string::npos);
  }
  EXPECT_NE(log.find("authentication error"), std::string::npos) << log;
}

WIREBIRD_ON_EVERY_TRANSPORT_AND_NAT(login);
WIREBIRD_ON_EVERY_TRANSPORT_AND_NAT(login_in_time);
WIREBIRD_ON_EVERY_TRANSPORT_AND_NAT(token_login);

}  // namespace
}  // namespace wirebird::system_tests
