#include "router/config/plano/load.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "core/files.h"
#include "core/text.h"
#include "router/config/own_file.h"
#include "router/config/plano/file.h"

namespace katra::router::plano {
namespace {

constexpr size_t kMaxFileBytes = size_t{1} * 1024 * 1024;

std::optional<std::string> OfEnvironment(const std::string& name) {
  const char* const value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? std::nullopt : std::make_optional<std::string>(value);
}

}  // namespace

std::map<std::string, std::string> ParseEnvFile(std::string_view text) {
  std::map<std::string, std::string> variables;
  for (const std::string& one : Split(text, '\n')) {
    std::string_view line = Trim(one);
    if (line.starts_with("export ")) line = Trim(line.substr(7));
    const size_t equals = line.find('=');
    if (line.starts_with('#') || equals == std::string_view::npos) continue;
    const std::string name(Trim(line.substr(0, equals)));
    std::string_view raw = Trim(line.substr(equals + 1));
    const char quote = raw.empty() ? '\0' : raw.front();
    const bool quoted = (quote == '"' || quote == '\'') && raw.find(quote, 1) != raw.npos;
    if (quoted) {
      raw = raw.substr(1, raw.find(quote, 1) - 1);
    } else if (const size_t comment = raw.find(" #"); comment != raw.npos) {
      raw = Trim(raw.substr(0, comment));
    }
    std::string value;
    for (size_t i = 0; i < raw.size(); ++i) {
      value += raw[i];
      if (quote != '\'' && raw.substr(i, 2) == "$$") ++i;
    }
    variables[name] = std::move(value);
  }
  return variables;
}

Result<Loaded> Load(const LoadOptions& options, const std::string& config_yaml) {
  Loaded loaded;
  if (config_yaml.empty()) {
    auto config = router::Load(options);
    if (!config) return Pass(std::move(config));
    loaded.config = std::move(*config);
    return loaded;
  }
  const auto text = ReadOwnFile(config_yaml, kMaxFileBytes);
  if (!text) return tl::unexpected<Error>(text.error());
  if (!*text) {
    return Fail(ErrorCode::kNotFound, "there is no \"" + config_yaml + "\"", config_yaml);
  }
  const std::string beside = (std::filesystem::path(config_yaml).parent_path() / ".env").string();
  const auto env_text = ReadOwnFile(beside, kMaxFileBytes);
  if (!env_text) return tl::unexpected<Error>(env_text.error());
  const auto file_variables = ParseEnvFile(env_text->value_or(""));
  const Variables variables = [&](const std::string& name) {
    auto value = OfEnvironment(name);
    const auto found = file_variables.find(name);
    if ((!value || value->empty()) && found != file_variables.end()) value = found->second;
    return value;
  };
  auto file = ReadPlanoFile(**text, config_yaml, variables);
  if (!file) return Pass(std::move(file));
  LoadOptions both = options;
  both.overlay = &file->overlay;
  auto config = router::Load(both);
  if (!config) return Pass(std::move(config));
  loaded.config = std::move(*config);
  loaded.timeout_ms = file->timeout_ms;
  for (const Provider& provider : loaded.config.providers) {
    const auto found = file_variables.find(provider.api_key_env);
    if (found != file_variables.end() && !found->second.empty()) {
      loaded.file_variables.insert(*found);
    }
  }
  return loaded;
}

}  // namespace katra::router::plano
