#include "router/config/routing_section.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "router/config/spending_section.h"

namespace katra::router {
namespace {

using nlohmann::json;

constexpr std::array<std::pair<std::string_view, Prefer>, 6> kPreferNames = {{
    {"none", Prefer::kNone},
    {"quality", Prefer::kQuality},
    {"speed", Prefer::kSpeed},
    {"cost", Prefer::kCost},
    {"cheapest", Prefer::kCheapest},
    {"fastest", Prefer::kFastest},
}};

// `place`: of the entry, below the section.
RoutePreference ReadPreference(Section& section, const std::string& place, const json& entry,
                               const std::string& own_provider) {
  RoutePreference route;
  route.name = entry.at("name").get<std::string>();
  route.description = entry.value("description", "");
  section.ReadTargetList(place + "/models", entry.at("models"), own_provider, &route.models);
  if (const auto prefer = entry.find("prefer"); prefer != entry.end()) {
    route.prefer = ParsePrefer(prefer->get<std::string>()).value_or(Prefer::kNone);
  }
  if (const auto examples = entry.find("examples"); examples != entry.end()) {
    route.examples = examples->get<std::vector<std::string>>();
  }
  if (const auto cache = entry.find("cache"); cache != entry.end()) {
    route.cache = ReadCacheRule(*cache);
  }
  return route;
}

}  // namespace

const char* ToString(Prefer prefer) {
  for (const auto& [name, value] : kPreferNames) {
    if (value == prefer) return name.data();
  }
  return "none";
}

std::optional<Prefer> ParsePrefer(std::string_view name) {
  for (const auto& [known, value] : kPreferNames) {
    if (known == name) return value;
  }
  return std::nullopt;
}

void ReadPreferences(Section& section, const std::string& own_provider,
                     std::vector<RoutePreference>* preferences) {
  const json* entries = section.Find("routing_preferences");
  if (entries == nullptr) return;
  section.Mark("routing_preferences");
  for (size_t i = 0; i < entries->size(); ++i) {
    const std::string place = "/routing_preferences/" + std::to_string(i);
    RoutePreference route = ReadPreference(section, place, (*entries)[i], own_provider);
    const bool again =
        std::any_of(preferences->begin(), preferences->end(), [&](const RoutePreference& other) {
          return ToLowerAscii(other.name) == ToLowerAscii(route.name);
        });
    if (again) {
      section.Error(place + "/name", "another route is named \"" + OneLine(route.name, 80) +
                                         "\"; case makes no difference; rename one");
    } else if (ToLowerAscii(route.name) == "other") {
      section.Error(place + "/name",
                    "\"other\" stands for requests that match no route; choose another name");
    }
    if (route.description.empty()) {
      section.Warn(place,
                   "the route has no description, so requests are matched to its name alone");
    }
    preferences->push_back(std::move(route));
  }
}

void ReadAliases(Section section, std::vector<ModelAlias>* aliases) {
  const RouterConfig& config = section.config();
  for (const auto& [name, value] : section.value().items()) {
    const std::string place = "/" + PointerToken(name);
    const bool wrapped = value.is_object();
    const auto target = section.ToTarget(place + (wrapped ? "/target" : ""),
                                         (wrapped ? value.at("target") : value).get<std::string>(),
                                         config.default_provider);
    if (!target) continue;
    if (ParseTarget(config, name, "")) {
      section.Error(place, "\"" + OneLine(name, 80) +
                               "\" already means a model of that provider; choose another name");
      continue;
    }
    std::erase_if(*aliases, [&name = name](const ModelAlias& one) { return one.name == name; });
    aliases->push_back({name, *target});
    section.Mark(name);
  }
}

void ReadLongContextThreshold(Section& rules, RoutingRules* routing_rules) {
  const json* threshold = rules.Find("longContextThreshold");
  if (threshold == nullptr) return;
  rules.Mark("longContextThreshold");
  auto& all = routing_rules->long_context_thresholds;
  if (threshold->is_number()) {
    all = {{"", threshold->get<int64_t>()}};
    return;
  }
  for (const auto& [name, tokens] : threshold->items()) {
    const std::string models = name == "default" ? std::string() : ToLowerAscii(name);
    if (models.empty()) {
      all.front().tokens = tokens.get<int64_t>();
    } else {
      all.push_back({models, tokens.get<int64_t>()});
    }
  }
}

void ReadMatching(Section router, MatchingConfig* matching) {
  std::string matcher;
  if (router.Text("matcher", &matcher)) {
    matching->matcher = matcher == "model" ? Matcher::kModel : Matcher::kLocal;
  }
  router.ReadTarget("router_model", "", &matching->router_model);
  if (matching->matcher == Matcher::kModel && !matching->router_model) {
    router.Error("/matcher",
                 "\"model\" needs \"router_model\": the provider/model that matches requests, "
                 "such as ollama/arch-router");
  }
  if (const json* timeout = router.Find("router_model_timeout_ms")) {
    matching->router_model_timeout_ms = timeout->get<int64_t>();
    router.Mark("router_model_timeout_ms");
  }
  if (const json* spend = router.Find("max_switch_spend")) {
    matching->max_switch_spend_usd = spend->get<double>();
    router.Mark("max_switch_spend");
  }
  if (const json* share = router.Find("max_switch_spend_pct")) {
    matching->max_switch_spend_pct = share->get<double>();
    router.Mark("max_switch_spend_pct");
  }
  if (const json* learning = router.Find("learning")) {
    matching->learning = learning->get<bool>();
    router.Mark("learning");
  }
}

}  // namespace katra::router
