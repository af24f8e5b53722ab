#include "router/config/plano/file.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "router/config/plano/draft.h"
#include "router/config/plano/rates.h"
#include "router/config/plano/report.h"
#include "router/config/plano/routes.h"
#include "router/config/plano/yaml_source.h"

namespace katra::router::plano {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kNoAgents = "Katra serves coding agents, which bring their own";
constexpr std::string_view kOwnRecords = "Katra keeps its own records: `katra usage`";
constexpr std::string_view kOwnSessions = "Katra keeps its own record of sessions";

constexpr std::string_view kVersions[] = {"v0.1",  "v0.1.0", "0.1-beta",
                                          "0.2.0", "v0.3.0", "v0.4.0"};

constexpr Known kTop[] = {{"version"},
                          {"listeners"},
                          {"model_providers"},
                          {"llm_providers"},
                          {"model_aliases"},
                          {"routing_preferences"},
                          {"model_metrics_sources"},
                          {"routing"},
                          {"prompt_caching"},
                          {"overrides"},
                          {"ratelimits"},
                          {"tracing", kOwnRecords},
                          {"mode", "there is one mode"},
                          {"endpoints", kNoAgents},
                          {"agents", kNoAgents},
                          {"filters", kNoAgents},
                          {"prompt_targets", kNoAgents},
                          {"prompt_guards", kNoAgents},
                          {"system_prompt", kNoAgents},
                          {"state_storage", kOwnSessions}};

constexpr Known kListener[] = {
    {"name"},
    {"type"},
    {"port"},
    {"address"},
    {"timeout"},
    {"message_format"},
    {"max_retries", "a request that fails goes to the other models of its route and to fallbacks"},
    {"router", kNoAgents},
    {"agents", kNoAgents},
    {"input_filters", kNoAgents},
    {"output_filters", kNoAgents}};

constexpr Known kTraffic[] = {{"ingress_traffic", kNoAgents}, {"egress_traffic"}};

constexpr std::string_view kListenerTypes[] = {"model", "prompt", "agent"};
constexpr std::string_view kMetricTypes[] = {"cost", "latency"};

constexpr Known kRouting[] = {
    {"llm_provider"},
    {"model", "the router model is overrides.llm_routing_model"},
    {"session_ttl_seconds", kOwnSessions},
    {"session_max_entries", kOwnSessions},
    {"session_cache", kOwnSessions},
    {"routing_budget"},
    {"route_on_user_only", "Katra always decides once per turn of the user"}};

constexpr Known kBudget[] = {
    {"max_switch_spend_pct"},
    {"replenish_on_rebind", "the budget is one sum per session"},
    {"cache_read_discount", "Katra knows the prices of cached tokens by model"},
    {"record_counterfactual", kOwnRecords}};

constexpr Known kCaching[] = {
    {"enabled"},
    {"session_affinity", "Katra always keeps a session at its model through a turn"},
    {"inject_cache_control"},
    {"min_prefix_tokens", "cache points are set by the provider's own rules"},
    {"session_ttl_seconds", kOwnSessions}};

constexpr Known kOverrides[] = {
    {"llm_routing_model"},
    {"agent_orchestration_model", kNoAgents},
    {"orchestrator_model_context_length", "the router model is given what fits"},
    {"upstream_connect_timeout", "start the gateway with --connect-timeout"},
    {"upstream_tls_ca_path", "start the gateway with --ca-file"},
    {"disable_signals", "Katra analyses no conversations"},
    {"prompt_target_intent_matching_threshold", kNoAgents},
    {"optimize_context_window", kNoAgents},
    {"use_agent_orchestrator", kNoAgents}};

constexpr Known kMetrics[] = {{"type"},  {"provider"},      {"url"},
                              {"query"}, {"model_aliases"}, {"refresh_interval"}};

// "300s", "5m", "250ms", "1h", or a number of seconds. nullopt: none of them.
std::optional<int64_t> Milliseconds(std::string_view text) {
  size_t digits = 0;
  int64_t number = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9' && digits < 9) {
    number = number * 10 + (text[digits++] - '0');
  }
  const std::string_view unit = text.substr(digits);
  const int64_t factor = unit == "ms"                  ? 1
                         : unit == "s" || unit.empty() ? 1'000
                         : unit == "m"                 ? 60'000
                         : unit == "h"                 ? 3'600'000
                                                       : 0;
  if (digits == 0 || factor == 0 || number == 0) return std::nullopt;
  return std::min<int64_t>(number * factor, 86'400'000);
}

class Reader {
 public:
  Reader(const YamlNode& root, const std::string& file, const Variables& variables)
      : root_(root), file_(file), variables_(variables), findings_(file), report_(findings_) {}

  Result<PlanoFile> Read() {
    report_.CheckMembers(root_, "$", kTop);
    ReadVersion();
    PlanoFile result;
    ReadListeners(result);
    const YamlMember* list = ProviderList();
    if (list == nullptr) return Pass(findings_.ToStatus());
    const Entries entries(list->value(), "$." + list->name, variables_, report_);
    const Entry* standing = entries.Default() != nullptr ? entries.Default() : entries.First();
    WriteProviders(entries, result);
    if (const Entry* chosen = entries.Default()) {
      const YamlNode& mark = *chosen->node->Find("default");
      draft_.Set("/default_provider", chosen->provider, mark.place, chosen->path + ".default");
      draft_.Set("/providers/" + PointerToken(chosen->provider) + "/default_model", chosen->model,
                 mark.place, chosen->path + ".default");
      draft_.Set("/routing_rules/default", chosen->provider + "," + chosen->model, mark.place,
                 chosen->path + ".default");
    } else if (standing != nullptr) {
      result.overlay.standing_default = standing->provider + "," + standing->model;
    }
    ReadMetrics();
    ReadAllPreferences(root_, entries, report_, draft_);
    ReadAllAliases(root_, entries, standing, report_, draft_);
    ReadRouterModel(root_, entries, report_, draft_);
    ReadRateLimits(root_, entries, report_, draft_);
    ReadRouting();
    ReadCaching();
    CheckSection("overrides", kOverrides);
    if (auto status = findings_.ToStatus(); !status) return Pass(std::move(status));
    result.overlay.file = file_;
    result.document = std::make_shared<const ordered_json>(draft_.document());
    result.overlay.source = draft_.TakeSource();
    result.overlay.warnings = findings_.TakeWarnings();
    return result;
  }

 private:
  // The map of a section; nullptr if there is none.
  const YamlNode* CheckSection(const std::string& name, std::span<const Known> known) {
    const YamlNode* section = root_.Find(name);
    if (section == nullptr || section->kind == YamlKind::kNull) return nullptr;
    if (!report_.Expect(section, YamlKind::kMap, "$." + name)) return nullptr;
    report_.CheckMembers(*section, "$." + name, known);
    return section;
  }

  void ReadVersion() {
    const YamlNode* version = root_.Find("version");
    if (report_.Expect(version, YamlKind::kScalar, "$.version")) {
      static_cast<void>(report_.OneOf(*version, "$.version", kVersions));
    }
  }

  const YamlMember* ProviderList() {
    const YamlMember* list = root_.FindMember("model_providers");
    const YamlMember* old = root_.FindMember("llm_providers");
    if (list != nullptr && old != nullptr) {
      report_.Error(old->place, "$.llm_providers",
                    "model_providers on line " + std::to_string(list->place.line) +
                        " is the same under its newer name; write all entries there");
      return nullptr;
    }
    if (list == nullptr) list = old;
    if (list == nullptr) {
      report_.Error(root_.place, "$",
                    "has no providers: write model_providers (or llm_providers) with at least one "
                    "entry");
    }
    return list;
  }

  void ReadListeners(PlanoFile& result) {
    const YamlNode* listeners = root_.Find("listeners");
    if (listeners == nullptr || listeners->kind == YamlKind::kNull) return;
    if (listeners->kind == YamlKind::kMap) {
      report_.CheckMembers(*listeners, "$.listeners", kTraffic);
      if (const YamlNode* egress = listeners->Find("egress_traffic")) {
        ReadListener(*egress, "$.listeners.egress_traffic", result);
      }
      return;
    }
    if (!report_.Expect(listeners, YamlKind::kList, "$.listeners")) return;
    bool seen = false;
    for (size_t i = 0; i < listeners->items.size(); ++i) {
      const YamlNode& one = listeners->items[i];
      const std::string path = "$.listeners[" + std::to_string(i) + "]";
      if (!report_.Expect(&one, YamlKind::kMap, path)) continue;
      const YamlNode* type = one.Find("type");
      if (type == nullptr) {
        report_.Error(one.place, path, "has no type: model, prompt or agent");
      } else if (!report_.OneOf(*type, path + ".type", kListenerTypes)) {
        continue;
      } else if (type->text != "model") {
        report_.Warn(one.place, path, "is not used: " + std::string(kNoAgents));
      } else if (seen) {
        report_.Error(one.place, path, "there is one listener of type model");
      } else {
        seen = true;
        ReadListener(one, path, result);
      }
    }
  }

  void ReadListener(const YamlNode& node, const std::string& path, PlanoFile& result) {
    if (!report_.Expect(&node, YamlKind::kMap, path)) return;
    report_.CheckMembers(node, path, kListener);
    if (const auto port = report_.Number(node, "port", path, 1, 65535)) {
      draft_.Set("/router/port", static_cast<int>(*port), node.Find("port")->place, path + ".port");
    }
    const std::string address = report_.Text(node, "address", path);
    if (!address.empty() && address != "127.0.0.1" && address != "localhost") {
      report_.Warn(node.Find("address")->place, path + ".address",
                   "is not used: the gateway listens on 127.0.0.1. For another address start it "
                   "with --address and --insecure-listen");
    }
    const YamlNode* timeout = node.Find("timeout");
    if (!report_.Expect(timeout, YamlKind::kScalar, path + ".timeout")) return;
    result.timeout_ms = Milliseconds(timeout->text);
    if (!result.timeout_ms) {
      report_.Error(timeout->place, path + ".timeout",
                    "expected a time such as 300s, 5m or 1500ms; found \"" +
                        OneLine(timeout->text, 40) + "\"");
    }
  }

  void WriteProviders(const Entries& entries, PlanoFile& result) {
    for (const Entry& entry : entries.all()) {
      const std::string pointer = "/providers/" + PointerToken(entry.provider);
      const YamlPlace place = entry.node->place;
      if (!draft_.Has(pointer)) WriteProvider(entry, pointer, result);
      if (!entry.wildcard() && !entry.routes_only()) {
        const std::string models = pointer + "/models";
        ordered_json list = draft_.Has(models)
                                ? draft_.document().at(ordered_json::json_pointer(models))
                                : ordered_json::array();
        if (std::find(list.begin(), list.end(), entry.model) == list.end()) {
          list.push_back(entry.model);
        }
        draft_.Set(models, std::move(list), place, entry.path + ".model");
      }
      // Asked for by its full name, it would be looked for at the provider of the first word.
      if (entry.provider != ToLowerAscii(entry.prefix) && !entry.wildcard()) {
        result.overlay.full_names[entry.full] = entry.provider + "," + entry.model;
      }
    }
  }

  void WriteProvider(const Entry& entry, const std::string& pointer, PlanoFile& result) {
    draft_.Set(pointer, ordered_json::object(), entry.node->place, entry.path);
    const auto place = [&](const char* member) {
      const YamlNode* value = entry.node->Find(member);
      return value == nullptr ? entry.node->place : value->place;
    };
    if (!entry.like.empty()) {
      result.overlay.like[entry.provider] = entry.like;
    } else if (!entry.base_url.empty()) {
      draft_.Set(pointer + "/api_base_url", entry.base_url, place("base_url"),
                 entry.path + ".base_url");
      draft_.Set(pointer + "/interface", entry.interface, place("base_url"),
                 entry.path + ".base_url");
    }
    // At another address the built-in provider's own key must not be used.
    if (!entry.key_env.empty() || entry.node->Find("base_url") != nullptr || entry.pass_login) {
      draft_.Set(pointer + "/api_key_env", entry.key_env, place("access_key"),
                 entry.path + ".access_key");
    }
    if (entry.pass_login) {
      draft_.Set(pointer + "/pass_login", true, place("passthrough_auth"),
                 entry.path + ".passthrough_auth");
    }
  }

  void ReadMetrics() {
    const YamlNode* sources = root_.Find("model_metrics_sources");
    const std::string path = "$.model_metrics_sources";
    if (!report_.Expect(sources, YamlKind::kList, path)) return;
    std::vector<std::string> seen;
    for (size_t i = 0; i < sources->items.size(); ++i) {
      const YamlNode& one = sources->items[i];
      const std::string at = path + "[" + std::to_string(i) + "]";
      if (!report_.Expect(&one, YamlKind::kMap, at)) continue;
      report_.CheckMembers(one, at, kMetrics);
      const YamlNode* type = one.Find("type");
      if (type == nullptr) {
        report_.Error(one.place, at, "has no type: cost or latency");
        continue;
      }
      if (!report_.OneOf(*type, at + ".type", kMetricTypes)) continue;
      if (std::find(seen.begin(), seen.end(), type->text) != seen.end()) {
        report_.Error(type->place, at + ".type", "there is one source of this type");
      }
      seen.push_back(type->text);
      report_.Warn(one.place, at,
                   type->text == "cost"
                       ? "nothing is fetched: Katra takes prices from its own table and from "
                         "router/prices.json in its home"
                       : "nothing is fetched: Katra measures latency itself");
    }
  }

  void ReadRouting() {
    const YamlNode* routing = CheckSection("routing", kRouting);
    if (routing == nullptr) return;
    const YamlNode* budget = routing->Find("routing_budget");
    const std::string path = "$.routing.routing_budget";
    if (!report_.Expect(budget, YamlKind::kMap, path)) return;
    report_.CheckMembers(*budget, path, kBudget);
    const auto share = report_.Number(*budget, "max_switch_spend_pct", path, 0, 100);
    if (budget->Find("max_switch_spend_pct") == nullptr) {
      report_.Error(budget->place, path, "has no max_switch_spend_pct, from 0 to 100");
    }
    if (!share) return;
    const YamlPlace place = budget->Find("max_switch_spend_pct")->place;
    draft_.Set("/router/max_switch_spend_pct", *share, place, path + ".max_switch_spend_pct");
  }

  void ReadCaching() {
    const YamlNode* caching = CheckSection("prompt_caching", kCaching);
    if (caching == nullptr) return;
    const auto enabled = report_.Boolean(*caching, "enabled", "$.prompt_caching");
    const auto inject = report_.Boolean(*caching, "inject_cache_control", "$.prompt_caching");
    if (enabled.value_or(true) && inject.value_or(true)) return;
    const char* member = enabled.value_or(true) ? "inject_cache_control" : "enabled";
    draft_.Set("/router/cache_points", false, caching->Find(member)->place,
               std::string("$.prompt_caching.") + member);
  }

  const YamlNode& root_;
  const std::string& file_;
  const Variables& variables_;
  Findings findings_;
  Report report_;
  Draft draft_;
};

}  // namespace

Result<PlanoFile> ReadPlanoFile(std::string_view text, const std::string& file,
                                const Variables& variables) {
  const auto root = ParseYaml(text, file);
  if (!root) return tl::unexpected<Error>(root.error());
  return Reader(*root, file, variables).Read();
}

}  // namespace katra::router::plano
