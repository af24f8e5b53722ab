// Shell completions and man pages, made from the declared commands. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "cli/command_info.h"

namespace katra::cli {

[[nodiscard]] std::string BashCompletion(const CommandInfo& root);
[[nodiscard]] std::string ZshCompletion(const CommandInfo& root);
[[nodiscard]] std::string FishCompletion(const CommandInfo& root);

// A page of section 1 in man(7) for the program ("katra"), or for one of its commands
// ("katra-start"). `date`: "2026-11-21".
[[nodiscard]] std::string ManPage(const CommandInfo& command, const CommandInfo& root,
                                  const std::string& version, const std::string& date);

}  // namespace katra::cli
