// The command line and the environment of katra_mcp_server, read and checked. Knows neither the
// store nor the protocol.
#pragma once

#include <string>

#include "core/log.h"

namespace katra::mcp {

struct LaunchOptions {
  std::string persona;  // empty: a guest
  std::string role;
  std::string room;  // empty: the main one
  std::string provider;
  std::string model;
  std::string home;  // absolute
  bool legacy = false;
  bool channels = false;  // notices for Claude Code; implies `legacy`
  LogLevel log_level = LogLevel::kWarning;
};

struct LaunchOutcome {
  bool run = false;  // false: print `text`, to stderr unless `exit_code` is 0, and end
  LaunchOptions options;
  std::string text;
  int exit_code = 0;
};

// Reads environ(7) as well: an argument wins over its variable, an empty variable is as unset.
[[nodiscard]] LaunchOutcome ParseLaunchOptions(int argc, const char* const* argv,
                                               const std::string& version);

}  // namespace katra::mcp
