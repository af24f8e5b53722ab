#include "cli/clients/codex_hooks.h"

#include <nlohmann/json.hpp>

#include "cli/clients/agent.h"
#include "core/sha256.h"
#include "core/text.h"

namespace katra::cli {
namespace {

// Codex's name of the configuration that `-c` makes.
constexpr const char* kSessionFile = "/<session-flags>/config.toml";

struct Event {
  const char* event;
  const char* label;
  const char* name;  // for katra hook
};
constexpr Event kEvents[] = {{"SessionStart", "session_start", "session-start"},
                             {"UserPromptSubmit", "user_prompt_submit", "prompt"},
                             {"PostToolUse", "post_tool_use", "post-tool"},
                             {"PermissionRequest", "permission_request", "permission"},
                             {"Stop", "stop", "stop"}};

}  // namespace

std::vector<CodexHook> CodexHooks(const std::string& katra) {
  std::vector<CodexHook> hooks;
  for (const Event& one : kEvents) {
    hooks.push_back(
        {one.event, one.label, ShellQuoted(katra) + " hook " + one.name + " --client codex"});
  }
  return hooks;
}

std::string CodexHookHash(const CodexHook& hook) {
  // Its members in alphabetical order, without spaces.
  const nlohmann::json identity = {{"event_name", hook.label},
                                   {"hooks",
                                    {{{"async", false},
                                      {"command", hook.command},
                                      {"timeout", kCodexHookSeconds},
                                      {"type", "command"}}}}};
  return "sha256:" + Sha256Hex(identity.dump());
}

std::vector<std::string> CodexSessionHooks(const std::string& katra) {
  std::vector<std::string> values;
  std::vector<std::string> trusted;
  for (const CodexHook& hook : CodexHooks(katra)) {
    values.push_back("hooks." + hook.event +
                     "=[{hooks=[{type=\"command\",command=" + TomlString(hook.command) +
                     ",timeout=" + std::to_string(kCodexHookSeconds) + "}]}]");
    trusted.push_back(TomlString(std::string(kSessionFile) + ":" + hook.label + ":0:0") +
                      "={trusted_hash=" + TomlString(CodexHookHash(hook)) + "}");
  }
  values.push_back("hooks.state={" + Join(trusted, ",") + "}");
  return values;
}

std::string TomlString(const std::string& text) {
  constexpr const char* kHex = "0123456789ABCDEF";
  std::string quoted = "\"";
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') {
      quoted += '\\';
      quoted += character;
    } else if (byte < 0x20 || byte == 0x7f) {
      quoted += "\\u00";
      quoted += kHex[byte >> 4];
      quoted += kHex[byte & 15];
    } else {
      quoted += character;
    }
  }
  return quoted + "\"";
}

}  // namespace katra::cli
