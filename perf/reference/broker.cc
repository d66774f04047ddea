#include "perf/reference/broker.hh"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wirebird::reference {

namespace {

constexpr std::size_t read_bytes = 65'536;
constexpr std::size_t frame_bytes_max = 1'100'000;  // the load tool's largest useful message
// Below this a payload is cheaper to copy than to add as a piece of a gather write.
constexpr std::size_t copied_bytes_max = 512;

constexpr std::string_view greeting =
    R"(INFO {"server_id":"reference","server_name":"reference","version":"2.9.10","proto":1,)"
    R"("headers":false,"max_payload":1048576} )"
    "\r\n";

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

std::string_view take_word(std::string_view& line) {
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(word.size() + 1, line.size()));
  return word;
}

std::size_t number_at_end(std::string_view line) {
  std::size_t number = 0;
  for (const char digit : line.substr(line.rfind(' ') + 1)) {
    number = number * 10 + static_cast<std::size_t>(digit - '0');
  }
  return number;
}

void watch(int epoll, int operation, int socket, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = socket;
  if (epoll_ctl(epoll, operation, socket, &event) != 0) fail("epoll_ctl");
}

void leave(std::vector<subscription>& list, const client& one) {
  std::erase_if(list, [&](const subscription& each) { return each.owner == &one; });
}

}  // namespace

broker::broker(const std::string& address, std::uint16_t port)
    : buffer_(frame_bytes_max + read_bytes) {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (epoll_ < 0 || listener_ < 0) fail("start");
  const int yes = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in local{};
  local.sin_family = AF_INET;
  local.sin_port = htons(port);
  if (inet_pton(AF_INET, address.c_str(), &local.sin_addr) != 1) {
    errno = EINVAL;
    fail("the address to listen on");
  }
  socklen_t size = sizeof local;
  auto* const generic = reinterpret_cast<sockaddr*>(&local);
  if (bind(listener_, generic, size) != 0 || listen(listener_, SOMAXCONN) != 0) fail("listen");
  getsockname(listener_, generic, &size);
  port_ = ntohs(local.sin_port);
  watch(epoll_, EPOLL_CTL_ADD, listener_, EPOLLIN);
}

broker::~broker() {
  for (const auto& entry : clients_) ::close(entry.first);
  ::close(listener_);
  ::close(epoll_);
}

void broker::run(int stop, bool spin) {
  watch(epoll_, EPOLL_CTL_ADD, stop, EPOLLIN);
  std::array<epoll_event, 256> events;
  while (true) {
    const int ready = epoll_wait(epoll_, events.data(), events.size(), spin ? 0 : -1);
    for (int i = 0; i < ready; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.fd == stop) return;
      if (event.data.fd == listener_) {
        accept_all();
        continue;
      }
      client& one = *clients_.at(event.data.fd);
      if ((event.events & EPOLLOUT) != 0) flush(one);
      if ((event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) read(one);
    }
  }
}

void broker::accept_all() {
  while (true) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) return;
    const int yes = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    auto added = std::make_unique<client>();
    added->socket = socket;
    added->output.copy(greeting);
    watch(epoll_, EPOLL_CTL_ADD, socket, EPOLLIN);
    flush(*added);
    clients_.emplace(socket, std::move(added));
  }
}

void broker::read(client& from) {
  const std::size_t kept = from.rest.size();
  std::memcpy(buffer_.data(), from.rest.data(), kept);
  const std::size_t space = std::min(read_bytes, buffer_.size() - kept);
  const ssize_t received = ::recv(from.socket, buffer_.data() + kept, space, 0);
  if (received < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (received <= 0) return close(from);
  std::string_view bytes(buffer_.data(), kept + static_cast<std::size_t>(received));
  while (take_frame(from, bytes)) {
  }
  // Outboxes refer to the buffer: they are flushed before the next read.
  flush_touched();
  from.rest.assign(bytes);
}

bool broker::take_frame(client& from, std::string_view& bytes) {
  if (bytes.starts_with("PUB ")) return take_pub(from, bytes);
  const std::size_t end = bytes.find("\r\n");
  if (end == std::string_view::npos) return false;
  std::string_view line = bytes.substr(0, end);
  bytes.remove_prefix(end + 2);
  const std::string_view verb = take_word(line);
  if (verb == "SUB") subscribe(from, line);
  if (verb == "PING") {
    from.output.copy("PONG\r\n");
    touch(from);
  }
  return true;
}

bool broker::take_pub(client& from, std::string_view& bytes) {
  const std::size_t end = bytes.find('\n');
  if (end == std::string_view::npos) return false;
  const std::size_t frame_size = end + 1 + number_at_end(bytes.substr(0, end - 1)) + 2;
  if (bytes.size() < frame_size) return false;
  // "reply size CRLF payload CRLF" or "size CRLF payload CRLF" goes to subscribers as it came.
  std::string_view frame = bytes.substr(4, frame_size - 4);
  const std::string_view name = take_word(frame);
  if (from.last_subject == nullptr || from.last_subject->name != name) {
    from.last_subject = &subject_named(name);
  }
  for (const subscription& each : from.last_subject->plain) deliver(each, frame);
  for (queue_group& group : from.last_subject->groups) {
    if (group.members.empty()) continue;
    group.next = group.next + 1 < group.members.size() ? group.next + 1 : 0;
    deliver(group.members[group.next], frame);
  }
  bytes.remove_prefix(frame_size);
  return true;
}

void broker::subscribe(client& from, std::string_view arguments) {
  subject& target = subject_named(take_word(arguments));
  const std::string_view second = take_word(arguments);
  const std::string_view sid = arguments.empty() ? second : arguments;
  subscription added{&from, "MSG " + target.name + " " + std::string(sid) + " "};
  from.subscribed.push_back(&target);
  if (arguments.empty()) {
    target.plain.push_back(std::move(added));
    return;
  }
  auto group = std::find_if(target.groups.begin(), target.groups.end(),
                            [&](const queue_group& each) { return each.name == second; });
  if (group == target.groups.end()) {
    group = target.groups.insert(group, queue_group{std::string(second), {}, 0});
  }
  group->members.push_back(std::move(added));
}

void broker::deliver(const subscription& to, std::string_view frame) {
  outbox& output = to.owner->output;
  output.copy(to.prefix);
  if (frame.size() <= copied_bytes_max) {
    output.copy(frame);
  } else {
    output.refer(frame);
  }
  touch(*to.owner);
}

void broker::touch(client& one) {
  if (one.touched) return;
  one.touched = true;
  touched_.push_back(&one);
}

void broker::flush_touched() {
  for (client* const each : touched_) {
    each->touched = false;
    flush(*each);
  }
  touched_.clear();
}

void broker::flush(client& one) {
  const bool blocked = !one.output.flush(one.socket);
  if (blocked == one.blocked) return;
  one.blocked = blocked;
  watch(epoll_, EPOLL_CTL_MOD, one.socket, blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

void broker::close(client& one) {
  for (subject* const each : one.subscribed) {
    leave(each->plain, one);
    for (queue_group& group : each->groups) leave(group.members, one);
  }
  const int socket = one.socket;
  clients_.erase(socket);
  ::close(socket);
}

subject& broker::subject_named(std::string_view name) {
  auto found = subjects_.find(name);
  if (found == subjects_.end()) {
    auto added = std::make_unique<subject>();
    added->name = name;
    found = subjects_.emplace(std::string(name), std::move(added)).first;
  }
  return *found->second;
}

}  // namespace wirebird::reference
