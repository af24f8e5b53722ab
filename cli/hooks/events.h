// Katra's reaction to each event of a Claude Code session: updates the session's visible activity,
// and may give text to the model. Knows no command line.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/context.h"
#include "cli/hooks/input.h"
#include "core/result.h"

namespace katra::cli {

// How often in a row the end of a turn is delayed for messages.
inline constexpr int kMostStopsInARow = 5;

enum class HookEvent {
  kSessionStart,
  kPrompt,
  kPreTool,
  kPostTool,
  kNotification,
  kStop,
  kSessionEnd
};

// Parses "session-start" or the client's own "SessionStart"; unset if there is no such event.
[[nodiscard]] std::optional<HookEvent> ParseHookEvent(std::string_view name);
// The names that the command accepts.
[[nodiscard]] std::vector<std::string> HookEventNames();

// The hook's output: nothing, or one JSON object in the client's format. An error: the store exists
// but cannot be used, and nothing was delivered.
[[nodiscard]] Result<std::string> HandleHook(HookEvent event, const HookInput& input,
                                             Context& context);

}  // namespace katra::cli
