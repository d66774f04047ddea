// The featureless reference broker: what kernel sockets allow when a broker does nothing but move
// messages. One thread, epoll, CONNECT PING PUB SUB; exact subjects and queue groups. It has no
// wildcards, no limits, no error replies and no slow-consumer rule, trusts its clients to speak
// correctly, and must never face anything but the load tool.
//
// Cost: one recv for up to 64 KiB of input and one gather write per touched connection; a MSG is
// its ready-made prefix plus the rest of the PUB frame, copied when short and referenced in the
// read buffer when long.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wirebird::reference {

struct client;

struct subscription {
  client* owner;
  std::string prefix;  // "MSG subject sid "
};

struct queue_group {
  std::string name;
  std::vector<subscription> members;
  std::size_t next = 0;
};

struct subject {
  std::string name;
  std::vector<subscription> plain;
  std::vector<queue_group> groups;
};

// What one client still has to be sent: copied bytes, and long payloads referenced between them.
class outbox {
 public:
  void copy(std::string_view bytes) { text_.append(bytes); }
  // lifetime: `bytes` stay until flush().
  void refer(std::string_view bytes) { references_.push_back({text_.size(), bytes}); }
  // Sends what the socket takes and keeps a copy of the rest. returns: whether all is sent.
  bool flush(int socket);

 private:
  struct reference {
    std::size_t position;  // in text_, behind the bytes that come before it
    std::string_view bytes;
  };
  // Sends text and references. returns: how many bytes the socket took.
  std::size_t send_pieces(int socket);
  void keep_behind(std::size_t sent);
  bool send_backlog(int socket);

  std::string text_;
  std::vector<reference> references_;
  std::string backlog_;
  std::size_t backlog_sent_ = 0;
};

struct client {
  int socket;
  std::string rest;  // an unfinished frame
  outbox output;
  bool touched = false;
  bool blocked = false;              // waits for EPOLLOUT
  subject* last_subject = nullptr;   // publishers mostly stay with one
  std::vector<subject*> subscribed;  // where to look when it leaves
};

class broker {
 public:
  // Listens on address:port; 0 takes any free port. throws: std::system_error.
  broker(const std::string& address, std::uint16_t port);
  ~broker();
  broker(const broker&) = delete;
  broker& operator=(const broker&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  // Serves until `stop` becomes readable. `spin`: never sleep in epoll_wait.
  void run(int stop, bool spin);

 private:
  void accept_all();
  void read(client& from);
  // Takes one frame off `bytes`. returns: false when it is not complete.
  bool take_frame(client& from, std::string_view& bytes);
  bool take_pub(client& from, std::string_view& bytes);
  void subscribe(client& from, std::string_view arguments);
  void deliver(const subscription& to, std::string_view frame);
  void touch(client& one);
  void flush_touched();
  void flush(client& one);
  void close(client& one);
  subject& subject_named(std::string_view name);

  struct text_hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  int epoll_ = -1;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::vector<char> buffer_;
  std::unordered_map<int, std::unique_ptr<client>> clients_;  // by socket
  std::unordered_map<std::string, std::unique_ptr<subject>, text_hash, std::equal_to<>> subjects_;
  std::vector<client*> touched_;
};

}  // namespace wirebird::reference
