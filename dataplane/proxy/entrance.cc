#include "dataplane/proxy/entrance.hh"

#include "dataplane/proxy/passage.hh"

#include <utility>

namespace wirebird::proxy {

entrance::entrance(stream::acceptor& inside, timer_wheel& timers, arena& memory,
                   refusal_sink& refusals) noexcept
    : inside_(inside), timers_(timers), memory_(memory), refusals_(refusals) {}

entrance::~entrance() = default;

stream::handler* entrance::on_accepted(stream::connection& connection, instant now) {
  auto made = std::make_unique<passage>(*this, connection, now);
  made->position = passages_.size();
  passages_.push_back(std::move(made));
  return passages_.back().get();
}

void entrance::flush() {
  while (!over_.empty()) {
    const std::size_t position = over_.pop_front().position;
    std::swap(passages_[position], passages_.back());
    passages_[position]->position = position;
    passages_.pop_back();
  }
}

void entrance::shutdown(instant now) {
  for (const auto& each : passages_) each->give_up(now);
}

}  // namespace wirebird::proxy
