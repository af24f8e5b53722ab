#include "cli/clients/registration.h"

#include <nlohmann/json.hpp>

#include "cli/clients/jsonc_edit.h"
#include "cli/clients/toml_edit.h"

namespace katra::cli {
namespace {

using Json = nlohmann::ordered_json;

// A call of katra_hear may wait 50 s.
constexpr int kToolMillis = 90'000;
constexpr const char* kToolSeconds = "90";
constexpr const char* kTable = "mcp_servers.katra";
// Variables that identify the session to the server, if the client was started with it.
constexpr const char* kVariables[] = {"KATRA_PERSONA", "KATRA_PROVIDER", "KATRA_MODEL",
                                      "KATRA_ROLE", "KATRA_ROOM"};

Json ServerVariables(const ServerRegistration& registration) {
  Json variables = Json::object();
  if (!registration.home.empty()) variables["KATRA_HOME"] = registration.home;
  return variables;
}

Json ClaudeEntry(const ServerRegistration& registration) {
  Json variables = ServerVariables(registration);
  for (const char* name : kVariables) {
    variables[name] = std::string("${") + name + ":-}";
  }
  return {{"type", "stdio"},
          {"command", registration.server},
          {"args", Json::array()},
          {"env", variables},
          {"alwaysLoad", true}};
}

Json WithEnvironment(Json entry, const ServerRegistration& registration, const char* key = "env") {
  const Json variables = ServerVariables(registration);
  if (!variables.empty()) entry[key] = variables;
  return entry;
}

Json GeminiEntry(const ServerRegistration& registration) {
  return WithEnvironment({{"command", registration.server}, {"timeout", kToolMillis}},
                         registration);
}

Json OpenCodeEntry(const ServerRegistration& registration) {
  return WithEnvironment({{"type", "local"},
                          {"command", Json::array({registration.server})},
                          {"enabled", true},
                          {"timeout", kToolMillis}},
                         registration, "environment");
}

Json CursorEntry(const ServerRegistration& registration) {
  return WithEnvironment({{"command", registration.server}, {"args", Json::array()}}, registration);
}

Json VsCodeEntry(const ServerRegistration& registration) {
  return WithEnvironment(
      {{"type", "stdio"}, {"command", registration.server}, {"args", Json::array()}}, registration);
}

// A JSON string is a valid TOML basic string.
std::string CodexTable(const ServerRegistration& registration) {
  std::string table =
      std::string("[") + kTable + "]\ncommand = " + Json(registration.server).dump() + "\n";
  if (!registration.home.empty()) {
    table += "env = { KATRA_HOME = " + Json(registration.home).dump() + " }\n";
  }
  table += "env_vars = [";
  for (const char* name : kVariables) {
    table += (table.back() == '[' ? "\"" : ", \"") + std::string(name) + "\"";
  }
  return table + "]\ntool_timeout_sec = " + kToolSeconds + "\n";
}

}  // namespace

std::vector<Client> Clients(const UserFolders& folders) {
  const std::string& home = folders.home;
  std::vector<Client> clients;
  clients.push_back({"claude",
                     "Claude Code",
                     "claude",
                     "",
                     home + "/.claude.json",
                     ".mcp.json",
                     false,
                     {"mcpServers", "katra"},
                     &ClaudeEntry,
                     "allow mcp__katra in its permissions to use the tools without being asked",
                     folders.claude + "/settings.json"});
  clients.push_back({"codex",
                     "Codex",
                     "codex",
                     "",
                     folders.codex + "/config.toml",
                     ".codex/config.toml",
                     true,
                     {},
                     nullptr,
                     "",
                     folders.codex + "/hooks.json"});
  clients.push_back({"gemini",
                     "Gemini CLI",
                     "gemini",
                     "",
                     home + "/.gemini/settings.json",
                     ".gemini/settings.json",
                     false,
                     {"mcpServers", "katra"},
                     &GeminiEntry,
                     "its servers run in trusted folders only",
                     home + "/.gemini/settings.json"});
  clients.push_back({"opencode",
                     "opencode",
                     "opencode",
                     "",
                     folders.config + "/opencode/opencode.json",
                     "opencode.json",
                     false,
                     {"mcp", "katra"},
                     &OpenCodeEntry,
                     "",
                     {},
                     folders.config + "/opencode/plugin/katra.js"});
  clients.push_back({"cursor",
                     "Cursor",
                     "cursor",
                     home + "/.cursor",
                     home + "/.cursor/mcp.json",
                     ".cursor/mcp.json",
                     false,
                     {"mcpServers", "katra"},
                     &CursorEntry,
                     "switch the server on in its settings"});
  clients.push_back({"vscode",
                     "VS Code",
                     "code",
                     folders.vs_code,
                     folders.vs_code + "/mcp.json",
                     ".vscode/mcp.json",
                     false,
                     {"servers", "katra"},
                     &VsCodeEntry,
                     "start the server from the file"});
  return clients;
}

Result<std::string> EditRegistration(const Client& client, const std::string& text,
                                     const ServerRegistration* registration) {
  if (client.toml) {
    return registration == nullptr ? RemoveTable(text, kTable)
                                   : SetTable(text, kTable, CodexTable(*registration));
  }
  return registration == nullptr ? RemoveMember(text, client.path)
                                 : SetMember(text, client.path, client.entry(*registration));
}

}  // namespace katra::cli
