// Parses and checks the command line and environment of katra_mcp_server. Knows neither the store
// nor the protocol.
#pragma once

#include <string>

#include "core/log.h"

namespace katra::mcp {

struct LaunchOptions {
  std::string persona;  // empty: a guest
  std::string role;
  std::string room;  // empty: the main room
  std::string provider;
  std::string model;
  std::string home;  // absolute
  bool legacy = false;
  bool channels = false;  // send channel notifications to Claude Code; implies `legacy`
  LogLevel log_level = LogLevel::kWarning;
};

struct LaunchOutcome {
  bool run = false;  // false: print `text` (to stderr unless `exit_code` is 0) and exit
  LaunchOptions options;
  std::string text;
  int exit_code = 0;
};

// Also reads environment variables: an argument takes precedence over its variable, and an empty
// variable counts as unset.
[[nodiscard]] LaunchOutcome ParseLaunchOptions(int argc, const char* const* argv,
                                               const std::string& version);

}  // namespace katra::mcp
