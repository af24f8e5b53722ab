// Logging to stderr (stdout belongs to the protocol). main() makes the Logger and passes it on.
// Message bodies, memories and keys must never be logged.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"

namespace katra {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kOff };

[[nodiscard]] Result<LogLevel> ParseLogLevel(std::string_view text);

// Thread-safe.
class Logger {
 public:
  virtual ~Logger() = default;
  virtual void Log(LogLevel level, std::string_view text) = 0;
  // Whether lines of this level are written. If not, a caller need not format one.
  [[nodiscard]] virtual bool Logs(LogLevel level) const = 0;

  void Debug(std::string_view text) { Log(LogLevel::kDebug, text); }
  void Info(std::string_view text) { Log(LogLevel::kInfo, text); }
  void Warning(std::string_view text) { Log(LogLevel::kWarning, text); }
  void LogError(std::string_view text) { Log(LogLevel::kError, text); }
};

// Writes lines such as "2026-11-21T12:03:05.123Z warning NAME: text" to stderr, from level
// `minimum` on, with at most 3,500 bytes of text. Never blocks: if the pipe is full or the terminal
// is stopped, lines are dropped, and the next line is preceded by their number.
[[nodiscard]] std::unique_ptr<Logger> MakeStderrLogger(const std::string& name, LogLevel minimum);

}  // namespace katra
