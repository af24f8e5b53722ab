#include "cli/clients/login_settings.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/clients/model_settings.h"
#include "core/files.h"

namespace katra::cli {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxBytes = 16 * 1024 * 1024;

bool Says(const Json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_string() &&
         !found->get_ref<const std::string&>().empty();
}

}  // namespace

std::vector<LoginSetting> LoginSettings(const std::string& client, const std::string& folder,
                                        const Context& context) {
  std::vector<LoginSetting> settings;
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
    // They stand before the variables of the process, and so before the session's own token.
    for (const char* name :
         {"ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_CUSTOM_HEADERS"}) {
      if (Says(*variables, name)) settings.push_back({file, std::string("env.") + name});
    }
  }
  return settings;
}

}  // namespace katra::cli
