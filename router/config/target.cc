// Parses targets as users and clients write them: "provider,model", "provider/model" or a bare
// model.
#include "core/text.h"
#include "router/config/config.h"

namespace katra::router {

Result<Target> ParseTarget(const RouterConfig& config, std::string_view text,
                           std::string_view own_provider) {
  text = Trim(text);
  const Provider* own = config.FindProvider(own_provider);
  const auto checked = [](const Provider& provider, std::string_view model) -> Result<Target> {
    if (auto fits = CheckModelForm(provider, model); !fits) return Pass(std::move(fits));
    return Target{provider.name, std::string(model)};
  };
  if (const auto comma = text.find(','); comma != std::string_view::npos) {
    const auto provider = config.RequireProvider(text.substr(0, comma));
    if (!provider) return tl::unexpected<Error>(provider.error());
    return checked(**provider, Trim(text.substr(comma + 1)));
  }
  if (const auto slash = text.find('/'); slash != std::string_view::npos) {
    const Provider* named = config.FindProvider(text.substr(0, slash));
    const std::string_view rest = text.substr(slash + 1);
    // "openrouter/auto" is one of OpenRouter's own models.
    const bool whole = named != nullptr && named->model_form == ModelForm::kVendorSlash &&
                       rest.find('/') == std::string_view::npos;
    if (named != nullptr) return checked(*named, whole ? text : rest);
    if (own != nullptr && own->model_form != ModelForm::kBare) return checked(*own, text);
    return tl::unexpected<Error>(config.RequireProvider(text.substr(0, slash)).error());
  }
  if (own == nullptr) {
    return Fail(ErrorCode::kInvalidArgument,
                "\"" + OneLine(text, 80) + "\" names no provider; write provider/model");
  }
  return checked(*own, text);
}

Target OwnTarget(const RouterConfig& config, const PersonaConfig* persona) {
  const bool says_nothing =
      persona == nullptr || (persona->provider.empty() && persona->model.empty());
  if (says_nothing && config.routing_rules.default_target) {
    return *config.routing_rules.default_target;
  }
  Target target;
  target.provider =
      persona == nullptr || persona->provider.empty() ? config.default_provider : persona->provider;
  if (persona != nullptr) target.model = persona->model;
  const Provider* provider = config.FindProvider(target.provider);
  if (target.model.empty() && provider != nullptr) target.model = provider->default_model;
  return target;
}

const Limits& LimitsOf(const RouterConfig& config, const PersonaConfig* persona) {
  return persona == nullptr ? config.limits : persona->limits;
}

bool Records(const RouterConfig& config, const PersonaConfig* persona) {
  return persona == nullptr ? config.record : persona->record.value_or(config.record);
}

ContextWindow ContextWindowOf(const Provider& provider, const PersonaConfig* persona,
                              std::string_view model) {
  if (persona != nullptr && persona->max_context_tokens > 0) {
    const bool own = persona->provider.empty() || persona->provider == provider.name;
    if (own) return {persona->max_context_tokens, 0};
  }
  return KnownWindow(provider, model);
}

namespace {

// Whether the persona has its own key variable for that provider.
bool HasOwnKey(const PersonaConfig* persona, const Provider& provider) {
  return persona != nullptr && !persona->api_key_env.empty() &&
         persona->key_provider == provider.name;
}

}  // namespace

std::string ApiKeyEnv(const PersonaConfig* persona, const Provider& provider) {
  return HasOwnKey(persona, provider) ? persona->api_key_env : provider.api_key_env;
}

std::vector<std::string> ApiKeyEnvs(const PersonaConfig* persona, const Provider& provider) {
  std::string first = ApiKeyEnv(persona, provider);
  if (first.empty()) return {};
  const bool own = HasOwnKey(persona, provider);
  const auto& more = own ? persona->more_key_envs : provider.more_key_envs;
  std::vector<std::string> all = {std::move(first)};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

const KeyCommand* KeyCommandOf(const PersonaConfig* persona, const Provider& provider) {
  const bool takes_command = !provider.key_command.empty() && ApiKeyEnv(persona, provider).empty();
  return takes_command ? &provider.key_command : nullptr;
}

}  // namespace katra::router
