#include "perf/load/message_reader.hh"

#include <algorithm>
#include <cerrno>
#include <charconv>

#include <sys/socket.h>

namespace wirebird::load {

namespace {

// The next word of the line; blanks around it are dropped. Empty at the end of the line.
std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

}  // namespace

void message_reader::expect(std::string_view subject, std::string_view sid, std::size_t size) {
  expected_ =
      "MSG " + std::string(subject) + " " + std::string(sid) + " " + std::to_string(size) + "\r\n";
  expected_size_ = size;
}

std::ptrdiff_t message_reader::receive(int socket, std::span<char> space) {
  while (true) {
    const ssize_t received = ::recv(socket, space.data(), space.size(), 0);
    if (received > 0) return received;
    if (received < 0 && errno == EINTR) continue;
    if (received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return 0;
    fault_ = received == 0 ? "the server closed the connection"
                           : std::string("reading: ") + std::strerror(errno);
    return -1;
  }
}

bool message_reader::parse_header(std::string_view line, header& result) {
  line.remove_prefix(4);
  result.subject = take_word(line);
  const std::string_view sid = take_word(line);
  std::string_view last = take_word(line);
  if (const std::string_view fourth = take_word(line); !fourth.empty()) {
    result.reply = last;
    last = fourth;
  }
  if (sid.empty() || last.empty() || !take_word(line).empty()) return false;
  const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), result.size);
  return error == std::errc() && end == last.data() + last.size() && last.size() < 10;
}

void message_reader::begin_skip(const header& head, std::string_view payload) {
  skipping_ = true;
  skip_ = head.size;
  skipped_subject_ = head.subject;
  skipped_reply_ = head.reply;
  std::copy_n(payload.data(), head_bytes, skipped_head_.data());
  skipped_size_ = head.size;
}

message_reader::step message_reader::wrong(std::string_view what, std::string_view line) {
  fault_ = std::string(what) + ": " + std::string(line.substr(0, 160));
  return step::wrong;
}

}  // namespace wirebird::load
