// Checks that the configuration is valid, the needed keys exist, and the router answers.
#include <set>

#include "cli/exit_codes.h"
#include "cli/health/check.h"
#include "cli/sessions/claude_code_router.h"
#include "cli/sessions/gateway.h"
#include "cli/sessions/plan.h"
#include "core/text.h"
#include "router/config/endpoint.h"

namespace katra::cli {
namespace {

// Whether the persona's Codex uses its own login for that provider, directly or through the
// gateway. It then needs no key, and a key would even be a conflict.
bool HasOwnLogin(const router::PersonaConfig* persona, const router::Provider& provider) {
  if (persona == nullptr || persona->client != "codex") return false;
  const router::Provider& asked = router::AskedOnLogin(provider, true);
  return router::IsPlan(asked, router::InterfaceOf(asked, persona->model), true);
}

Findings CheckKeys(const router::RouterConfig& config, const Environment& environment) {
  Findings findings;
  std::set<std::string> seen;
  const auto look = [&](const router::PersonaConfig* persona, const std::string& name) {
    const router::Provider* const provider = config.FindProvider(name);
    if (provider == nullptr) return;
    const std::vector<std::string> keys = router::ApiKeyEnvs(persona, *provider);
    std::vector<std::string> set;
    for (const std::string& each : keys) {
      const auto found = environment.find(each);
      if (found != environment.end() && !found->second.empty()) set.push_back(each);
    }
    const std::string key = Join(keys, ", ");
    if (key.empty() || !seen.insert(key).second) return;
    if (set.size() == keys.size()) {
      findings.push_back({Health::kGood,
                          "key of " + name,
                          key + (keys.size() == 1 ? " is set" : " are set"),
                          {},
                          0});
    } else if (!set.empty()) {
      findings.push_back({Health::kWarning, "key of " + name,
                          "of " + key + " only " + Join(set, ", ") + " is set",
                          "set the others, or take them out of api_key_env", 0});
    } else if (name == "anthropic" || HasOwnLogin(persona, *provider)) {
      findings.push_back({Health::kNote, "key of " + name,
                          key + " is not set: the client's own login is used", "", 0});
    } else {
      findings.push_back({Health::kWarning, "key of " + name, key + " is not set",
                          "export " + keys.front() + "=...", 0});
    }
  };
  look(nullptr, config.default_provider);
  for (const router::PersonaConfig& persona : config.personas) {
    look(&persona, persona.provider.empty() ? config.default_provider : persona.provider);
  }
  return findings;
}

Finding CheckRouter(const router::RouterConfig& config, const Context& context) {
  const int port = config.router_port;
  if (config.router_kind == router::RouterKind::kClaudeCodeRouter) {
    if (Answers(port)) {
      return {Health::kGood,
              "router",
              "claude-code-router answers on port " + std::to_string(port),
              {},
              0};
    }
    return {Health::kWarning, "router",
            "claude-code-router does not answer on port " + std::to_string(port), "ccr start", 0};
  }
  const Result<GatewayLink> link = FindGateway(context, {{}, {}, false});
  if (link) return {Health::kGood, "router", "the gateway answers at " + link->base_url, {}, 0};
  return {Health::kNote, "router", "no gateway is running",
          "only providers that the client cannot reach by itself need one", 0};
}

}  // namespace

Findings CheckProviders(const Context& context) {
  const Result<router::RouterConfig> config = LoadConfig(context);
  if (!config) {
    return {{Health::kBad, "configuration", config.error().message,
             "fix the file; `" + context.program() + " config check` looks again",
             ExitCodeOf(config.error())}};
  }
  Findings findings;
  if (config->has_personas_file) {
    findings.push_back({Health::kGood, "configuration", config->personas_path, {}, 0});
  } else {
    findings.push_back({Health::kNote, "configuration", "no " + config->personas_path, "", 0});
  }
  for (const router::ConfigWarning& warning : config->warnings) {
    findings.push_back(
        {Health::kWarning, "configuration", router::DescribeWarning(warning), "", 0});
  }
  Findings keys = CheckKeys(*config, OwnEnvironment(context.environment()));
  findings.insert(findings.end(), keys.begin(), keys.end());
  Findings commands = CheckKeyCommands(*config, context);
  findings.insert(findings.end(), commands.begin(), commands.end());
  Findings platforms = CheckPlatforms(*config);
  findings.insert(findings.end(), platforms.begin(), platforms.end());
  Findings deployments = CheckDeployments(*config, context);
  findings.insert(findings.end(), deployments.begin(), deployments.end());
  findings.push_back(CheckRouter(*config, context));
  return findings;
}

}  // namespace katra::cli
