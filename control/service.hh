#pragma once

#include "control/monitor/commands.hh"
#include "control/monitor/http_server.hh"
#include "control/monitor/router.hh"
#include "control/plane/events.hh"
#include "control/plane/link.hh"
#include "control/plane/memory_view.hh"
#include "control/plane/refresher.hh"
#include "control/plane/usage.hh"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <tbb/global_control.h>
#include <tbb/task_arena.h>

namespace wirebird::control {

/// All of wirebird-control: one loop that talks to wirebird and to HTTP clients, and an arena of
/// threads that make pages. Ends when wirebird does; never destroyed, since pages may be under way.
class service {
 public:
  explicit service(int link_descriptor);
  ~service() = delete;

  /// Until wirebird has gone. returns: the exit code; what went wrong is on stderr.
  [[nodiscard]] int run();

 private:
  void on_hello(int memory, int listener, std::string_view state);
  void serve(const http_server::door&);
  void serve_own_doors(const settings&);
  void on_request(const request&, http_server::respond);
  [[nodiscard]] std::shared_ptr<const snapshot> take_snapshot(const rows_wanted&);
  void make_page(page_plan, std::shared_ptr<const snapshot>, http_server::respond);
  /// Has wirebird close a client, and answers when it is gone, or has been told to go.
  void close_client(std::uint64_t client, http_server::respond);
  /// Asks for a capture, and answers with what wirebird says to it.
  void start_capture(const capture_order&, http_server::respond);
  /// A page from what wirebird says to a command.
  using answer_page = page (*)(bool is_taken, std::string_view text);
  /// Sends an order with the id `id`, and answers with what comes back to that.
  void give_order(const protocol::plane::message_builder&, std::uint32_t id, answer_page,
                  http_server::respond);
  /// One that says nothing but what it is.
  void give_plain_order(protocol::plane::message_type, answer_page, http_server::respond);
  void on_command(const command&, http_server::respond);
  void on_answer(std::uint32_t id, bool is_taken, std::string_view text);
  void on_unsupported(std::uint32_t id);
  [[nodiscard]] bool has_client(std::uint64_t client) const;
  void send_heartbeat();
  void end(const std::string& why, int exit_code);

  boost::asio::io_context loop_{1};
  tbb::global_control threads_;  ///< as many as the arena wants, on machines with fewer cores too
  tbb::task_arena arena_;
  link link_;
  boost::asio::steady_timer heartbeat_;
  std::unique_ptr<memory_view> memory_;
  std::optional<refresher> refresher_;
  std::optional<usage> usage_;
  std::optional<router> router_;
  networks allowed_;
  std::vector<std::unique_ptr<http_server>> doors_;
  event_list events_;
  std::uint32_t commands_ = 0;  ///< given so far
  struct open_command {
    http_server::respond respond;
    answer_page say;
    boost::asio::steady_timer deadline;
  };
  std::map<std::uint32_t, open_command> unanswered_;  ///< by id, from 1
  int exit_code_ = 0;
};

}  // namespace wirebird::control
