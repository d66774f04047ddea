#include "control/service.hh"

#include <chrono>
#include <cstdio>
#include <memory>
#include <utility>
#include <variant>

#include <boost/asio/post.hpp>

namespace wirebird::control {

namespace {

namespace plane = protocol::plane;
/// A sixth of what wirebird waits for.
constexpr auto heartbeat_interval = std::chrono::milliseconds(500);
/// Pages are short work; more threads would only take cores from the workers.
constexpr int page_threads = 2;

}  // namespace

service::service(int link_descriptor)
    : arena_(page_threads, 0),
      link_(loop_, link_descriptor,
            {.on_hello = [this](int memory, int listener,
                                std::string_view state) { on_hello(memory, listener, state); },
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
  usage_.emplace(loop_, server.pid);
  usage_->start();
  router_.emplace(server.http_base_path);
  router_->restore(state);
  http_.emplace(loop_, listener, [this](std::string_view target, http_server::respond respond) {
    on_request(target, std::move(respond));
  });
  http_->start();
  link_.send(plane::message_builder(plane::message_type::ready));
  send_heartbeat();
}

void service::send_heartbeat() {
  link_.send(plane::message_builder(plane::message_type::heartbeat));
  heartbeat_.expires_after(heartbeat_interval);
  heartbeat_.async_wait([this](boost::system::error_code error) {
    if (!error) send_heartbeat();
  });
}

void service::on_request(std::string_view target, http_server::respond respond) {
  auto routed = router_->route(target);
  if (page* const ready = std::get_if<page>(&routed)) {
    respond(std::move(*ready));
    return;
  }
  // Before the answer, so that a count that somebody has seen is never lost.
  plane::message_builder keep(plane::message_type::keep_state);
  keep.add(plane::field_tag::blob, router_->state());
  link_.send(keep);
  const bool with_subscriptions = std::get<page_plan>(routed).rows.subscriptions;
  refresher_->refresh(with_subscriptions,
                      [this, plan = std::move(std::get<page_plan>(routed)),
                       respond = std::move(respond)] { make_page(plan, respond); });
}

void service::make_page(page_plan plan, http_server::respond respond) {
  auto from = std::make_shared<snapshot>(snapshot::take(*memory_, plan.rows));
  from->requests = router_->requests();
  from->cpu_percent = usage_->cpu_percent();
  from->memory_bytes = usage_->memory_bytes();
  arena_.enqueue([this, plan = std::move(plan), respond = std::move(respond), from] {
    auto made = std::make_shared<page>(render(plan, *from));
    boost::asio::post(loop_, [respond, made] { respond(std::move(*made)); });
  });
}

}  // namespace wirebird::control
