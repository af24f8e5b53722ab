#include "cli/sessions/own_login.h"

#include <algorithm>

#include "cli/clients/login_settings.h"
#include "core/text.h"
#include "router/config/endpoint.h"
#include "router/config/session.h"

namespace katra::cli {
namespace {

bool IsSet(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found != environment.end() && !found->second.empty();
}

Status Second(const LaunchPlan& plan, const std::string& what, const std::string& next) {
  return Fail(ErrorCode::kFailedPrecondition,
              "two logins would conflict: " + plan.agent.login + " (" + plan.login.origin +
                  ") and " + what + ". " + next +
                  ", or start the session without the login of its own");
}

// Names of headers, in "Name: value" lines, that would be a login or the gateway's own.
std::string LoginHeaderIn(const std::string& headers) {
  for (const std::string& line : Split(headers, '\n')) {
    std::string name = ToLowerAscii(Trim(line.substr(0, line.find(':'))));
    if (name == "authorization" || name == "x-api-key" || name == "x-katra-token") return name;
  }
  return {};
}

std::string Shown(const router::RouterConfig& config, const router::PersonaConfig& persona,
                  const router::Target& target) {
  const router::Provider* provider = config.FindProvider(target.provider);
  const std::string key = provider == nullptr ? "" : router::ApiKeyEnv(&persona, *provider);
  return target.provider + "/" + target.model + (key.empty() ? "" : " with " + key);
}

// The provider that the client's own login pays for: the session's own, else that of the first such
// fallback. nullptr: `persona` uses none.
const router::Provider* FindPlan(const Agent& agent, const router::RouterConfig& config,
                                 const router::PersonaConfig& persona) {
  if (agent.login.empty()) return nullptr;
  const auto plan = [&](const router::Target& target) -> const router::Provider* {
    const router::Provider* provider = config.FindProvider(target.provider);
    return provider != nullptr && IsPlanOf(agent, *provider, target.model) ? provider : nullptr;
  };
  if (const router::Provider* own = plan({persona.provider, persona.model})) return own;
  for (const router::Target& fallback : persona.fallbacks) {
    if (const router::Provider* own = plan(fallback)) return own;
  }
  return nullptr;
}

// Refuses settings that would be a second login.
Status CheckNoSecondLogin(const LaunchPlan& plan, const router::Provider& provider,
                          const router::PersonaConfig& persona, const Environment& environment,
                          const Context& context) {
  const std::string key = router::ApiKeyEnv(&persona, provider);
  std::vector<std::string> variables = plan.agent.rival_variables;
  if (!key.empty() && std::find(variables.begin(), variables.end(), key) == variables.end()) {
    variables.push_back(key);
  }
  for (const std::string& variable : variables) {
    if (!IsSet(environment, variable)) continue;
    return Second(
        plan,
        variable + ", which is set" + (variable == key ? " for " + provider.title : std::string()),
        "Unset it: env -u " + variable + " " + context.program() + " start ...");
  }
  for (const LoginSetting& setting : LoginSettings(plan.agent.name, plan.folder.value, context)) {
    return Second(plan, "\"" + setting.key + "\" in " + setting.file, "Take it out of that file");
  }
  const auto headers = environment.find("ANTHROPIC_CUSTOM_HEADERS");
  if (plan.agent.speaks_messages && headers != environment.end()) {
    if (const std::string name = LoginHeaderIn(headers->second); !name.empty()) {
      return Second(plan, "\"" + name + "\" in ANTHROPIC_CUSTOM_HEADERS", "Take it out");
    }
  }
  return {};
}

}  // namespace

bool IsPlanOf(const Agent& agent, const router::Provider& provider, std::string_view model) {
  const router::Provider& asked = router::AskedOnLogin(provider, !agent.speaks_messages);
  return router::IsPlan(asked, router::InterfaceOf(asked, model), !agent.speaks_messages);
}

Status ChooseLogin(const std::string& written, const LaunchRequest& request,
                   const router::RouterConfig& config, const router::PersonaConfig& persona,
                   const Context& context, LaunchPlan* plan) {
  const bool asked = request.own_login;
  if (asked && request.no_router) {
    return Fail(ErrorCode::kInvalidArgument,
                "--own-login and --no-router exclude each other: without the gateway in between "
                "the client's own login is used anyway");
  }
  if (!asked && (written.empty() || request.no_router)) return {};
  const Setting login = {"own", asked ? "--own-login" : written};
  const router::Provider* found = FindPlan(plan->agent, config, persona);
  if (found == nullptr) {
    if (!asked) return {};
    return Fail(ErrorCode::kInvalidArgument,
                plan->agent.login.empty()
                    ? plan->agent.title +
                          " has no login that the gateway can forward: use --client claude "
                          "or --client codex"
                    : "neither " + plan->provider.value + " (" + plan->provider.origin +
                          ") nor a fallback of " + plan->persona.value + " leads to where " +
                          plan->agent.login + " is for: leave --own-login or --provider out");
  }
  if (config.router_kind == router::RouterKind::kClaudeCodeRouter) {
    return Fail(ErrorCode::kUnsupported,
                "claude-code-router would send " + plan->agent.login + " (" + login.origin +
                    ") wherever it routes to: take \"kind\": \"claude-code-router\" out of "
                    "\"router\" in personas.json, or the own login");
  }
  plan->login = login;
  return CheckNoSecondLogin(*plan, *found, persona, OwnEnvironment(context.environment()), context);
}

std::string ExplainLogin(const LaunchPlan& plan, const router::RouterConfig& config,
                         const router::PersonaConfig& persona) {
  const router::Provider* provider = FindPlan(plan.agent, config, persona);
  if (plan.login.value.empty() || provider == nullptr) return {};
  const router::Provider& asked = router::AskedOnLogin(*provider, !plan.agent.speaks_messages);
  const std::string& host =
      plan.agent.speaks_messages ? asked.messages_base_url : asked.chat_base_url;
  std::vector<std::string> others;
  for (const router::Target& fallback : persona.fallbacks) {
    if (fallback.provider != provider->name) others.push_back(Shown(config, persona, fallback));
  }
  std::string text = "\nLogin:\n  " + plan.agent.title + " sends " + plan.agent.login +
                     " with each request to the gateway on this computer, and the session's token "
                     "beside it.\n  The gateway passes it on to " +
                     host + " alone, as it came, and writes it nowhere. No API key goes there.\n";
  if (others.empty()) {
    text +=
        "  While the plan's limit is reached nobody else answers: the persona has no fallbacks.\n";
  } else {
    text += "  While the plan's limit is reached, without the login: " + Join(others, ", then ") +
            ".\n";
  }
  return text;
}

}  // namespace katra::cli
