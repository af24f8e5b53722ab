// Logging to stderr (stdout belongs to the protocol). Set up once by main; the rest of the program
// is handed a Logger. Never logs message bodies, memories or keys.
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
  // False: a line of this level would go nowhere, and need not be made.
  [[nodiscard]] virtual bool Logs(LogLevel level) const = 0;

  void Debug(std::string_view text) { Log(LogLevel::kDebug, text); }
  void Info(std::string_view text) { Log(LogLevel::kInfo, text); }
  void Warning(std::string_view text) { Log(LogLevel::kWarning, text); }
  void LogError(std::string_view text) { Log(LogLevel::kError, text); }
};

// Lines of "2026-11-21T12:03:05.123Z warning NAME: text" on stderr, from `minimum` on, 3,500 bytes
// of text at the most. Never waits for a reader: what a full pipe or a stopped terminal does not
// take is left out, and the next line that goes out says how many lines that were.
[[nodiscard]] std::unique_ptr<Logger> MakeStderrLogger(const std::string& name, LogLevel minimum);

}  // namespace katra
