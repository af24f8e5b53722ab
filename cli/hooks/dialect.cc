#include "cli/hooks/dialect.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "render/domain_json.h"

namespace katra::cli {
namespace {

struct EventName {
  HookEvent event;
  const char* name;
  const char* clients_name;  // Claude Code's and Codex's
  const char* gemini_name;
};
constexpr std::array<EventName, 8> kEvents = {
    {{HookEvent::kSessionStart, "session-start", "SessionStart", "SessionStart"},
     {HookEvent::kPrompt, "prompt", "UserPromptSubmit", "BeforeAgent"},
     {HookEvent::kPreTool, "pre-tool", "PreToolUse", "BeforeTool"},
     {HookEvent::kPostTool, "post-tool", "PostToolUse", "AfterTool"},
     {HookEvent::kPermission, "permission", "PermissionRequest", "PermissionRequest"},
     {HookEvent::kNotification, "notification", "Notification", "Notification"},
     {HookEvent::kStop, "stop", "Stop", "AfterAgent"},
     {HookEvent::kSessionEnd, "session-end", "SessionEnd", "SessionEnd"}}};

struct ClientName {
  HookClient client;
  const char* name;
};
constexpr std::array<ClientName, 4> kClients = {{{HookClient::kClaude, "claude"},
                                                 {HookClient::kCodex, "codex"},
                                                 {HookClient::kGemini, "gemini"},
                                                 {HookClient::kOpenCode, "opencode"}}};

const char* ClientsName(HookClient client, HookEvent event) {
  const auto* const found = std::find_if(kEvents.begin(), kEvents.end(),
                                         [&](const EventName& one) { return one.event == event; });
  return client == HookClient::kGemini ? found->gemini_name : found->clients_name;
}

}  // namespace

std::optional<HookEvent> ParseHookEvent(std::string_view name) {
  for (const EventName& one : kEvents) {
    if (name == one.name || name == one.clients_name || name == one.gemini_name) return one.event;
  }
  return std::nullopt;
}

std::vector<std::string> HookEventNames() {
  std::vector<std::string> names;
  for (const EventName& one : kEvents) names.emplace_back(one.name);
  return names;
}

std::optional<HookClient> ParseHookClient(std::string_view name) {
  for (const ClientName& one : kClients) {
    if (name == one.name) return one.client;
  }
  return std::nullopt;
}

std::vector<std::string> HookClientNames() {
  std::vector<std::string> names;
  for (const ClientName& one : kClients) names.emplace_back(one.name);
  return names;
}

std::string GiveOutput(HookClient client, HookEvent event, const std::string& text) {
  if (text.empty() || client == HookClient::kOpenCode) return text;
  return render::DumpJson(
      {{"hookSpecificOutput",
        {{"hookEventName", ClientsName(client, event)}, {"additionalContext", text}}}});
}

std::string ContinueOutput(HookClient client, const std::string& text) {
  if (text.empty()) return {};
  switch (client) {
    case HookClient::kClaude:
      // Additional context alone continues the turn. A "block" decision would too, but its reason
      // reaches the model twice.
      return GiveOutput(client, HookEvent::kStop, text);
    case HookClient::kCodex:
      return render::DumpJson({{"decision", "block"}, {"reason", text}});
    case HookClient::kGemini:
      return render::DumpJson({{"decision", "deny"}, {"reason", text}});
    case HookClient::kOpenCode:
      return text;
  }
  return {};
}

}  // namespace katra::cli
