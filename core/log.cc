#include "core/log.h"

#include <poll.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <atomic>

#include "core/error_lines.h"
#include "core/text.h"

namespace katra {
namespace {

constexpr size_t kMaxTextBytes = 3500;

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kOff:
      break;
  }
  return spdlog::level::off;
}

// Escapes text with ErrorLines(), because it may contain text that a file or a server chose.
class StderrLogger final : public Logger {
 public:
  StderrLogger(const std::string& name, LogLevel minimum)
      : logger_(name, std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger_.set_formatter(std::make_unique<spdlog::pattern_formatter>(
        "%Y-%m-%dT%H:%M:%S.%eZ %l %n: %v", spdlog::pattern_time_type::utc));
    logger_.set_level(ToSpdlog(minimum));
  }

  void Log(LogLevel level, std::string_view text) override {
    if (!Logs(level)) return;
    if (!TakesALine()) {
      left_out_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    if (const int lines = left_out_.exchange(0, std::memory_order_relaxed); lines > 0) {
      logger_.log(spdlog::level::warn, "log lines dropped because nobody read them: {}", lines);
      if (!TakesALine()) return;
    }
    const std::string shown = ErrorLines(TruncateUtf8(text, kMaxTextBytes));
    text = TruncateUtf8(shown, kMaxTextBytes);
    logger_.log(ToSpdlog(level), spdlog::string_view_t(text.data(), text.size()));
  }

  bool Logs(LogLevel level) const override { return logger_.should_log(ToSpdlog(level)); }

 private:
  // A writable pipe accepts at least a page (4,096 bytes).
  static bool TakesALine() {
    pollfd out{STDERR_FILENO, POLLOUT, 0};
    return poll(&out, 1, 0) > 0;
  }

  spdlog::logger logger_;
  std::atomic<int> left_out_ = 0;
};

}  // namespace

Result<LogLevel> ParseLogLevel(std::string_view text) {
  if (text == "debug") return LogLevel::kDebug;
  if (text == "info") return LogLevel::kInfo;
  if (text == "warning") return LogLevel::kWarning;
  if (text == "error") return LogLevel::kError;
  if (text == "off") return LogLevel::kOff;
  return Fail(ErrorCode::kInvalidArgument, "\"" + std::string(text) +
                                               "\" is not a log level: use debug, info, warning, "
                                               "error or off");
}

std::unique_ptr<Logger> MakeStderrLogger(const std::string& name, LogLevel minimum) {
  return std::make_unique<StderrLogger>(name, minimum);
}

}  // namespace katra
