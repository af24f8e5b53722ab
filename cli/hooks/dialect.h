// How each client names the events of a session, and which output of a hook its model gets. Knows
// no store.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace katra::cli {

enum class HookEvent {
  kSessionStart,
  kPrompt,
  kPreTool,
  kPostTool,
  kPermission,    // the client asks its user to allow something
  kNotification,  // the client tells its user something
  kStop,
  kSessionEnd
};

// Whose hooks these are.
enum class HookClient { kClaude, kCodex, kGemini, kOpenCode };

// Parses "session-start" or a client's own "SessionStart"; unset if there is no such event.
[[nodiscard]] std::optional<HookEvent> ParseHookEvent(std::string_view name);
// The names that the command accepts.
[[nodiscard]] std::vector<std::string> HookEventNames();

// Parses a client's name as for --client; unset if it has no hooks.
[[nodiscard]] std::optional<HookClient> ParseHookClient(std::string_view name);
[[nodiscard]] std::vector<std::string> HookClientNames();

// The output that gives `text` to the model; empty for an empty text. Katra's plugin for opencode
// takes the text as it is, the others a JSON object.
[[nodiscard]] std::string GiveOutput(HookClient client, HookEvent event, const std::string& text);

// The output that continues a turn that was about to end, with `text` for the model.
[[nodiscard]] std::string ContinueOutput(HookClient client, const std::string& text);

}  // namespace katra::cli
