#pragma once

#include "dataplane/worker/worker.hh"

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

/// What tests with real workers on the loopback need around them.
namespace wirebird::worker {

struct counting_ids final : broker::id_source {
  std::uint64_t next_client_id() noexcept override { return next.fetch_add(1); }
  std::atomic<std::uint64_t> next{1};
};

struct silent_events final : broker::event_sink {
  void on_client_created(const broker::client_identity&) noexcept override {}
  void on_client_closed(const broker::client_identity&, broker::close_reason) noexcept override {}
  void on_client_error(const broker::client_identity&, std::string_view) noexcept override {}
  void on_refusal(const broker::client_identity&, std::string_view) noexcept override {}
  void on_slow_consumer(const broker::client_identity&,
                        const broker::slow_consumer&) noexcept override {}
};

/// A client on loopback that waits for answers with a deadline.
class client {
 public:
  explicit client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  }
  ~client() { ::close(socket_); }
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  void send(const std::string& text) {
    ASSERT_EQ(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  /// returns: whether `wanted` came within five seconds.
  [[nodiscard]] bool sees(const std::string& wanted) {
    while (received_.find(wanted) == std::string::npos) {
      pollfd waited{socket_, POLLIN, 0};
      if (::poll(&waited, 1, 5000) != 1) return false;
      char bytes[4096];
      const ssize_t count = ::recv(socket_, bytes, sizeof bytes, 0);
      if (count <= 0) return false;
      received_.append(bytes, static_cast<std::size_t>(count));
    }
    return true;
  }

  /// What comes from now on counts.
  void forget() { received_.clear(); }
  [[nodiscard]] const std::string& received() const { return received_; }

 private:
  int socket_;
  std::string received_;
};

}  // namespace wirebird::worker
