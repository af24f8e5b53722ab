// Translates the configuration to CCR's terms: who needs which provider with which key, and every
// route as "provider,model".
#include "router/claude_code_router/plan.h"

#include <algorithm>
#include <set>

#include "core/text.h"
#include "router/claude_code_router/upstream.h"

namespace katra::router::claude_code_router {
namespace {

class Planner {
 public:
  Planner(const RouterConfig& config, const IsSet& is_set) : config_(config), is_set_(is_set) {}

  Result<Plan> Make() {
    plan_.long_context_threshold_tokens = config_.routing_rules.LongContextThresholdOf("");
    if (config_.OriginOf("router.port").kind != OriginKind::kDefault &&
        config_.router_kind == RouterKind::kClaudeCodeRouter) {
      plan_.port = config_.router_port;
    }
    auto rules = Routes(nullptr, config_.routing_rules.routes);
    if (!rules) return Pass(std::move(rules));
    plan_.rules = std::move(*rules);
    for (const PersonaConfig& persona : config_.personas) {
      auto routes = Routes(&persona, persona.routing);
      if (!routes) return Pass(std::move(routes));
      plan_.personas[ToLowerAscii(persona.name)] = std::move(*routes);
    }
    for (const Target& target : config_.routing_rules.fallbacks) {
      plan_.fallbacks.push_back(Selector(nullptr, target));
    }
    AddOwnProviders();
    WarnOfFallbacks();
    WarnOfProviders();
    WarnOfFile();
    return std::move(plan_);
  }

 private:
  Result<RouteTable> Routes(const PersonaConfig* persona, const router::Routes& routes) {
    Target own = OwnTarget(config_, persona);
    const Provider& provider = *config_.FindProvider(own.provider);
    if (own.model.empty()) {
      const std::string who =
          persona == nullptr ? std::string("the default") : "persona \"" + persona->name + "\"";
      if (provider.models.empty()) {
        return Fail(ErrorCode::kInvalidArgument,
                    config_.personas_path + ": " + who + " names no model, and \"" + provider.name +
                        "\" has no default; claude-code-router needs one: give \"model\"",
                    config_.personas_path);
      }
      own.model = provider.models.front();
      plan_.warnings.push_back(who + " names no model; claude-code-router needs one, so \"" +
                               provider.name + "," + own.model + "\" is written");
    }
    RouteTable table;
    table.standard = Selector(persona, own);
    const auto put = [&](const std::optional<Target>& target, std::string* out) {
      if (target) *out = Selector(persona, *target);
    };
    put(routes.background, &table.background);
    put(routes.think, &table.think);
    put(routes.long_context, &table.long_context);
    put(routes.web_search, &table.web_search);
    put(routes.image, &table.image);
    return table;
  }

  // Returns "upstream,model", creating the upstream with the key that this persona uses.
  std::string Selector(const PersonaConfig* persona, const Target& target) {
    const Provider& provider = *config_.FindProvider(target.provider);
    const std::string key_env = ApiKeyEnv(persona, provider);
    const std::string name = NameFor(persona, provider, key_env);
    auto found = std::find_if(plan_.upstreams.begin(), plan_.upstreams.end(),
                              [&](const Upstream& known) { return known.name == name; });
    if (found == plan_.upstreams.end()) {
      plan_.upstreams.push_back(DescribeUpstream(provider, name, key_env));
      found = std::prev(plan_.upstreams.end());
      used_.insert(provider.name);
      WarnOfKeys(persona, provider, key_env);
    }
    AddModel(*found, provider, target.model);
    // Models that may be chosen in a session (P5).
    for (const std::string& model : provider.models) AddModel(*found, provider, model);
    if (target.model.find('$') != std::string::npos) {
      plan_.warnings.push_back(
          "model \"" + OneLine(target.model, 80) +
          "\" holds \"$\": claude-code-router puts environment variables there");
    }
    return name + "," + target.model;
  }

  // An upstream of claude-code-router has one key, which it reads from a variable.
  void WarnOfKeys(const PersonaConfig* persona, const Provider& provider,
                  const std::string& key_env) {
    if (provider.platform != Platform::kNone) {
      plan_.warnings.push_back("\"" + provider.name +
                               "\" is asked in a way that claude-code-router " +
                               "does not know: use Katra's gateway for it");
    }
    if (provider.azure) {
      plan_.warnings.push_back("\"" + provider.name +
                               "\" is at Azure, whose addresses and header claude-code-router does "
                               "not know: use Katra's gateway for it");
    }
    if (KeyCommandOf(persona, provider) != nullptr) {
      plan_.warnings.push_back("the key of \"" + provider.name +
                               "\" is printed by its api_key_command, which claude-code-router "
                               "does not run: name a variable that holds it as api_key_env");
    } else if (ApiKeyEnvs(persona, provider).size() > 1) {
      plan_.warnings.push_back("\"" + provider.name +
                               "\" has several keys, and claude-code-router takes one: " + key_env);
    }
  }

  // The provider's own name if the key is the provider's, otherwise one name per key.
  std::string NameFor(const PersonaConfig* persona, const Provider& provider,
                      const std::string& key_env) {
    if (persona == nullptr || key_env == provider.api_key_env) return provider.name;
    const auto key = std::make_pair(provider.name, key_env);
    if (const auto known = names_.find(key); known != names_.end()) return known->second;
    std::string name = provider.name + "-" + ToLowerAscii(persona->name);
    while (config_.FindProvider(name) != nullptr) name += "-key";
    return names_[key] = name;
  }

  // Providers that the file defines are written even if no route uses them.
  void AddOwnProviders() {
    for (const Provider& provider : config_.providers) {
      if (config_.OriginOf("providers." + provider.name).kind == OriginKind::kDefault) continue;
      if (provider.models.empty()) {
        if (used_.count(provider.name) == 0) {
          plan_.warnings.push_back("provider \"" + provider.name +
                                   "\" has no models, so it is omitted: claude-code-router "
                                   "refuses models that are not listed");
        }
        continue;
      }
      for (const std::string& model : provider.models) {
        static_cast<void>(Selector(nullptr, {provider.name, model}));
      }
    }
  }

  void WarnOfFallbacks() {
    for (const PersonaConfig& persona : config_.personas) {
      if (persona.fallbacks.empty() || persona.fallbacks == config_.routing_rules.fallbacks)
        continue;
      plan_.warnings.push_back("persona \"" + persona.name +
                               "\": claude-code-router has no fallbacks for a single persona, so "
                               "they are omitted; routing_rules.fallbacks apply to everybody");
    }
    if (!plan_.fallbacks.empty()) {
      plan_.warnings.emplace_back(
          "fallbacks: claude-code-router 1.x has none, and 2.x tries them on HTTP errors only, not "
          "when a provider cannot be reached");
    }
  }

  void WarnOfProviders() {
    std::set<std::string> told;
    for (const Upstream& upstream : plan_.upstreams) {
      if (upstream.key.starts_with('$')) {
        const std::string variable = upstream.key.substr(1);
        if (!is_set_(variable) && told.insert(variable).second) {
          plan_.warnings.push_back(variable +
                                   " is not set here; claude-code-router must be started with it, "
                                   "else it sends the text \"$" +
                                   variable + "\" as the key");
        }
      }
      if (upstream.url.find('$') != std::string::npos) {
        plan_.warnings.push_back("provider \"" + upstream.name +
                                 "\": claude-code-router puts environment variables where the "
                                 "address holds \"$\"");
      }
      const Provider* provider = config_.FindProvider(upstream.name);
      if (provider == nullptr) continue;
      for (std::string& lost : Losses(config_, *provider, upstream)) {
        plan_.warnings.push_back(std::move(lost));
      }
    }
  }

  void WarnOfFile() {
    if (config_.record) {
      plan_.warnings.emplace_back("router.record: claude-code-router keeps no record for Katra");
    }
    if (plan_.port == 3457 || plan_.port == 3458) {
      plan_.warnings.push_back("router.port " + std::to_string(*plan_.port) +
                               ": claude-code-router 3.x uses 3457 and 3458 itself; take another");
    }
  }

  const RouterConfig& config_;
  const IsSet& is_set_;
  Plan plan_;
  std::set<std::string> used_;
  std::map<std::pair<std::string, std::string>, std::string> names_;  // (provider, key) -> upstream
};

}  // namespace

Result<Plan> MakePlan(const RouterConfig& config, const IsSet& is_set) {
  return Planner(config, is_set).Make();
}

}  // namespace katra::router::claude_code_router
