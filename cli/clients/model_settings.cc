#include "cli/clients/model_settings.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "cli/clients/client_folders.h"
#include "cli/clients/toml_read.h"
#include "core/files.h"
#include "core/text.h"

namespace katra::cli {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxBytes = 16 * 1024 * 1024;
// Claude Code's model aliases, each optionally followed by "[1m]".
constexpr std::array<const char*, 8> kAliases = {"default", "best",  "opus",     "sonnet",
                                                 "haiku",   "fable", "opusplan", "sonnetplan"};

// Returns a null value if the file does not exist or is not JSON.
Json ReadJson(const std::string& path) {
  const Result<std::string> text = ReadFile(path, kMaxBytes);
  if (!text) return {};
  Json value = Json::parse(*text, nullptr, false, true);
  return value.is_object() ? value : Json();
}

void AddText(const Json& object, const char* member, const std::string& file,
             const std::string& key, std::vector<ModelSetting>* settings) {
  const auto found = object.find(member);
  if (found == object.end() || !found->is_string() || found->get<std::string>().empty()) return;
  settings->push_back({file, key, found->get<std::string>(), false});
}

std::vector<ModelSetting> OfClaude(const std::string& folder, const Context& context) {
  std::vector<ModelSetting> settings;
  for (const std::string& file : ClaudeSettingsFiles(folder, context)) {
    const Json value = ReadJson(file);
    if (!value.is_object()) continue;
    AddText(value, "model", file, "model", &settings);
    const auto variables = value.find("env");
    if (variables == value.end() || !variables->is_object()) continue;
    AddText(*variables, "ANTHROPIC_MODEL", file, "env.ANTHROPIC_MODEL", &settings);
    for (const char* name : kSideModelVariables) {
      AddText(*variables, name, file, std::string("env.") + name, &settings);
    }
  }
  return settings;
}

std::vector<ModelSetting> OfCodex(const std::string& folder, const Context& context) {
  std::vector<ModelSetting> settings;
  for (const std::string& file :
       {folder + "/.codex/config.toml", FoldersOf(context).codex + "/config.toml"}) {
    const Result<std::string> text = ReadFile(file, kMaxBytes);
    const auto statements = text ? ReadToml(*text) : Result<std::vector<TomlStatement>>();
    if (!statements) continue;
    for (const TomlStatement& statement : *statements) {
      if (!statement.table.empty() || statement.key.size() != 1 || !statement.text) continue;
      const std::string& key = statement.key.front();
      if (key != "model" && key != "model_provider") continue;
      settings.push_back({file, key, *statement.text, key == "model_provider"});
    }
  }
  return settings;
}

std::vector<ModelSetting> OfGemini(const std::string& folder, const Context& context) {
  std::vector<ModelSetting> settings;
  for (const std::string& file :
       {folder + "/.gemini/settings.json", context.user_home() + "/.gemini/settings.json"}) {
    const Json value = ReadJson(file);
    if (!value.is_object()) continue;
    const auto model = value.find("model");
    if (model == value.end()) continue;
    if (model->is_object()) AddText(*model, "name", file, "model.name", &settings);
    // The form of older versions.
    AddText(value, "model", file, "model", &settings);
  }
  return settings;
}

std::vector<ModelSetting> OfOpenCode(const std::string& folder, const Context& context) {
  std::vector<ModelSetting> settings;
  std::vector<std::string> files = {folder + "/opencode.json", folder + "/opencode.jsonc"};
  if (const std::string own = context.Variable("OPENCODE_CONFIG"); !own.empty()) {
    files.push_back(own);
  }
  for (const char* name : {"opencode.json", "opencode.jsonc", "config.json"}) {
    files.push_back(FoldersOf(context).config + "/opencode/" + name);
  }
  for (const std::string& file : files) {
    const Json value = ReadJson(file);
    if (!value.is_object()) continue;
    AddText(value, "model", file, "model", &settings);
    AddText(value, "small_model", file, "small_model", &settings);
  }
  return settings;
}

// The first model that Codex offers, from the list that OpenAI last gave it.
std::string FirstOfCodex(const Context& context) {
  const Json list = ReadJson(FoldersOf(context).codex + "/models_cache.json");
  const auto models = list.is_object() ? list.find("models") : list.end();
  if (models == list.end() || !models->is_array()) return {};
  std::string first;
  int64_t best = std::numeric_limits<int64_t>::max();
  for (const Json& model : *models) {
    if (!model.is_object() || model.value("visibility", Json()) != "list") continue;
    if (model.value("supported_in_api", Json()) == false) continue;
    const Json slug = model.value("slug", Json());
    const Json priority = model.value("priority", Json());
    if (!slug.is_string() || !priority.is_number_integer()) continue;
    if (priority.get<int64_t>() >= best || !IsOwnModel("codex", slug, false)) continue;
    best = priority.get<int64_t>();
    first = slug;
  }
  return first;
}

bool StartsWithAny(const std::string& text, std::initializer_list<const char*> starts) {
  return std::any_of(starts.begin(), starts.end(),
                     [&](const char* start) { return text.starts_with(start); });
}

}  // namespace

std::vector<std::string> ClaudeSettingsFiles(const std::string& folder, const Context& context) {
  std::string own = context.Variable("CLAUDE_CONFIG_DIR");
  if (own.empty()) own = context.user_home() + "/.claude";
#ifdef __APPLE__
  const std::string managed = "/Library/Application Support/ClaudeCode/managed-settings.json";
#else
  const std::string managed = "/etc/claude-code/managed-settings.json";
#endif
  return {managed, folder + "/.claude/settings.local.json", folder + "/.claude/settings.json",
          own + "/settings.json"};
}

std::vector<ModelSetting> ModelSettings(const std::string& client, const std::string& folder,
                                        const Context& context) {
  std::vector<ModelSetting> settings = client == "claude"     ? OfClaude(folder, context)
                                       : client == "codex"    ? OfCodex(folder, context)
                                       : client == "gemini"   ? OfGemini(folder, context)
                                       : client == "opencode" ? OfOpenCode(folder, context)
                                                              : std::vector<ModelSetting>();
  // List each file once: in the user's home folder, the project's files are the user's.
  std::vector<ModelSetting> once;
  for (ModelSetting& setting : settings) {
    const bool known = std::any_of(once.begin(), once.end(), [&](const ModelSetting& other) {
      return other.file == setting.file && other.key == setting.key;
    });
    if (!known) once.push_back(std::move(setting));
  }
  return once;
}

std::string UsualModel(const std::string& client, const Context& context) {
  if (client == "claude") return "default";
  return client == "codex" ? FirstOfCodex(context) : std::string();
}

bool IsAlias(const std::string& client, const std::string& model) {
  const std::string name = ToLowerAscii(model);
  if (client == "claude") {
    const std::string plain = name.ends_with("[1m]") ? name.substr(0, name.size() - 4) : name;
    return std::find(kAliases.begin(), kAliases.end(), plain) != kAliases.end();
  }
  return client == "gemini" &&
         (name.starts_with("auto") || name == "pro" || name == "flash" || name == "flash-lite");
}

bool IsOwnModel(const std::string& client, const std::string& model, bool elsewhere) {
  const std::string name = ToLowerAscii(model);
  const bool odd = std::any_of(name.begin(), name.end(), [](char character) {
    return static_cast<unsigned char>(character) <= ' ' || character == ',';
  });
  if (name.empty() || odd || name.front() == '-') return false;
  if (elsewhere) return true;
  if (client == "claude") {
    return name.starts_with("claude-") || IsAlias(client, name);
  }
  if (client == "codex") {
    const bool series = name.size() >= 2 && name[0] == 'o' && name[1] >= '0' && name[1] <= '9';
    return series || StartsWithAny(name, {"gpt-", "codex", "chatgpt-"});
  }
  if (client == "gemini") {
    return StartsWithAny(name, {"gemini", "gemma"}) || IsAlias(client, name);
  }
  // opencode: always "provider/model".
  return name.find('/') != std::string::npos && name.front() != '/' && name.back() != '/';
}

}  // namespace katra::cli
