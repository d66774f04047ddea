#include "dataplane/agent/log.hh"

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

log::log(bool debug) : debug_(debug) {
  auto stderr_sink = std::make_shared<spdlog::sinks::ansicolor_stderr_sink_st>();
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<level_flag>('*').set_pattern("[%P] %Y/%m/%d %H:%M:%S.%f [%^%*%$] %v");
  stderr_sink->set_formatter(std::move(formatter));
  sink_ = std::make_shared<spdlog::logger>("wirebird", std::move(stderr_sink));
  sink_->set_level(debug ? spdlog::level::debug : spdlog::level::info);
  sink_->flush_on(spdlog::level::trace);
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
  sink_->debug("{}", text);
}

}  // namespace wirebird::agent
