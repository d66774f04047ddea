#include "control/service.hh"

#include "control/monitor/listeners.hh"

#include <chrono>
#include <cstdio>
#include <memory>
#include <utility>
#include <variant>

#include <boost/asio/post.hpp>
#include <sys/socket.h>

namespace wirebird::control {

namespace {

namespace plane = protocol::plane;
/// A sixth of what wirebird waits for.
constexpr auto heartbeat_interval = std::chrono::milliseconds(500);
/// Pages are short work; more threads would only take cores from the workers.
constexpr int page_threads = 2;

}  // namespace

service::service(int link_descriptor)
    : threads_(tbb::global_control::max_allowed_parallelism, page_threads + 1),
      arena_(page_threads, 0),
      link_(loop_, link_descriptor,
            {.on_hello = [this](int memory, int listener,
                                std::string_view state) { on_hello(memory, listener, state); },
             .on_answer = [this](std::uint32_t id, bool is_taken,
                                 std::string_view text) { on_answer(id, is_taken, text); },
             .on_unsupported = [this](std::uint32_t id) { on_unsupported(id); },
             .on_event = [this](plane_event event) { events_.add(std::move(event)); },
             .on_end = [this](const std::string& why) { end(why, 0); }}),
      heartbeat_(loop_) {}

int service::run() {
  link_.start();
  loop_.run();
  return exit_code_;
}

void service::end(const std::string& why, int exit_code) {
  if (exit_code != 0) std::fprintf(stderr, "wirebird-control: %s\n", why.c_str());
  exit_code_ = exit_code;
  loop_.stop();
}

void service::on_hello(int memory, int listener, std::string_view state) {
  memory_ = std::make_unique<memory_view>(memory);
  if (!memory_->error().empty()) {
    end(memory_->error(), 1);
    return;
  }
  const settings server = settings::parse(memory_->settings());
  refresher_.emplace(loop_, link_, *memory_);
  usage_.emplace(loop_, server.pid, *memory_);
  usage_->start();
  router_.emplace(server.http_base_path);
  router_->restore(state);
  allowed_ = networks(server.monitor_allow);
  serve({listener, AF_UNIX, entrance::relay});
  serve_own_doors(server);
  link_.send(plane::message_builder(plane::message_type::ready));
  link_.send(plane::message_builder(plane::message_type::watch));
  send_heartbeat();
}

void service::send_heartbeat() {
  link_.send(plane::message_builder(plane::message_type::heartbeat));
  heartbeat_.expires_after(heartbeat_interval);
  heartbeat_.async_wait([this](boost::system::error_code error) {
    if (!error) send_heartbeat();
  });
}

void service::serve(const http_server::door& open) {
  const auto answer = [this](const request& asked, http_server::respond respond) {
    on_request(asked, std::move(respond));
  };
  doors_.push_back(std::make_unique<http_server>(loop_, open, allowed_, answer));
  doors_.back()->start();
}

/// Without one of them the pages on the monitoring port still work.
void service::serve_own_doors(const settings& server) {
  const auto serve_or_tell = [this](const listening& made, int family, entrance through) {
    if (made.error.empty())
      serve({made.descriptor, family, through});
    else
      std::fprintf(stderr, "wirebird-control: %s\n", made.error.c_str());
  };
  if (!server.control_socket.empty())
    serve_or_tell(listen_for_operators(server.control_socket), AF_UNIX, entrance::operators);
  if (server.control_address.empty()) return;
  const int family = server.control_address.find(':') == std::string::npos ? AF_INET : AF_INET6;
  const auto port = static_cast<std::uint16_t>(server.control_port);
  serve_or_tell(listen_on_network(server.control_address, port), family, entrance::network);
}

bool service::has_client(std::uint64_t client) const {
  for (std::size_t i = 0; i < memory_->workers(); ++i)
    for (const auto& row : memory_->connections(i))
      if (row.cid == client) return true;
  return false;
}

void service::close_client(std::uint64_t client, http_server::respond respond) {
  refresher_->refresh(
      {.open = true, .all_new = true}, [this, client, respond = std::move(respond)](batch&) {
        if (!has_client(client)) {
          respond(no_such_client_page(client));
          return;
        }
        plane::message_builder order(plane::message_type::close_connection, ++commands_);
        order.add(plane::field_tag::number, client);
        link_.send(order);
        refresher_->refresh({.open = true, .all_new = true}, [this, client, respond](batch&) {
          respond(has_client(client) ? closing_page(client) : closed_page(client));
        });
      });
}

void service::start_capture(const capture_order& order, http_server::respond respond) {
  const std::uint32_t id = ++commands_;
  plane::message_builder ask(plane::message_type::capture, id);
  if (!order.address.empty()) ask.add(plane::field_tag::address, order.address);
  if (order.port != 0) ask.add(plane::field_tag::port, order.port);
  if (order.frames != 0) ask.add(plane::field_tag::number, order.frames);
  if (order.seconds != 0) ask.add(plane::field_tag::seconds, order.seconds);
  give_order(ask, id, capture_page, std::move(respond));
}

void service::give_order(const plane::message_builder& order, std::uint32_t id, answer_page say,
                         http_server::respond respond) {
  constexpr auto patience = std::chrono::seconds(5);
  link_.send(order);
  const auto entry = unanswered_.emplace(
      id, open_command{std::move(respond), say, boost::asio::steady_timer(loop_, patience)});
  entry.first->second.deadline.async_wait([this, id](boost::system::error_code error) {
    const auto found = unanswered_.find(id);
    if (error || found == unanswered_.end()) return;
    const http_server::respond late = std::move(found->second.respond);
    unanswered_.erase(found);
    late(no_answer_page());
  });
}

void service::give_plain_order(plane::message_type type, answer_page say,
                               http_server::respond respond) {
  const std::uint32_t id = ++commands_;
  give_order(plane::message_builder(type, id), id, say, std::move(respond));
}

void service::on_answer(std::uint32_t id, bool is_taken, std::string_view text) {
  const auto found = unanswered_.find(id);
  if (found == unanswered_.end()) return;
  const http_server::respond respond = std::move(found->second.respond);
  const answer_page say = found->second.say;
  unanswered_.erase(found);
  respond(say(is_taken, text));
}

void service::on_unsupported(std::uint32_t id) {
  const auto found = unanswered_.find(id);
  if (found == unanswered_.end()) return;
  const http_server::respond respond = std::move(found->second.respond);
  unanswered_.erase(found);
  respond(unknown_order_page());
}

void service::on_command(const command& order, http_server::respond respond) {
  if (const auto* const closing = std::get_if<close_order>(&order))
    close_client(closing->client, std::move(respond));
  else if (const auto* const capturing = std::get_if<capture_order>(&order))
    start_capture(*capturing, std::move(respond));
  else if (std::holds_alternative<lame_duck_order>(order))
    give_plain_order(plane::message_type::lame_duck, lame_duck_page, std::move(respond));
  else if (std::holds_alternative<reload_order>(order))
    give_plain_order(plane::message_type::reload, reload_page, std::move(respond));
  else
    respond(std::get<page>(order));
}

void service::on_request(const request& asked, http_server::respond respond) {
  if (names_command(asked.target)) {
    on_command(read_command(asked), std::move(respond));
    return;
  }
  auto routed = router_->route(asked.target);
  if (page* const ready = std::get_if<page>(&routed)) {
    respond(std::move(*ready));
    return;
  }
  const rows_wanted wanted = std::get<page_plan>(routed).rows;
  const auto take = [this](const rows_wanted& rows) { return take_snapshot(rows); };
  refresher_->refresh(wanted, [this, take, plan = std::move(std::get<page_plan>(routed)),
                               respond = std::move(respond)](batch& together) {
    make_page(plan, together.get(plan.rows, take), respond);
  });
}

std::shared_ptr<const snapshot> service::take_snapshot(const rows_wanted& wanted) {
  // Before the answer, so that a count that somebody has seen is never lost.
  plane::message_builder keep(plane::message_type::keep_state);
  keep.add(plane::field_tag::blob, router_->state());
  link_.send(keep);
  auto made = std::make_shared<snapshot>(snapshot::take(*memory_, wanted));
  made->requests = router_->requests();
  if (wanted.events) made->events = events_.kept();
  made->events_total = events_.total();
  made->events_lost = events_.lost();
  made->cpu_percent = usage_->cpu_percent();
  made->busy = usage_->busy();
  made->memory_bytes = usage_->memory_bytes();
  return made;
}

void service::make_page(page_plan plan, std::shared_ptr<const snapshot> from,
                        http_server::respond respond) {
  if (plan.is_short) {
    respond(render(plan, *from));
    return;
  }
  arena_.enqueue(
      [this, plan = std::move(plan), respond = std::move(respond), from = std::move(from)] {
        auto made = std::make_shared<page>(render(plan, *from));
        boost::asio::post(loop_, [respond, made] { respond(std::move(*made)); });
      });
}

}  // namespace wirebird::control
