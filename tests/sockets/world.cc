#include "tests/sockets/world.hh"

#include "dataplane/sockets/socket_address.hh"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

namespace wirebird::sockets {

void recorder::take(slice_queue& unread, std::size_t count) {
  while (count > 0) {
    const std::size_t now = std::min<std::size_t>(count, unread.front().size());
    received.append(as_text(unread.front().bytes().first(now)));
    unread.consume(now);
    count -= now;
  }
}

void recorder::say(std::string_view text) {
  ASSERT_TRUE(wire().output().append_copy(as_bytes(text)));
  wire().flush(home_.now());
}

void recorder::on_bytes(slice_queue& unread, instant) {
  home_.enter();
  EXPECT_EQ(ends, 0U);
  EXPECT_FALSE(unread.empty());
  ++offers;
  if (reader)
    reader(unread);
  else
    take(unread, unread.size());
  home_.leave();
}

void recorder::on_end_of_stream(instant) {
  home_.enter();
  EXPECT_EQ(ends, 0U);
  EXPECT_EQ(++ends_of_stream, 1U);
  if (at_end_of_stream) at_end_of_stream();
  home_.leave();
}

void recorder::on_progress(instant) {
  home_.enter();
  EXPECT_EQ(ends, 0U);
  ++progress;
  if (at_progress) at_progress();
  home_.leave();
}

void recorder::on_ended(stream::end_reason why, instant) {
  home_.enter();
  EXPECT_EQ(++ends, 1U);
  reason = why;
  wire_ = nullptr;
  home_.leave();
}

client::client(const endpoint& to, int receive_buffer_bytes) {
  const socket_address at = to_socket_address(to);
  descriptor_ = socket(at.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer_bytes > 0)
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof(int));
  // Loopback: the kernel completes the handshake at once, whoever accepts later.
  if (::connect(descriptor_, at.get(), at.length) != 0) error = errno;
}

client::client(client&& other) noexcept
    : received(std::move(other.received)),
      saw_end(other.saw_end),
      error(other.error),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

client& client::operator=(client&& other) noexcept {
  close();
  received = std::move(other.received);
  saw_end = other.saw_end;
  error = other.error;
  descriptor_ = std::exchange(other.descriptor_, -1);
  return *this;
}

client::~client() {
  close();
}

std::size_t client::write(std::string_view text) {
  const ssize_t count = send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (count < 0 && errno != EAGAIN) error = errno;
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

void client::read() {
  std::vector<char> into(256 * 1024);
  for (;;) {
    const ssize_t count = recv(descriptor_, into.data(), into.size(), MSG_DONTWAIT);
    if (count > 0) {
      received.append(into.data(), static_cast<std::size_t>(count));
      continue;
    }
    if (count == 0) saw_end = true;
    if (count < 0 && errno != EAGAIN) error = errno;
    return;
  }
}

std::uint16_t client::port() const {
  socket_address own;
  EXPECT_EQ(getsockname(descriptor_, own.get(), &own.length), 0);
  return to_endpoint(own).port;
}

void client::end_output() {
  shutdown(descriptor_, SHUT_WR);
}

void client::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void client::reset() {
  const linger at_once{1, 0};
  setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

world::world(std::size_t arena_bytes, options limits)
    : memory(arena_bytes), timers(now()), transport(limits, memory, timers) {
  const listen_result listening = transport.listen(loopback(), *this);
  EXPECT_EQ(listening.error, 0);
  address = loopback(listening.port);
}

stream::handler* world::on_accepted(stream::connection& wire, instant) {
  enter();
  auto fresh = std::make_unique<recorder>(*this, wire);
  const bool wanted = !greeter || greeter(*fresh);
  leave();
  if (!wanted) return nullptr;
  handlers.push_back(std::move(fresh));
  return handlers.back().get();
}

void world::step(duration idle) {
  if (idle > duration::zero()) transport.wait(idle);
  transport.poll(now_);
  timers.advance(now_);
}

bool world::run_until(const std::function<bool()>& done) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    step(std::chrono::microseconds(200));
    skip(std::chrono::microseconds(10));
  }
  return true;
}

void world::run(int times) {
  for (int i = 0; i < times; ++i) step();
}

client world::connect(int receive_buffer_bytes) {
  const std::size_t before = handlers.size();
  client result(address, receive_buffer_bytes);
  EXPECT_EQ(result.error, 0);
  EXPECT_TRUE(run_until([&] { return handlers.size() > before; }));
  return result;
}

endpoint loopback(std::uint16_t port) {
  return {ip_address::from_v4(0x7f000001), port};
}

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>((i * 131 + i / 251) & 0xff);
  return text;
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace wirebird::sockets
