#include "cli/clients/login_settings.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "cli/clients/client_folders.h"
#include "cli/clients/model_settings.h"
#include "cli/clients/toml_read.h"
#include "core/files.h"
#include "core/text.h"

namespace katra::cli {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxBytes = 16 * 1024 * 1024;

bool Says(const Json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_string() &&
         !found->get_ref<const std::string&>().empty();
}

// Members of "model_providers.katra" in the user's own file that would be combined with the
// session's.
bool IsOfSessionProvider(const std::vector<std::string>& path) {
  static constexpr std::array<std::string_view, 4> kMembers = {
      "env_key", "experimental_bearer_token", "auth", "http_headers"};
  return path.size() >= 3 && path[0] == "model_providers" && path[1] == "katra" &&
         std::find(kMembers.begin(), kMembers.end(), path[2]) != kMembers.end();
}

std::vector<LoginSetting> OfCodex(const Context& context) {
  std::vector<LoginSetting> settings;
  const std::string folder = FoldersOf(context).codex;
  const std::string kept = folder + "/auth.json";
  const Result<std::string> login = ReadFile(kept, kMaxBytes);
  const Json value = login ? Json::parse(*login, nullptr, false) : Json();
  if (value.is_object()) {
    // It follows the configured mode; without one a key takes precedence over a login.
    const bool by_key = Says(value, "auth_mode")
                            ? ToLowerAscii(value["auth_mode"].get<std::string>()) == "apikey"
                            : Says(value, "OPENAI_API_KEY");
    if (by_key) settings.push_back({kept, "OPENAI_API_KEY"});
  }
  const std::string file = folder + "/config.toml";
  const Result<std::string> text = ReadFile(file, kMaxBytes);
  if (!text) return settings;
  const auto statements = ReadToml(*text);
  if (!statements) return settings;
  for (const TomlStatement& statement : *statements) {
    if (statement.header && !IsOfSessionProvider(statement.table)) continue;
    std::vector<std::string> path = statement.table;
    path.insert(path.end(), statement.key.begin(), statement.key.end());
    const bool forced = path == std::vector<std::string>{"forced_login_method"} && statement.text &&
                        *statement.text == "api";
    if (forced || IsOfSessionProvider(path)) settings.push_back({file, Join(path, ".")});
  }
  return settings;
}

}  // namespace

std::vector<LoginSetting> LoginSettings(const std::string& client, const std::string& folder,
                                        const Context& context) {
  std::vector<LoginSetting> settings;
  if (client == "codex") return OfCodex(context);
  if (client != "claude") return settings;
  std::vector<std::string> seen;
  for (const std::string& file : ClaudeSettingsFiles(folder, context)) {
    if (std::find(seen.begin(), seen.end(), file) != seen.end()) continue;
    seen.push_back(file);
    const Result<std::string> text = ReadFile(file, kMaxBytes);
    const Json value = text ? Json::parse(*text, nullptr, false, true) : Json();
    if (!value.is_object()) continue;
    if (Says(value, "apiKeyHelper")) settings.push_back({file, "apiKeyHelper"});
    const auto variables = value.find("env");
    if (variables == value.end() || !variables->is_object()) continue;
    // They override the process's variables, and so the session's own token.
    for (const char* name :
         {"ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_CUSTOM_HEADERS"}) {
      if (Says(*variables, name)) settings.push_back({file, std::string("env.") + name});
    }
  }
  return settings;
}

}  // namespace katra::cli
