#include "dataplane/agent/log.hh"

#include "dataplane/agent/log_sinks.hh"

#include <utility>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/spdlog.h>

namespace wirebird::agent {

namespace {

/// Level names as operators grep for them.
class level_flag final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& into) override {
    const std::string_view name = name_of(message.level);
    into.append(name.data(), name.data() + name.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return spdlog::details::make_unique<level_flag>();
  }

 private:
  static std::string_view name_of(spdlog::level::level_enum level) {
    switch (level) {
      case spdlog::level::trace: return "TRC";
      case spdlog::level::debug: return "DBG";
      case spdlog::level::warn: return "WRN";
      case spdlog::level::err: return "ERR";
      case spdlog::level::critical: return "FTL";
      default: return "INF";
    }
  }
};

}  // namespace

log::log(const config::logging& settings) : settings_(settings) {
  write_to(std::make_shared<spdlog::sinks::ansicolor_stderr_sink_st>());  // for why open() failed
}

void log::write_to(std::shared_ptr<spdlog::sinks::sink> sink) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<level_flag>('*').set_pattern(
      settings_.times ? "[%P] %Y/%m/%d %H:%M:%S.%f [%^%*%$] %v" : "[%P] [%^%*%$] %v");
  sink->set_formatter(std::move(formatter));
  sink_ = std::make_shared<spdlog::logger>("wirebird", std::move(sink));
  sink_->set_level(spdlog::level::trace);
  sink_->flush_on(spdlog::level::trace);
}

std::string log::change(const config::logging& next) {
  const config::logging before = std::exchange(settings_, next);
  std::string why_not = open();
  if (!why_not.empty()) settings_ = before;
  return why_not;
}

std::string log::open() {
  opened_sink opened;
  if (has_file())
    opened = open_file_sink(settings_.file, settings_.size_limit);
  else if (!settings_.remote_syslog.empty())
    opened = open_remote_sink(settings_.remote_syslog);
  else if (settings_.syslog)
    opened = open_syslog_sink();
  else
    opened.value = std::make_shared<spdlog::sinks::ansicolor_stderr_sink_st>();
  if (opened.value != nullptr) write_to(std::move(opened.value));
  return opened.error;
}

log::~log() = default;

void log::info(std::string_view text) {
  sink_->info("{}", text);
}
void log::warning(std::string_view text) {
  sink_->warn("{}", text);
}
void log::error(std::string_view text) {
  sink_->error("{}", text);
}
void log::fatal(std::string_view text) {
  sink_->critical("{}", text);
}
void log::debug(std::string_view text) {
  if (settings_.debug) sink_->debug("{}", text);
}
void log::trace(std::string_view text) {
  if (settings_.trace) sink_->trace("{}", text);
}

}  // namespace wirebird::agent
