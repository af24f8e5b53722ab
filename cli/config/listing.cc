// Visits the model once, in display order.
#include "cli/config/listing.h"

#include <array>
#include <cstdio>
#include <set>
#include <utility>

#include "core/text.h"
#include "router/config/scenarios.h"

namespace katra::cli::config {
namespace {

using router::Origin;
using router::OriginKind;
using router::Provider;
using router::Target;

std::string Shown(const Target& target) { return target.provider + "/" + target.model; }

std::string Shown(const std::vector<Target>& targets) {
  std::vector<std::string> shown;
  shown.reserve(targets.size());
  for (const Target& target : targets) shown.push_back(Shown(target));
  return Join(shown, ", ");
}

// "60000", or "60000, claude- 180000".
std::string Shown(const std::vector<router::LongContextThreshold>& thresholds) {
  std::string shown;
  for (const router::LongContextThreshold& threshold : thresholds) {
    if (!shown.empty()) shown += ", ";
    if (!threshold.models.empty()) shown += threshold.models + " ";
    shown += std::to_string(threshold.tokens);
  }
  return shown;
}

std::string Dollars(double amount) {
  std::array<char, 32> text{};
  (void)std::snprintf(text.data(), text.size(), "%.2f USD", amount);
  return text.data();
}

std::string Percent(double share) {
  std::array<char, 32> text{};
  (void)std::snprintf(text.data(), text.size(), "%g %%", share);
  return text.data();
}

class Lister {
 public:
  Lister(const router::RouterConfig& config, const std::function<bool(const std::string&)>& is_set)
      : config_(config), is_set_(is_set) {}

  std::vector<Setting> List(bool all) {
    Add("default_provider", config_.default_provider);
    used_.insert(config_.default_provider);
    AddRouter();
    AddRules();
    AddMatching();
    AddSpending();
    AddLimits("limits.", config_.limits);
    if (config_.project_rooms) Add("default_room", "project");
    if (config_.claims_block) Add("claims", "block");
    for (const router::PersonaConfig& persona : config_.personas) AddPersona(persona);
    for (const Provider& provider : config_.providers) {
      const bool said = config_.OriginOf("providers." + provider.name).kind != OriginKind::kDefault;
      if (all || said || used_.count(provider.name) != 0) AddProvider(provider);
    }
    return std::move(settings_);
  }

 private:
  void Add(const std::string& key, const std::string& value) {
    settings_.push_back({key, value, config_.OriginOf(key)});
  }
  // Adds a value with the origin of another key if its own is not set.
  void AddFrom(const std::string& key, const std::string& value, const std::string& other) {
    Origin origin = config_.OriginOf(key);
    if (origin.kind == OriginKind::kDefault) origin = config_.OriginOf(other);
    settings_.push_back({key, value, std::move(origin)});
  }
  void AddSaid(const std::string& key, const std::string& value) {
    if (!value.empty()) Add(key, value);
  }

  void AddRouter() {
    const bool gateway = config_.router_kind == router::RouterKind::kGateway;
    Add("router.kind", gateway ? "gateway" : "claude-code-router");
    Add("router.port", std::to_string(config_.router_port));
    if (config_.record) Add("router.record", "true");
    if (!config_.cache_points) Add("router.cache_points", "false");
    if (config_.open_metrics) Add("router.open_metrics", "true");
  }

  // For everyone, all limits; for a persona, those that the file sets for it.
  void AddLimits(const std::string& prefix, router::Limits limits) {
    for (const router::LimitName& limit : router::kLimitNames) {
      const std::string key = prefix + limit.name;
      const bool said = config_.OriginOf(key).kind != OriginKind::kDefault;
      if (prefix != "limits." && !said) continue;
      const int64_t value = limit.of(limits);
      Add(key, value == 0 ? "0 (without limit)" : std::to_string(value));
    }
  }

  void AddRoutes(const std::string& prefix, const router::Routes& routes) {
    for (const router::ScenarioName& scenario : router::kScenarioNames) {
      const std::optional<Target>& target = routes.*scenario.target;
      if (!target) continue;
      const std::string name(scenario.name);
      used_.insert(target->provider);
      AddFrom(prefix + name, Shown(*target), "routing_rules." + name);
    }
  }

  void AddFallbacks(const std::string& key, const std::vector<Target>& fallbacks) {
    for (const Target& target : fallbacks) used_.insert(target.provider);
    if (!fallbacks.empty()) AddFrom(key, Shown(fallbacks), "routing_rules.fallbacks");
  }

  void AddPreferences(const std::string& prefix,
                      const std::vector<router::RoutePreference>& preferences) {
    for (const router::RoutePreference& route : preferences) {
      for (const Target& target : route.models) used_.insert(target.provider);
      std::string shown = Shown(route.models);
      if (route.prefer != router::Prefer::kNone) {
        shown += std::string(" (prefer ") + ToString(route.prefer) + ")";
      }
      if (route.cache) {
        shown += " (cache " + std::to_string(route.cache->lifetime.count()) + " s)";
      }
      AddFrom(prefix + route.name, shown, "routing_preferences");
    }
  }

  void AddMatching() {
    AddPreferences("routing_preferences.", config_.preferences);
    for (const router::ModelAlias& alias : config_.aliases) {
      used_.insert(alias.target.provider);
      Add("model_aliases." + alias.name, Shown(alias.target));
    }
    const router::MatchingConfig& matching = config_.matching;
    if (matching.router_model) {
      Add("router.router_model", Shown(*matching.router_model));
      Add("router.router_model_timeout_ms", std::to_string(matching.router_model_timeout_ms));
    }
    if (matching.max_switch_spend_usd) {
      Add("router.max_switch_spend", Dollars(*matching.max_switch_spend_usd));
    }
    if (matching.max_switch_spend_pct) {
      Add("router.max_switch_spend_pct", Percent(*matching.max_switch_spend_pct));
    }
    if (!matching.learning) Add("router.learning", "false");
  }

  // "Sam at openai: 5.00 USD a day".
  void AddSpending() {
    size_t number = 0;
    for (const router::routing::cost::Budget& budget : config_.budgets) {
      std::string who = budget.persona.empty() && budget.provider.empty() ? "all" : budget.persona;
      if (!budget.provider.empty()) who += (who.empty() ? "" : " at ") + budget.provider;
      const bool day = budget.window == router::routing::cost::BudgetWindow::kDay;
      AddFrom("router.budgets[" + std::to_string(number++) + "]",
              who + ": " + Dollars(budget.limit_usd_micros / 1e6) + (day ? " a day" : " a month"),
              "router.budgets");
    }
    number = 0;
    for (const router::routing::cost::RateLimit& limit : config_.rate_limits) {
      const bool tokens = limit.tokens > 0;
      const std::string unit = ToString(limit.unit);
      AddFrom("router.rate_limits[" + std::to_string(number++) + "]",
              limit.provider + (limit.model.empty() ? "" : "/" + limit.model) + ": " +
                  std::to_string(tokens ? limit.tokens : limit.requests) +
                  (tokens ? " tokens" : " requests") + " a " + unit,
              "router.rate_limits");
    }
  }

  void AddRules() {
    const router::RoutingRules& rules = config_.routing_rules;
    if (rules.default_target) {
      used_.insert(rules.default_target->provider);
      Add("routing_rules.default", Shown(*rules.default_target));
    }
    AddRoutes("routing_rules.", rules.routes);
    Add("routing_rules.longContextThreshold", Shown(rules.long_context_thresholds));
    AddFallbacks("routing_rules.fallbacks", rules.fallbacks);
  }

  // "A (set), B (not set)".
  [[nodiscard]] std::string ShownKeys(const std::string& first,
                                      const std::vector<std::string>& more) const {
    if (first.empty()) return {};
    std::string shown = first + (is_set_(first) ? " (set)" : " (not set)");
    for (const std::string& name : more) {
      shown += ", " + name + (is_set_(name) ? " (set)" : " (not set)");
    }
    return shown;
  }

  // Its arguments are not shown.
  static std::string ShownCommand(const router::KeyCommand& command) {
    const bool shell = command.words.size() == 3 && command.words.front() == "/bin/sh";
    return shell ? "(a shell command)" : "(prints it: " + command.words.front() + ")";
  }

  void AddPersona(const router::PersonaConfig& persona) {
    const std::string prefix = "personas." + persona.name + ".";
    const Target own = router::OwnTarget(config_, &persona);
    used_.insert(own.provider);
    const bool by_rule = persona.provider.empty() && persona.model.empty() &&
                         config_.routing_rules.default_target.has_value();
    AddFrom(prefix + "provider", own.provider,
            by_rule ? "routing_rules.default" : "default_provider");
    AddFrom(prefix + "model", own.model.empty() ? "(the client's own)" : own.model,
            by_rule ? "routing_rules.default" : "providers." + own.provider + ".default_model");
    AddSaid(prefix + "api_key_env", persona.more_key_envs.empty()
                                        ? persona.api_key_env
                                        : ShownKeys(persona.api_key_env, persona.more_key_envs));
    AddSaid(prefix + "role", persona.role);
    AddSaid(prefix + "room", persona.room);
    AddSaid(prefix + "client", persona.client);
    if (persona.max_context_tokens > 0) {
      Add(prefix + "max_context_tokens", std::to_string(persona.max_context_tokens));
    }
    AddLimits(prefix + "limits.", persona.limits);
    if (persona.own_login) Add(prefix + "login", "own");
    if (persona.record) Add(prefix + "record", *persona.record ? "true" : "false");
    AddSaid(prefix + "description", persona.description);
    AddRoutes(prefix + "routing.", persona.routing);
    if (persona.preferences != config_.preferences) {
      AddPreferences(prefix + "routing_preferences.", persona.preferences);
    }
    AddFallbacks(prefix + "fallbacks", persona.fallbacks);
  }

  void AddProvider(const Provider& provider) {
    const std::string prefix = "providers." + provider.name + ".";
    Add(prefix + "interface", ToString(provider.interface));
    for (const router::ModelInterface& entry : provider.model_interfaces) {
      Add(prefix + "model_interfaces." + entry.models, ToString(entry.interface));
    }
    AddFrom(prefix + "api_base_url", BaseUrlOf(provider, provider.interface), prefix + "endpoint");
    const bool printed = !provider.key_command.empty();
    if (printed) Add(prefix + "api_key_command", ShownCommand(provider.key_command));
    const std::string& variable = provider.api_key_env;
    if (!printed) {
      Add(prefix + "api_key_env",
          variable.empty() ? "(none needed)" : ShownKeys(variable, provider.more_key_envs));
    }
    if (provider.key_order == router::KeyOrder::kRoundRobin) {
      Add(prefix + "key_order", "round_robin");
    }
    Add(prefix + "default_model",
        provider.default_model.empty() ? "(the client's own)" : provider.default_model);
    if (provider.max_context_tokens > 0) {
      Add(prefix + "max_context_tokens", std::to_string(provider.max_context_tokens));
    }
    if (provider.http2) Add(prefix + "http2", "true");
    if (provider.pass_login) Add(prefix + "pass_login", "true");
    if (!provider.models.empty()) Add(prefix + "models", Join(provider.models, ", "));
  }

  const router::RouterConfig& config_;
  const std::function<bool(const std::string&)>& is_set_;
  std::set<std::string> used_;
  std::vector<Setting> settings_;
};

}  // namespace

std::vector<Setting> ListSettings(const router::RouterConfig& config, bool all,
                                  const std::function<bool(const std::string&)>& is_set) {
  return Lister(config, is_set).List(all);
}

}  // namespace katra::cli::config
