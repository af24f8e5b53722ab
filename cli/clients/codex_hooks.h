// Katra's hooks in Codex's configuration. Codex runs a hook only if its configuration holds the
// hash of that hook as trusted, which otherwise its user confirms in /hooks. Pure functions.
#pragma once

#include <string>
#include <vector>

namespace katra::cli {

struct CodexHook {
  std::string event;    // "PostToolUse"
  std::string label;    // "post_tool_use": the event in the keys of trusted hooks
  std::string command;  // for a shell
};

// What Katra hooks. `katra`: absolute path of the program.
[[nodiscard]] std::vector<CodexHook> CodexHooks(const std::string& katra);

// Seconds until Codex gives up on a hook.
inline constexpr int kCodexHookSeconds = 10;

// "sha256:…" as Codex calculates it for a hook without a matcher, whose timeout is
// kCodexHookSeconds.
[[nodiscard]] std::string CodexHookHash(const CodexHook& hook);

// `-c` values that set the hooks for one session, trusted: {"hooks.Stop=…", …, "hooks.state=…"}.
[[nodiscard]] std::vector<std::string> CodexSessionHooks(const std::string& katra);

// A TOML basic string.
[[nodiscard]] std::string TomlString(const std::string& text);

}  // namespace katra::cli
