// Reads both files, in the order of their dependencies.
#include "router/config/config.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "router/config/endpoint.h"
#include "router/config/findings.h"
#include "router/config/json_source.h"
#include "router/config/key_members.h"
#include "router/config/overlay.h"
#include "router/config/own_file.h"
#include "router/config/personas_file.h"
#include "router/config/personas_schema.h"
#include "router/config/platform.h"
#include "router/config/providers_conf.h"

namespace katra::router {
namespace {

constexpr size_t kMaxFileBytes = size_t{4} * 1024 * 1024;

std::vector<std::string> ProviderNames(const RouterConfig& config) {
  std::vector<std::string> names;
  for (const Provider& provider : config.providers) names.push_back(provider.name);
  return names;
}

// Applies providers.conf to the model.
class ConfApplier {
 public:
  ConfApplier(RouterConfig& config, Findings& findings) : config_(config), findings_(findings) {}

  void Apply(const ConfLine& line) {
    if (line.value.find_first_of("$`") != std::string::npos) {
      findings_.AddWarning(
          line.line, line.key,
          "holds \"$\" or a backquote, which stay as they are: this file is not executed");
    }
    const std::string key = line.key;
    if (key == "DEFAULT_PROVIDER") return ApplyDefault(line);
    for (Provider& provider : config_.providers) {
      const std::string prefix = ConfPrefix(provider.name);
      if (key == prefix + "_ENDPOINT") return ApplyEndpoint(line, provider);
      if (key == prefix + "_MODEL") return ApplyModel(line, provider);
    }
    RefuseKey(line);
  }

 private:
  void Error(const ConfLine& line, const std::string& message) {
    findings_.AddError(line.line, line.key, message);
  }

  void Mark(const ConfLine& line, const std::string& key) {
    config_.origins[key] = {OriginKind::kProvidersConf, config_.providers_conf_path, line.line,
                            line.key};
  }

  void ApplyDefault(const ConfLine& line) {
    const auto provider = config_.RequireProvider(line.value);
    if (!provider) return Error(line, provider.error().message);
    config_.default_provider = (*provider)->name;
    Mark(line, "default_provider");
  }

  void ApplyEndpoint(const ConfLine& line, Provider& provider) {
    if (auto fits = CheckEndpoint(line.value); !fits) return Error(line, fits.error().message);
    std::string endpoint = line.value;
    while (endpoint.ends_with('/')) endpoint.pop_back();
    Mark(line, "providers." + provider.name + ".endpoint");
    if (endpoint == provider.plain_base_url) return;
    if (IsAzureHost(endpoint)) {
      BecomeAzure(provider);
      endpoint = CompleteAzure(endpoint, endpoint.ends_with("/anthropic"), "");
    }
    SetEndpoint(provider, endpoint, std::nullopt);
    if (provider.azure) provider.auth = AzureAuth(provider);
    if (provider.interface != Interface::kMessages) provider.plain_base_url = endpoint;
    if (endpoint.starts_with("http://") && !IsLoopback(endpoint)) {
      findings_.AddWarning(line.line, line.key,
                           "keys and prompts go to this address unencrypted (http://)");
    }
  }

  void ApplyModel(const ConfLine& line, Provider& provider) {
    if (auto fits = CheckModelForm(provider, line.value); !fits) {
      return Error(line, fits.error().message);
    }
    provider.default_model = line.value;
    Mark(line, "providers." + provider.name + ".default_model");
  }

  void RefuseKey(const ConfLine& line) {
    const std::string key = line.key;
    if (key.ends_with("_KEY") || key.ends_with("_TOKEN") || key.ends_with("_SECRET")) {
      return Error(
          line,
          "keys do not belong in this file: set it in the environment, for example in your "
          "shell's profile, and delete this line");
    }
    std::vector<std::string> known = {"DEFAULT_PROVIDER"};
    for (const Provider& provider : config_.providers) {
      known.push_back(ConfPrefix(provider.name) + "_ENDPOINT");
      known.push_back(ConfPrefix(provider.name) + "_MODEL");
    }
    Error(line, "not known; allowed: DEFAULT_PROVIDER, <PROVIDER>_ENDPOINT, <PROVIDER>_MODEL" +
                    DidYouMean(key, known));
  }

  RouterConfig& config_;
  Findings& findings_;
};

std::string OfEnvironment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void Take(std::vector<ConfigWarning> more, RouterConfig& config) {
  std::move(more.begin(), more.end(), std::back_inserter(config.warnings));
}

// An overlay's entry replaces that of the other files.
void BeginAnew(const Overlay& overlay, RouterConfig& config) {
  const auto section = overlay.source.document->find("providers");
  if (section == overlay.source.document->end()) return;
  for (const auto& [name, body] : section->items()) {
    const auto like = overlay.like.find(name);
    const Provider* base = FindBuiltIn(like == overlay.like.end() ? name : like->second);
    for (Provider& provider : config.providers) {
      if (provider.name != name) continue;
      std::string title = provider.title;
      provider = base == nullptr ? NewProvider(name) : *base;
      provider.name = name;
      provider.title = std::move(title);
    }
    for (const char* member : {".endpoint", ".default_model"}) {
      config.origins.erase("providers." + name + member);
    }
  }
}

// The rules of an overlay, after those of personas.json.
void ApplyOverlay(const Overlay& overlay, RouterConfig& config, Findings& findings) {
  ApplyRules(overlay.source, config, findings);
  if (!config.routing_rules.default_target && !overlay.standing_default.empty()) {
    const auto standing = ParseTarget(config, overlay.standing_default, "");
    if (standing) {
      config.routing_rules.default_target = *standing;
      if (config.OriginOf("default_provider").kind == OriginKind::kDefault) {
        config.default_provider = standing->provider;
      }
    }
  }
  for (const auto& [name, text] : overlay.full_names) {
    const auto target = ParseTarget(config, text, "");
    if (target && config.FindAlias(name) == nullptr) config.aliases.push_back({name, *target});
  }
}

// Joins the errors of both files into one message.
Status Joined(const Status& first, const Status& second) {
  if (first) return second;
  if (second) return first;
  return Fail(first.error().code, first.error().message + "\n" + second.error().message,
              first.error().context);
}

}  // namespace

int64_t RoutingRules::LongContextThresholdOf(std::string_view model) const {
  const std::string lower = ToLowerAscii(model);
  const LongContextThreshold* best = &long_context_thresholds.front();
  for (const LongContextThreshold& threshold : long_context_thresholds) {
    const bool fits = lower.starts_with(threshold.models);
    if (fits && threshold.models.size() > best->models.size()) best = &threshold;
  }
  return best->tokens;
}

const Target* RouterConfig::FindAlias(std::string_view name) const {
  for (const ModelAlias& alias : aliases) {
    if (alias.name == name) return &alias.target;
  }
  return nullptr;
}

const PersonaConfig* RouterConfig::FindPersona(std::string_view name) const {
  const std::string wanted = ToLowerAscii(name);
  for (const PersonaConfig& persona : personas) {
    if (ToLowerAscii(persona.name) == wanted) return &persona;
  }
  return nullptr;
}

const Provider* RouterConfig::FindProvider(std::string_view name) const {
  const std::string wanted = ToLowerAscii(name);
  for (const Provider& provider : providers) {
    if (provider.name == wanted) return &provider;
  }
  return nullptr;
}

Result<const Provider*> RouterConfig::RequireProvider(std::string_view name) const {
  if (const Provider* provider = FindProvider(Trim(name))) return provider;
  const std::vector<std::string> names = ProviderNames(*this);
  return Fail(ErrorCode::kNotFound, "\"" + OneLine(name, 80) +
                                        "\" is not a known provider; known: " + Join(names, ", ") +
                                        DidYouMean(Trim(name), names));
}

Origin RouterConfig::OriginOf(std::string_view key) const {
  const auto found = origins.find(key);
  return found == origins.end() ? Origin{} : found->second;
}

std::string DescribeOrigin(const Origin& origin) {
  if (origin.kind == OriginKind::kDefault) return "default";
  return origin.file + ":" + std::to_string(origin.line);
}

Result<RouterConfig> Load(const LoadOptions& options) {
  RouterConfig config;
  config.providers = BuiltIns();
  config.personas_path = options.personas_file.empty() ? options.home + "/router/personas.json"
                                                       : options.personas_file;
  config.providers_conf_path =
      options.conf_file.empty() ? options.home + "/providers.conf" : options.conf_file;

  if (auto own = CheckOwnFolder(options.home, true); !own) return Pass(std::move(own));
  if (auto own = CheckOwnFolder(options.home + "/router", false); !own) return Pass(std::move(own));
  const auto conf_text = ReadOwnFile(config.providers_conf_path, kMaxFileBytes);
  if (!conf_text) return tl::unexpected<Error>(conf_text.error());
  const auto personas_text = ReadOwnFile(config.personas_path, kMaxFileBytes);
  if (!personas_text) return tl::unexpected<Error>(personas_text.error());
  config.has_providers_conf = conf_text->has_value();
  config.has_personas_file = personas_text->has_value();

  Findings personas_findings(config.personas_path);
  JsonSource source;
  Status personas_status;
  if (config.has_personas_file) {
    auto parsed = ParseJsonSource(**personas_text, config.personas_path);
    if (parsed) {
      source = std::move(*parsed);
      if (auto checked = CheckPersonasSchema(source, personas_findings); !checked) {
        return Pass(std::move(checked));
      }
      personas_status = personas_findings.ToStatus();
    } else {
      personas_status = Pass(std::move(parsed));
    }
  }
  const bool readable = config.has_personas_file && personas_status;
  if (readable) DeclareProviders(source, config, personas_findings);
  const Overlay* overlay = options.overlay;
  Findings overlay_findings(overlay == nullptr ? std::string() : overlay->file);
  if (overlay != nullptr) DeclareProviders(overlay->source, config, overlay_findings);

  Findings conf_findings(config.providers_conf_path);
  Status conf_status;
  if (config.has_providers_conf) {
    auto lines = ParseProvidersConf(**conf_text, config.providers_conf_path);
    if (!lines) {
      conf_status = Pass(std::move(lines));
    } else {
      ConfApplier applier(config, conf_findings);
      for (const ConfLine& line : *lines) applier.Apply(line);
      conf_status = conf_findings.ToStatus();
    }
  }
  if (readable) ApplyProviders(source, config, personas_findings);
  if (overlay != nullptr) {
    BeginAnew(*overlay, config);
    ApplyProviders(overlay->source, config, overlay_findings);
  }
  for (Provider& provider : config.providers) CompletePlatform(provider, OfEnvironment);
  if (readable) ApplyRules(source, config, personas_findings);
  if (overlay != nullptr) ApplyOverlay(*overlay, config, overlay_findings);
  if (readable) {
    ApplyPersonas(source, config, personas_findings);
    CompletePersonas(config);
    personas_status = personas_findings.ToStatus();
  }
  auto status = Joined(Joined(personas_status, conf_status), overlay_findings.ToStatus());
  if (!status) return Pass(std::move(status));
  if (overlay != nullptr) Take(overlay->warnings, config);
  Take(overlay_findings.TakeWarnings(), config);
  Take(personas_findings.TakeWarnings(), config);
  Take(conf_findings.TakeWarnings(), config);
  return config;
}

}  // namespace katra::router
