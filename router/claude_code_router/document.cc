// Writes a plan into CCR's config.json, keeping its other contents.
#include "router/claude_code_router/document.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "router/claude_code_router/script.gen.h"

namespace katra::router::claude_code_router {
namespace {

using nlohmann::ordered_json;

// The member that records what a run wrote, for the next run.
constexpr const char* kOwnMember = "katra";
constexpr const char* kRouterKeys[] = {"default",     "background", "think",
                                       "longContext", "webSearch",  "image"};

ordered_json Table(const RouteTable& routes) {
  ordered_json table = ordered_json::object();
  const std::string* const values[] = {&routes.standard,     &routes.background, &routes.think,
                                       &routes.long_context, &routes.web_search, &routes.image};
  for (size_t i = 0; i < std::size(kRouterKeys); ++i) {
    if (!values[i]->empty()) table[kRouterKeys[i]] = *values[i];
  }
  return table;
}

// "openai,gpt-5" -> "openai/gpt-5", the form of 3.x.
std::string Slashed(std::string selector) {
  if (const auto comma = selector.find(','); comma != std::string::npos) selector[comma] = '/';
  return selector;
}

ordered_json Transformer(const Upstream& upstream) {
  ordered_json use = ordered_json::array();
  for (const std::string& name : upstream.transformers) use.push_back(name);
  if (upstream.max_output_tokens > 0) {
    use.push_back({"maxtoken", {{"max_tokens", upstream.max_output_tokens}}});
  }
  ordered_json transformer = ordered_json::object();
  if (!use.empty()) transformer["use"] = use;
  for (const auto& [model, names] : upstream.model_transformers) {
    transformer[model] = {{"use", names}};
  }
  return transformer;
}

// A rule of 3.x, which discards ids that begin with "legacy-" (P9).
ordered_json Rule(const std::string& name, const char* operation, const char* right,
                  const std::string& selector) {
  return {
      {"id", "katra-" + name},
      {"name", name},
      {"enabled", true},
      {"type", "condition"},
      {"condition", {{"left", "request.body.model"}, {"operator", operation}, {"right", right}}},
      {"rewrites",
       ordered_json::array(
           {{{"key", "request.body.model"}, {"operation", "set"}, {"value", Slashed(selector)}}})}};
}

void SetMissing(ordered_json& object, const char* name, ordered_json value) {
  if (!object.contains(name)) object[name] = std::move(value);
}

ordered_json& ObjectAt(ordered_json& parent, const char* name) {
  if (!parent.contains(name) || !parent[name].is_object()) parent[name] = ordered_json::object();
  return parent[name];
}

std::string NameOf(const ordered_json& object, const char* member) {
  if (!object.is_object() || !object.contains(member) || !object[member].is_string()) return {};
  return object[member].get<std::string>();
}

class Writer {
 public:
  Writer(ordered_json& document, const Plan& plan) : document_(document), plan_(plan) {
    if (document.contains(kOwnMember) && document[kOwnMember].is_object()) {
      before_ = document[kOwnMember];
    }
  }

  std::vector<std::string> Write(const std::string& script_path, const std::string& local_key) {
    WriteTop(script_path, local_key);
    WriteProviders();
    WriteRouter();
    WriteFallback();
    WriteOwnMember();
    return std::move(warnings_);
  }

 private:
  // Whether the previous run wrote `name` into its list `list`.
  [[nodiscard]] bool WroteBefore(const char* list, const std::string& name) const {
    if (!before_.contains(list) || !before_[list].is_array()) return false;
    return std::find(before_[list].begin(), before_[list].end(), name) != before_[list].end();
  }

  void WriteTop(const std::string& script_path, const std::string& local_key) {
    if (plan_.port) document_["PORT"] = *plan_.port;
    SetMissing(document_, "PORT", 3456);
    SetMissing(document_, "HOST", "127.0.0.1");
    if (NameOf(document_, "APIKEY").empty()) document_["APIKEY"] = local_key;
    SetMissing(document_, "LOG", false);
    SetMissing(document_, "LOG_LEVEL", "info");
    SetMissing(document_, "API_TIMEOUT_MS", 600000);
    // Without this, 3.x changes the settings of Claude Code and Codex when it first starts (P11).
    SetMissing(document_, "profile", {{"enabled", false}, {"profiles", ordered_json::array()}});
    const std::string other = NameOf(document_, "CUSTOM_ROUTER_PATH");
    if (!other.empty() && other != script_path) {
      warnings_.push_back("CUSTOM_ROUTER_PATH was \"" + OneLine(other, 200) +
                          "\"; Katra's script replaces it, because only one is possible");
    }
    document_["CUSTOM_ROUTER_PATH"] = script_path;
  }

  void WriteProviders() {
    ordered_json existing = ordered_json::array();
    for (const char* name : {"Providers", "providers"}) {  // CCR reads the first that exists
      if (!existing.empty() || !document_.contains(name) || !document_[name].is_array()) continue;
      existing = document_[name];
    }
    document_.erase("providers");
    ordered_json written = ordered_json::array();
    for (const Upstream& upstream : plan_.upstreams) {
      ordered_json entry = ordered_json::object();
      for (const ordered_json& old : existing) {
        if (NameOf(old, "name") == upstream.name) entry = old;
      }
      Fill(entry, upstream);
      written.push_back(std::move(entry));
    }
    for (const ordered_json& old : existing) {
      const std::string name = NameOf(old, "name");
      const bool ours = std::any_of(plan_.upstreams.begin(), plan_.upstreams.end(),
                                    [&](const Upstream& known) { return known.name == name; });
      if (!ours && !WroteBefore("providers", name)) written.push_back(old);
    }
    document_["Providers"] = std::move(written);
  }

  void Fill(ordered_json& entry, const Upstream& upstream) {
    const std::string key = NameOf(entry, "api_key");
    if (!key.empty() && key != upstream.key && !key.starts_with('$')) {
      warnings_.push_back("provider \"" + upstream.name +
                          "\": the key that stood in the file is replaced by \"" + upstream.key +
                          "\"; it is still in the backup");
    }
    entry["name"] = upstream.name;
    entry["api_base_url"] = upstream.url;
    entry["api_key"] = upstream.key;
    ordered_json models = upstream.models;
    if (entry.contains("models") && entry["models"].is_array() &&
        !WroteBefore("providers", upstream.name)) {
      for (const ordered_json& model : entry["models"]) {
        if (std::find(models.begin(), models.end(), model) == models.end()) models.push_back(model);
      }
    }
    entry["models"] = std::move(models);
    ordered_json transformer = Transformer(upstream);
    if (transformer.empty()) {
      entry.erase("transformer");
    } else {
      entry["transformer"] = std::move(transformer);
    }
  }

  void WriteRouter() {
    ordered_json& router = ObjectAt(document_, "Router");
    const ordered_json table = Table(plan_.rules);
    for (const char* key : kRouterKeys) {
      if (table.contains(key)) {
        router[key] = table[key];
      } else if (WroteBefore("routes", key)) {
        router.erase(key);
      }
    }
    router["longContextThreshold"] = plan_.long_context_threshold_tokens;
    ordered_json rules = ordered_json::array();
    if (router.contains("rules") && router["rules"].is_array()) {
      for (const ordered_json& rule : router["rules"]) {
        if (!NameOf(rule, "id").starts_with("katra-")) rules.push_back(rule);
      }
    }
    if (!plan_.rules.background.empty()) {
      rules.push_back(Rule("background", "contains", "haiku", plan_.rules.background));
    }
    rules.push_back(Rule("default", "starts-with", "claude", plan_.rules.standard));
    router["rules"] = std::move(rules);
    if (!plan_.fallbacks.empty()) {
      ordered_json models = ordered_json::array();
      for (const std::string& selector : plan_.fallbacks) models.push_back(Slashed(selector));
      router["fallback"] = {{"mode", "model-chain"}, {"models", models}, {"retryCount", 0}};
    } else if (WroteBefore("routes", "fallback")) {
      router.erase("fallback");
    }
  }

  // In 2.x it is a top-level member.
  void WriteFallback() {
    if (!plan_.fallbacks.empty()) {
      ObjectAt(document_, "fallback")["default"] = plan_.fallbacks;
    } else if (WroteBefore("routes", "fallback") && document_.contains("fallback")) {
      document_["fallback"].erase("default");
      if (document_["fallback"].empty()) document_.erase("fallback");
    }
  }

  void WriteOwnMember() {
    ordered_json providers = ordered_json::array();
    for (const Upstream& upstream : plan_.upstreams) providers.push_back(upstream.name);
    ordered_json routes = ordered_json::array();
    const ordered_json table = Table(plan_.rules);
    for (const auto& [key, value] : table.items()) routes.push_back(key);
    if (!plan_.fallbacks.empty()) routes.push_back("fallback");
    document_[kOwnMember] = {
        {"writer", "katra-router-config"}, {"providers", providers}, {"routes", routes}};
  }

  ordered_json& document_;
  const Plan& plan_;
  ordered_json before_ = ordered_json::object();
  std::vector<std::string> warnings_;
};

}  // namespace

std::string RenderScript(const Plan& plan) {
  constexpr std::string_view kPlace = "__KATRA_TABLE__";
  ordered_json personas = ordered_json::object();
  for (const auto& [name, routes] : plan.personas) personas[name] = Table(routes);
  // Models by their bare names, except the clients' own names, which only say what kind of request
  // it is.
  ordered_json models = ordered_json::object();
  for (const Upstream& upstream : plan.upstreams) {
    for (const std::string& model : upstream.models) {
      const bool clients_own = ToLowerAscii(model).starts_with("claude");
      if (!clients_own) models[model].push_back(upstream.name + "," + model);
    }
  }
  const ordered_json table = {{"header", kPersonaHeader},
                              {"longContextThreshold", plan.long_context_threshold_tokens},
                              {"rules", Table(plan.rules)},
                              {"personas", personas},
                              {"models", models}};
  std::string text(script::EmbeddedFiles().front().text);
  return text.replace(text.find(kPlace), kPlace.size(), table.dump(2));
}

std::vector<std::string> WriteInto(ordered_json& document, const Plan& plan,
                                   const std::string& script_path, const std::string& local_key) {
  return Writer(document, plan).Write(script_path, local_key);
}

}  // namespace katra::router::claude_code_router
