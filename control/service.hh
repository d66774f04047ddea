#pragma once

#include "control/monitor/http_server.hh"
#include "control/monitor/router.hh"
#include "control/plane/link.hh"
#include "control/plane/memory_view.hh"
#include "control/plane/refresher.hh"
#include "control/plane/usage.hh"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <tbb/task_arena.h>

namespace wirebird::control {

/// All of wirebird-control: one loop that talks to wirebird and to HTTP clients, and an arena of
/// threads that make pages. Ends when wirebird does.
class service {
 public:
  explicit service(int link_descriptor);
  /// Makes pages that are under way wait for nobody: the process is about to end.
  ~service() = default;

  /// Until wirebird has gone. returns: the exit code; what went wrong is on stderr.
  [[nodiscard]] int run();

 private:
  void on_hello(int memory, int listener, std::string_view state);
  void on_request(std::string_view target, http_server::respond);
  void make_page(page_plan, http_server::respond);
  void send_heartbeat();
  void end(const std::string& why, int exit_code);

  boost::asio::io_context loop_{1};
  tbb::task_arena arena_;
  link link_;
  boost::asio::steady_timer heartbeat_;
  std::unique_ptr<memory_view> memory_;
  std::optional<refresher> refresher_;
  std::optional<usage> usage_;
  std::optional<router> router_;
  std::optional<http_server> http_;
  int exit_code_ = 0;
};

}  // namespace wirebird::control
