#include "cli/clients/lasting_hooks.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "cli/clients/agent.h"
#include "cli/clients/codex_hooks.h"
#include "cli/clients/jsonc_edit.h"
#include "cli/clients/toml_edit.h"

namespace katra::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kWaitSeconds = 86'400;
constexpr int kHookSeconds = 10;
constexpr int kHookMillis = 10'000;

struct LastingHook {
  std::string event;
  Json group;  // an element of the event's list
};

Json Group(std::vector<Json> hooks) { return Json{{"hooks", std::move(hooks)}}; }

std::vector<LastingHook> ClaudeHooks(const std::string& katra) {
  const auto hook = [&](const char* name) {
    return Json{{"type", "command"},
                {"command", ShellQuoted(katra) + " hook " + name + " --installed"},
                {"timeout", kHookSeconds}};
  };
  const Json wait = {{"type", "command"},
                     {"command", ShellQuoted(katra) + " wait --installed"},
                     {"asyncRewake", true},
                     {"timeout", kWaitSeconds}};
  return {{"SessionStart", Group({hook("session-start"), wait})},
          {"UserPromptSubmit", Group({hook("prompt")})},
          {"PostToolUse", Group({hook("post-tool")})},
          {"Notification", Group({hook("notification")})},
          {"Stop", Group({hook("stop"), wait})},
          {"SessionEnd", Group({hook("session-end")})}};
}

// Gemini CLI runs equal commands once, so these are the same as a session's own.
std::vector<LastingHook> GeminiHooks(const std::string& katra) {
  std::vector<LastingHook> hooks;
  for (const auto& [event, name] :
       std::vector<std::pair<const char*, const char*>>{{"SessionStart", "session-start"},
                                                        {"BeforeAgent", "prompt"},
                                                        {"AfterTool", "post-tool"},
                                                        {"Notification", "notification"},
                                                        {"AfterAgent", "stop"},
                                                        {"SessionEnd", "session-end"}}) {
    hooks.push_back(
        {event, Group({Json{{"type", "command"},
                            {"command", ShellQuoted(katra) + " hook " + name + " --client gemini"},
                            {"timeout", kHookMillis}}})});
  }
  return hooks;
}

std::vector<LastingHook> LastingCodexHooks(const std::string& katra) {
  std::vector<LastingHook> hooks;
  for (const CodexHook& one : CodexHooks(katra)) {
    hooks.push_back({one.event, Group({Json{{"type", "command"},
                                            {"command", one.command + " --installed"},
                                            {"timeout", kCodexHookSeconds}}})});
  }
  return hooks;
}

std::vector<LastingHook> HooksOf(const Client& client, const std::string& katra) {
  if (client.name == "claude") return ClaudeHooks(katra);
  if (client.name == "gemini") return GeminiHooks(katra);
  if (client.name == "codex") return LastingCodexHooks(katra);
  return {};
}

// The command of a group's first hook; empty if it has none.
std::string CommandOf(const Json& group) {
  if (!group.is_object() || !group.contains("hooks")) return {};
  const Json& hooks = group["hooks"];
  if (!hooks.is_array() || hooks.empty() || !hooks[0].is_object()) return {};
  return hooks[0].contains("command") && hooks[0]["command"].is_string()
             ? hooks[0]["command"].get<std::string>()
             : std::string();
}

bool IsKatras(const Json& group) {
  const std::string command = CommandOf(group);
  const size_t at = command.find(" hook ");
  if (at == std::string::npos) return false;
  const std::string program = command.substr(0, at);
  return program.ends_with("katra") || program.ends_with("katra'");
}

Json ListAt(const std::string& text, const std::string& event) {
  const Json parsed = Json::parse(text, nullptr, false, true);
  if (!parsed.is_object() || !parsed.contains("hooks")) return Json::array();
  const Json& hooks = parsed["hooks"];
  return hooks.is_object() && hooks.contains(event) ? hooks[event] : Json::array();
}

// The hashes of Katra's hooks in a text of the hooks_file, by Codex's names of them.
std::map<std::string, std::string> TrustOf(const Client& codex, const std::string& hooks) {
  std::map<std::string, std::string> hashes;
  for (CodexHook hook : CodexHooks("katra")) {
    const Json list = ListAt(hooks, hook.event);
    for (size_t i = 0; list.is_array() && i < list.size(); ++i) {
      if (!IsKatras(list[i])) continue;
      hook.command = CommandOf(list[i]);
      hashes[codex.hooks_file + ":" + hook.label + ":" + std::to_string(i) + ":0"] =
          CodexHookHash(hook);
    }
  }
  return hashes;
}

}  // namespace

Result<std::string> EditHooks(const Client& client, const std::string& given,
                              const ServerRegistration* registration) {
  std::string text = given;
  if (registration != nullptr && registration->katra.empty()) return text;
  const std::string katra = registration == nullptr ? "katra" : registration->katra;
  for (const LastingHook& hook : HooksOf(client, katra)) {
    const std::vector<std::string> path = {"hooks", hook.event};
    const Json list = ListAt(text, hook.event);
    const bool there = registration != nullptr && list.is_array() &&
                       std::find(list.begin(), list.end(), hook.group) != list.end() &&
                       std::count_if(list.begin(), list.end(), &IsKatras) == 1;
    if (there) continue;
    Result<std::string> edited = RemoveElements(text, path, &IsKatras);
    if (edited && registration != nullptr) edited = AddElement(*edited, path, hook.group);
    if (!edited) return edited;
    text = std::move(*edited);
  }
  return text;
}

Result<std::string> EditCodexTrust(const Client& codex, const std::string& config,
                                   const std::string& before, const std::string& after) {
  const std::map<std::string, std::string> wanted = TrustOf(codex, after);
  const std::map<std::string, std::string> old = TrustOf(codex, before);
  std::string text = config;
  // In the reverse of the order in which they were added, so that no blank lines stay.
  for (auto one = old.rbegin(); one != old.rend(); ++one) {
    if (wanted.count(one->first) != 0) continue;
    Result<std::string> edited = RemoveTable(text, {"hooks", "state", one->first});
    if (!edited) return edited;
    text = std::move(*edited);
  }
  for (const auto& [key, hash] : wanted) {
    Result<std::string> edited = SetTable(
        text, {"hooks", "state", key},
        "[hooks.state." + TomlString(key) + "]\ntrusted_hash = " + TomlString(hash) + "\n");
    if (!edited) return edited;
    text = std::move(*edited);
  }
  return text;
}

}  // namespace katra::cli
