#include "cli/sessions/model_choice.h"

#include <algorithm>

#include "cli/clients/model_settings.h"
#include "core/text.h"

namespace katra::cli {
namespace {

std::string Value(const Environment& environment, const char* name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

// What the client would use without Katra: the first of its variables and files that sets a model.
std::vector<ModelSetting> OwnChoices(const LaunchPlan& plan, const Environment& environment,
                                     const Context& context) {
  std::vector<ModelSetting> choices;
  const char* const variable = plan.agent.name == "claude"   ? "ANTHROPIC_MODEL"
                               : plan.agent.name == "gemini" ? "GEMINI_MODEL"
                                                             : nullptr;
  if (variable != nullptr && !Value(environment, variable).empty()) {
    choices.push_back({"the environment", variable, Value(environment, variable), false});
  }
  for (ModelSetting& setting : ModelSettings(plan.agent.name, plan.folder.value, context)) {
    const bool counts = setting.key == "model" || setting.key == "model.name" || setting.provider ||
                        setting.key == "env.ANTHROPIC_MODEL";
    if (counts) choices.push_back(std::move(setting));
  }
  return choices;
}

// Whether the client uses another server than its maker's, or a cloud with its own names.
bool Elsewhere(const LaunchPlan& plan, const Environment& environment) {
  if (plan.connection.route == RouteKind::kPlain && !plan.connection.base_url.empty()) return true;
  constexpr std::array<const char*, 3> kClouds = {
      "CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY"};
  return plan.agent.name == "claude" &&
         std::any_of(kClouds.begin(), kClouds.end(),
                     [&](const char* name) { return !Value(environment, name).empty(); });
}

struct Found {
  std::string value;
  std::string origin;
};

// The client's default model.
Found UsualOf(const router::RouterConfig& config, const router::Provider& provider,
              const Agent& agent, const Context& context) {
  if (std::string usual = UsualModel(agent.name, context); !usual.empty()) {
    return {std::move(usual), "the client's own choice"};
  }
  const router::Provider* const maker = config.FindProvider(agent.default_provider);
  const router::Provider& known = maker == nullptr ? provider : *maker;
  return {known.default_model, "default of " + known.name};
}

std::string Overridden(const ModelSetting& choice, const router::Provider& provider) {
  return "\"" + choice.key + "\" in " + choice.file + " is \"" + OneLine(choice.value, 80) +
         "\", which is not " + provider.title + "'s: ";
}

constexpr const char* kMend = " `katra doctor` says how to fix it.";

// The user's own model if it is one of the client's maker, else the client's default.
Found OwnModel(const router::Provider& provider, Found usual, const Environment& environment,
               const Context& context, LaunchPlan* plan) {
  const std::string& client = plan->agent.name;
  const bool elsewhere = Elsewhere(*plan, environment);
  Found own;
  bool strange = false;
  for (const ModelSetting& choice : OwnChoices(*plan, environment, context)) {
    if (choice.provider ? choice.value == provider.name : strange || !own.value.empty()) continue;
    if (!choice.provider && IsOwnModel(client, choice.value, elsewhere)) {
      own = {choice.value, choice.key + " in " + choice.file};
      continue;
    }
    if (!choice.provider) strange = true;
    plan->warnings.push_back(Overridden(choice, provider) + "this session is handed " +
                             (choice.provider ? provider.name : "\"" + usual.value + "\"") +
                             " instead." + kMend);
  }
  return own.value.empty() ? std::move(usual) : own;
}

// Whether a model for smaller or parallel work would be requested from another provider than the
// session's.
bool LeadsElsewhere(const router::RouterConfig& config, const router::Provider& provider,
                    const Environment& environment, const LaunchPlan& plan,
                    const std::string& model) {
  // The model names of providers other than the client's maker are not all known.
  const bool makers = provider.name == "anthropic";
  const bool routed = plan.connection.route != RouteKind::kPlain;
  if ((makers || !routed) &&
      !IsOwnModel(plan.agent.name, model, !makers || Elsewhere(plan, environment))) {
    return true;
  }
  const Result<router::Target> target = router::ParseTarget(config, model, provider.name);
  return routed && (!target || target->provider != provider.name);
}

// Claude Code has separate variables for the models of its smaller work, which its files may set.
void ClearSideModels(const router::RouterConfig& config, const router::Provider& provider,
                     const Environment& environment, const Context& context, LaunchPlan* plan) {
  if (plan->agent.name != "claude") return;
  std::vector<ModelSetting> settings = ModelSettings(plan->agent.name, plan->folder.value, context);
  for (const char* name : kSideModelVariables) {
    const std::string value = Value(environment, name);
    if (!value.empty()) settings.push_back({"the environment", name, value, false});
  }
  for (const ModelSetting& setting : settings) {
    const std::string name = setting.key.starts_with("env.") ? setting.key.substr(4) : setting.key;
    const bool side = std::find(kSideModelVariables.begin(), kSideModelVariables.end(), name) !=
                      kSideModelVariables.end();
    if (!side || !LeadsElsewhere(config, provider, environment, *plan, setting.value)) continue;
    if (std::find(plan->cleared.begin(), plan->cleared.end(), name) == plan->cleared.end()) {
      plan->cleared.push_back(name);
    }
    plan->warnings.push_back(Overridden(setting, provider) + "it is empty in this session." +
                             (setting.file == "the environment" ? "" : kMend));
  }
}

// Whether its own files would make it request another provider from a router.
bool SaysSelector(const LaunchPlan& plan, const Environment& environment, const Context& context) {
  const std::vector<ModelSetting> choices = OwnChoices(plan, environment, context);
  return std::any_of(choices.begin(), choices.end(), [&](const ModelSetting& choice) {
    return !choice.provider && !IsOwnModel(plan.agent.name, choice.value, false);
  });
}

// Names one of the provider's models, to override the client's files.
Status NameModel(const router::Provider& provider, LaunchPlan* plan) {
  if (provider.models.empty()) {
    return Fail(ErrorCode::kInvalidArgument, provider.title + " has no default model that " +
                                                 plan->agent.title +
                                                 " could get: name one with --model");
  }
  plan->model = {provider.models.front(), "first that is known of " + provider.name};
  plan->asked_model = plan->model.value;
  return {};
}

}  // namespace

Status ChooseHandedModel(const router::RouterConfig& config, const router::Provider& provider,
                         const router::PersonaConfig* persona, const Environment& environment,
                         const Context& context, LaunchPlan* plan) {
  ClearSideModels(config, provider, environment, context, plan);
  const bool chooses = plan->agent.speaks_messages || plan->agent.default_provider == provider.name;
  if (plan->asked_model.empty() && !chooses &&
      (!provider.models.empty() || SaysSelector(*plan, environment, context))) {
    if (auto named = NameModel(provider, plan); !named) return named;
  }
  if (plan->asked_model.empty()) {
    Found own = OwnModel(provider, UsualOf(config, provider, plan->agent, context), environment,
                         context, plan);
    plan->own_model = std::move(own.value);
    plan->own_model_origin = std::move(own.origin);
    // Another company's server may interpret it differently.
    if (chooses && !IsAlias(plan->agent.name, plan->own_model)) {
      plan->handed_model = plan->own_model;
    }
  }
  const std::string& model = !plan->model.value.empty()   ? plan->model.value
                             : !plan->asked_model.empty() ? plan->asked_model
                                                          : plan->own_model;
  plan->window = router::ContextWindowOf(provider, persona, model);
  plan->max_output_tokens = router::MaxOutputTokens(provider, model);
  return {};
}

}  // namespace katra::cli
