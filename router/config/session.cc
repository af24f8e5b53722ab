#include "router/config/session.h"

#include <algorithm>
#include <iterator>

#include "core/text.h"
#include "router/config/findings.h"

namespace katra::router {
namespace {

constexpr size_t kMaxModelBytes = 200;
constexpr size_t kMaxVariableBytes = 200;

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

// A model without a provider belongs to the provider for which it was read.
bool BelongsElsewhere(const Target& target, const std::string& provider) {
  return target.bare && target.provider != provider;
}

void Fill(std::optional<Target>& own, const std::optional<Target>& rule,
          const std::string& provider) {
  if (own && BelongsElsewhere(*own, provider)) own.reset();
  if (!own && rule && !BelongsElsewhere(*rule, provider)) own = rule;
}

void FillRoutes(Routes& own, const Routes& rules, const std::string& provider) {
  Fill(own.background, rules.background, provider);
  Fill(own.think, rules.think, provider);
  Fill(own.long_context, rules.long_context, provider);
  Fill(own.web_search, rules.web_search, provider);
  Fill(own.image, rules.image, provider);
  Fill(own.subagent, rules.subagent, provider);
}

void FillFallbacks(std::vector<Target>& own, const std::vector<Target>& rules,
                   const std::string& provider) {
  const auto elsewhere = [&](const Target& target) { return BelongsElsewhere(target, provider); };
  own.erase(std::remove_if(own.begin(), own.end(), elsewhere), own.end());
  if (!own.empty()) return;
  std::remove_copy_if(rules.begin(), rules.end(), std::back_inserter(own), elsewhere);
}

// Models that belong to another provider are dropped, and routes without a model with them.
void FillPreferences(std::vector<RoutePreference>& own, const std::string& provider) {
  for (RoutePreference& route : own) {
    std::erase_if(route.models,
                  [&](const Target& target) { return BelongsElsewhere(target, provider); });
  }
  std::erase_if(own, [](const RoutePreference& route) { return route.models.empty(); });
}

bool IsWritten(const RouterConfig& config, std::string_view key) {
  return config.OriginOf(key).kind != OriginKind::kDefault;
}

// The provider and model of a persona that names no provider, from the user's general settings.
void TakeDefaults(const RouterConfig& config, PersonaConfig& persona) {
  const std::optional<Target>& rule = config.routing_rules.default_target;
  const bool default_written = IsWritten(config, "default_provider");
  if (persona.model.empty() && rule && (!rule->bare || default_written)) {
    persona.provider = rule->provider;
    persona.model = rule->model;
  } else if (default_written) {
    persona.provider = config.default_provider;
  }
}

void TakeChoice(const RouterConfig& config, const SessionChoice& choice, PersonaConfig& persona) {
  const std::string& of_model =
      persona.provider.empty() ? config.default_provider : persona.provider;
  if (of_model != choice.provider) persona.model.clear();
  if (!choice.model.empty()) persona.model = choice.model;
  persona.provider = choice.provider;
  persona.own_login = choice.own_login;
  const Provider* provider = config.FindProvider(choice.provider);
  if (choice.api_key_env.empty() || provider == nullptr) return;
  const std::vector<std::string> known = ApiKeyEnvs(&persona, *provider);
  if (std::find(known.begin(), known.end(), choice.api_key_env) != known.end()) return;
  persona.api_key_env = choice.api_key_env;
  persona.more_key_envs.clear();
  persona.key_provider = choice.provider;
}

}  // namespace

Status CheckSessionChoice(const SessionChoice& choice) {
  if (choice.provider.empty()) {
    if (choice.model.empty() && choice.api_key_env.empty() && !choice.own_login) return {};
    return Fail(ErrorCode::kInvalidArgument,
                "a model, a key and a login belong to a provider: name the provider, too");
  }
  if (!IsProviderName(choice.provider)) {
    return Fail(ErrorCode::kInvalidArgument, "\"" + OneLine(choice.provider, 80) +
                                                 "\" is not a provider's name: write it as in "
                                                 "personas.json, in lower case");
  }
  if (choice.model.size() > kMaxModelBytes || !IsPrintable(choice.model)) {
    return Fail(ErrorCode::kInvalidArgument,
                "\"" + OneLine(choice.model, 80) +
                    "\" is not a model's name: use at most 200 letters, digits and punctuation "
                    "without spaces");
  }
  if (choice.api_key_env.size() > kMaxVariableBytes || !IsPrintable(choice.api_key_env)) {
    return Fail(ErrorCode::kInvalidArgument, "the key's variable has an invalid name");
  }
  return {};
}

PersonaConfig SessionPersona(const RouterConfig& config, std::string_view persona,
                             const SessionChoice& choice) {
  const PersonaConfig* written = config.FindPersona(persona);
  PersonaConfig own = written == nullptr ? PersonaConfig{} : *written;
  if (written == nullptr) own.name = std::string(persona);
  if (!choice.empty()) {
    TakeChoice(config, choice, own);
  } else if (own.provider.empty()) {
    TakeDefaults(config, own);
  }
  FillRoutes(own.routing, config.routing_rules.routes, own.provider);
  if (own.preferences.empty()) own.preferences = config.preferences;
  FillPreferences(own.preferences, own.provider);
  FillFallbacks(own.fallbacks, config.routing_rules.fallbacks, own.provider);
  return own;
}

Target SessionTarget(const RouterConfig& config, const PersonaConfig& persona) {
  Target target{persona.provider, persona.model};
  const Provider* provider = config.FindProvider(target.provider);
  if (target.model.empty() && provider != nullptr) target.model = provider->default_model;
  return target;
}

Result<RoutePreference> RouteOf(const RouterConfig& config, const std::string& persona,
                                const std::string& name) {
  const PersonaConfig own = SessionPersona(config, persona, {});
  std::vector<std::string> known;
  for (const RoutePreference& route : own.preferences) {
    if (ToLowerAscii(route.name) == ToLowerAscii(name)) return route;
    known.push_back(route.name);
  }
  if (known.empty()) {
    return Fail(ErrorCode::kNotFound, persona +
                                          " has no routes: write \"routing_preferences\" in " +
                                          config.personas_path + " (docs/routing.md)");
  }
  return Fail(ErrorCode::kNotFound, persona + " has no route \"" + OneLine(name, 80) +
                                        "\"; there are: " + Join(known, ", ") +
                                        DidYouMean(name, known));
}

Result<std::string> ModelOf(const RouterConfig& config, const RoutePreference& route,
                            const std::string& text) {
  std::vector<std::string> known;
  for (const Target& target : route.models) known.push_back(target.provider + "/" + target.model);
  const auto target = ParseTarget(config, text, route.models.front().provider);
  if (target &&
      std::find(route.models.begin(), route.models.end(), *target) != route.models.end()) {
    return target->provider + "/" + target->model;
  }
  return Fail(ErrorCode::kInvalidArgument,
              "\"" + OneLine(text, 120) + "\" is no model of the route \"" + route.name +
                  "\"; its models: " + Join(known, ", ") + DidYouMean(text, known));
}

}  // namespace katra::router
