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

// What the client would take without Katra: the first of its variables and files that says a model.
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

// Whether it asks another server than its maker's, or a cloud with names of its own.
bool Elsewhere(const LaunchPlan& plan, const Environment& environment) {
  if (plan.connection.route == RouteKind::kPlain && !plan.connection.base_url.empty()) return true;
  constexpr std::array<const char*, 3> kClouds = {
      "CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY"};
  return plan.agent.name == "claude" &&
         std::any_of(kClouds.begin(), kClouds.end(),
                     [&](const char* name) { return !Value(environment, name).empty(); });
}

// The user's own model, when it is one of the client's maker; else the client's usual one. Empty:
// nothing of the user's says anything, and the client knows best.
std::string OwnModel(const router::Provider& provider, const Environment& environment,
                     const Context& context, LaunchPlan* plan) {
  const std::string& client = plan->agent.name;
  const bool elsewhere = Elsewhere(*plan, environment);
  // Claude Code has a name for its usual one.
  const std::string instead = client == "claude" ? "default" : provider.default_model;
  std::string own;
  bool strange = false;
  for (const ModelSetting& choice : OwnChoices(*plan, environment, context)) {
    if (choice.provider ? choice.value == provider.name : strange || !own.empty()) continue;
    if (!choice.provider && IsOwnModel(client, choice.value, elsewhere)) {
      own = choice.value;
      continue;
    }
    if (!choice.provider) strange = true;
    plan->warnings.push_back("\"" + choice.key + "\" in " + choice.file + " is \"" +
                             OneLine(choice.value, 80) + "\", which is not " + provider.title +
                             "'s: this session is handed " +
                             (choice.provider ? provider.name : "\"" + instead + "\"") +
                             " instead. `katra doctor` says how to mend it.");
  }
  return own.empty() && strange ? instead : own;
}

// Whether its own files would have it ask a router for another provider.
bool SaysSelector(const LaunchPlan& plan, const Environment& environment, const Context& context) {
  const std::vector<ModelSetting> choices = OwnChoices(plan, environment, context);
  return std::any_of(choices.begin(), choices.end(), [&](const ModelSetting& choice) {
    return !choice.provider && !IsOwnModel(plan.agent.name, choice.value, false);
  });
}

// Instead of what its files say.
Status NameModel(const router::Provider& provider, LaunchPlan* plan) {
  if (provider.models.empty()) {
    return Fail(ErrorCode::kInvalidArgument, provider.title + " has no usual model that " +
                                                 plan->agent.title +
                                                 " could be handed: say one with --model");
  }
  plan->model = {provider.models.front(), "first that is known of " + provider.name};
  plan->asked_model = plan->model.value;
  return {};
}

}  // namespace

Status ChooseHandedModel(const router::Provider& provider, const router::PersonaConfig* persona,
                         const Environment& environment, const Context& context, LaunchPlan* plan) {
  if (plan->asked_model.empty()) {
    const bool chooses =
        plan->agent.speaks_messages || plan->agent.default_provider == provider.name;
    if (chooses) {
      plan->own_model = OwnModel(provider, environment, context, plan);
    } else if (SaysSelector(*plan, environment, context)) {
      if (auto named = NameModel(provider, plan); !named) return named;
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
