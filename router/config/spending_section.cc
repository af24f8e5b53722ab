#include "router/config/spending_section.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/text.h"

namespace katra::router {
namespace {

using nlohmann::json;
using routing::cost::Budget;
using routing::cost::BudgetWindow;
using routing::cost::RateLimit;
using routing::cost::RateUnit;

std::vector<std::string> PersonaNames(const RouterConfig& config) {
  std::vector<std::string> names;
  for (const PersonaConfig& persona : config.personas) names.push_back(persona.name);
  return names;
}

// Empty, with an error, if there is no such provider.
std::string ProviderAt(Section& router, const std::string& place, const std::string& name) {
  const auto provider = router.config().RequireProvider(name);
  if (provider) return (*provider)->name;
  router.Error(place, provider.error().message);
  return {};
}

// The persona as its entry spells it. Sessions need no entry, so one without is only suspicious.
std::string PersonaAt(Section& router, const std::string& place, const std::string& name) {
  if (const PersonaConfig* persona = router.config().FindPersona(name)) return persona->name;
  const std::vector<std::string> known = PersonaNames(router.config());
  router.Warn(place, "no persona of this file is named \"" + OneLine(name, 80) + "\"" +
                         DidYouMean(name, known) +
                         "; the budget counts for sessions that are started with this name");
  return name;
}

bool IsSameScope(const Budget& one, const Budget& other) {
  return ToLowerAscii(one.persona) == ToLowerAscii(other.persona) &&
         one.provider == other.provider && one.window == other.window;
}

}  // namespace

const std::vector<RateMember>& RateMembers() {
  static const std::vector<RateMember> kMembers = {
      {"requests_per_second", RateUnit::kSecond, false},
      {"requests_per_minute", RateUnit::kMinute, false},
      {"requests_per_hour", RateUnit::kHour, false},
      {"requests_per_day", RateUnit::kDay, false},
      {"tokens_per_second", RateUnit::kSecond, true},
      {"tokens_per_minute", RateUnit::kMinute, true},
      {"tokens_per_hour", RateUnit::kHour, true},
      {"tokens_per_day", RateUnit::kDay, true}};
  return kMembers;
}

void ReadBudgets(Section router, std::vector<Budget>* budgets) {
  const json* entries = router.Find("budgets");
  if (entries == nullptr) return;
  router.Mark("budgets");
  for (size_t i = 0; i < entries->size(); ++i) {
    const json& entry = (*entries)[i];
    const std::string place = "/budgets/" + std::to_string(i);
    Budget budget;
    budget.window =
        entry.at("per").get<std::string>() == "month" ? BudgetWindow::kMonth : BudgetWindow::kDay;
    budget.limit_usd_micros = entry.at("usd").get<double>() * 1e6;
    budget.warn_at = entry.value("warn_at", budget.warn_at);
    budget.economise_at = entry.value("economise_at", budget.economise_at);
    if (const auto persona = entry.find("persona"); persona != entry.end()) {
      budget.persona = PersonaAt(router, place + "/persona", persona->get<std::string>());
    }
    if (const auto provider = entry.find("provider"); provider != entry.end()) {
      budget.provider = ProviderAt(router, place + "/provider", provider->get<std::string>());
    }
    const auto same = std::find_if(budgets->begin(), budgets->end(),
                                   [&](const Budget& other) { return IsSameScope(other, budget); });
    if (same != budgets->end()) {
      router.Error(place,
                   "has the persona, the provider and the time of another budget, "
                   "$.router.budgets[" +
                       std::to_string(same - budgets->begin()) + "]; keep one of them");
    }
    budgets->push_back(std::move(budget));
  }
}

void ReadRateLimits(Section router, std::vector<RateLimit>* limits) {
  const json* entries = router.Find("rate_limits");
  if (entries == nullptr) return;
  router.Mark("rate_limits");
  for (size_t i = 0; i < entries->size(); ++i) {
    const json& entry = (*entries)[i];
    const std::string place = "/rate_limits/" + std::to_string(i);
    const auto provider = entry.find("provider");
    const auto model = entry.find("model");
    if ((provider == entry.end()) == (model == entry.end())) {
      router.Error(place,
                   "needs either \"provider\", for all its models together, or \"model\", such as "
                   "\"openai/gpt-5\"");
      continue;
    }
    RateLimit limit;
    if (provider != entry.end()) {
      limit.provider = ProviderAt(router, place + "/provider", provider->get<std::string>());
    } else if (const auto target = router.ToTarget(place + "/model", model->get<std::string>(),
                                                   router.config().default_provider)) {
      limit.provider = target->provider;
      limit.model = target->model;
    }
    const size_t before = limits->size();
    for (const RateMember& member : RateMembers()) {
      const auto amount = entry.find(member.name);
      if (amount == entry.end()) continue;
      limit.unit = member.unit;
      limit.requests = member.tokens ? 0 : amount->get<int64_t>();
      limit.tokens = member.tokens ? amount->get<int64_t>() : 0;
      limits->push_back(limit);
    }
    if (limits->size() == before) {
      router.Error(place,
                   "limits nothing: add \"requests_per_minute\" or \"tokens_per_minute\" (or "
                   "second, hour or day)");
    }
  }
}

routing::cost::CacheRule ReadCacheRule(const json& rule) {
  routing::cost::CacheRule read;
  read.lifetime = std::chrono::seconds(rule.value("ttl_seconds", int64_t{read.lifetime.count()}));
  read.any_temperature = rule.value("any_temperature", read.any_temperature);
  read.tool_calls = rule.value("tool_calls", read.tool_calls);
  return read;
}

}  // namespace katra::router
