// Parses what Claude Code passes to a hook or a status line on stdin. Knows no store.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace katra::cli {

// Members that are missing or of another type are empty or false.
struct HookInput {
  std::string session_id;           // the client's own, also CLAUDE_CODE_SESSION_ID of its servers
  std::string working_folder;       // `cwd`
  std::string project_folder;       // status line: where Claude Code was started
  std::string source;               // SessionStart: startup, resume, clear, compact
  std::string notification_type;    // Notification: permission_prompt, idle_prompt, …
  std::string reason;               // SessionEnd: clear, logout, …
  bool stop_hook_active = false;    // Stop: the turn continues because a hook asked for it
  bool by_process = false;          // not parsed: the session may be found by the client's process
  std::vector<std::string> edited;  // PreToolUse: the files that the tool is about to change
  bool of_subagent = false;         // output would reach a subagent, not the session's own model
};

// Never fails: anything but a JSON object gives an empty input.
[[nodiscard]] HookInput ParseHookInput(std::string_view text);

}  // namespace katra::cli
