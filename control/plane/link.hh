#pragma once

#include "control/plane/events.hh"
#include "protocol/plane_messages.hh"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace wirebird::control {

/// Control's end of the plane link. On the loop.
class link {
 public:
  struct callbacks {
    /// wirebird has greeted: the descriptors of the memory and of the HTTP listener, now the
    /// receiver's, and what an earlier control kept.
    std::function<void(int memory, int listener, std::string_view state)> on_hello;
    /// What it says to a command of ours: taken or refused, by the command's id, the whole text
    /// of it.
    std::function<void(std::uint32_t id, bool is_taken, std::string_view text)> on_answer;
    /// It is older than that command and does not know it.
    std::function<void(std::uint32_t id)> on_unsupported;
    std::function<void(plane_event)> on_event;
    /// wirebird has gone, or speaks something else.
    std::function<void(std::string why)> on_end;
  };

  /// Takes over `descriptor`, a connected seqpacket socket.
  link(boost::asio::io_context&, int descriptor, callbacks);

  void start() { wait(); }
  /// Dropped when the socket's buffer is full: everything that is sent may be repeated.
  void send(const protocol::plane::message_builder&);

 private:
  void wait();
  /// returns: false when there is nothing more to read.
  [[nodiscard]] bool receive();
  void take(std::span<const char> packet, std::span<const int> descriptors);
  void take_answer(const protocol::plane::message_view&);

  boost::asio::posix::stream_descriptor socket_;
  callbacks callbacks_;
  bool greeted_ = false;
  std::uint32_t in_parts_ = 0;  ///< the id of the answer whose first packets have come
  std::string parts_;
};

}  // namespace wirebird::control
