// What Katra does at each event of a Claude Code session. An event changes what others see of the
// session's activity, and may give text to the model. Knows no command line.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/context.h"
#include "cli/hooks/input.h"
#include "core/result.h"

namespace katra::cli {

// How many times in a row the end of a turn is put off for messages.
inline constexpr int kMostStopsInARow = 5;

enum class HookEvent { kSessionStart, kPrompt, kPostTool, kNotification, kStop, kSessionEnd };

// "session-start", and the client's own "SessionStart"; unset: no such event.
[[nodiscard]] std::optional<HookEvent> ParseHookEvent(std::string_view name);
// As the command takes them.
[[nodiscard]] std::vector<std::string> HookEventNames();

// What the hook prints: nothing, or one JSON object as the client wants it. An error: the store is
// there and cannot be used; nothing was delivered then.
[[nodiscard]] Result<std::string> HandleHook(HookEvent event, const HookInput& input,
                                             Context& context);

}  // namespace katra::cli
