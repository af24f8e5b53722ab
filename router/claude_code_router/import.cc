#include "router/claude_code_router/import.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "router/claude_code_router/json5.h"
#include "router/config/endpoint.h"
#include "router/config/findings.h"
#include "router/config/json_source.h"
#include "router/providers/provider.h"

namespace katra::router::claude_code_router {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

struct Member {
  std::string_view name;
  std::string_view instead;  // what to do about it; empty: it is imported
};

constexpr std::string_view kScript =
    "is a program of your own, and not imported: its decisions can be written as scenarios and "
    "routing_preferences (docs/routing.md)";
constexpr std::string_view kNotNeeded = "is not needed";

constexpr std::array<Member, 31> kTop = {{
    {"Providers", ""},
    {"providers", ""},
    {"Router", ""},
    {"fallback", ""},
    {"PORT", "is not imported: the gateway has its own port, router.port"},
    {"HOST", kNotNeeded},
    {"APIKEY", "is not imported: `katra token create` makes a token for each client"},
    {"APIKEYS", "is not imported: `katra token create` makes a token for each client"},
    {"LOG", kNotNeeded},
    {"LOG_LEVEL", kNotNeeded},
    {"API_TIMEOUT_MS", "is not imported: `katra cli-agent` sets it"},
    {"PROXY_URL", "is not imported: set HTTPS_PROXY where the gateway is started"},
    {"NON_INTERACTIVE_MODE", "is not imported: `katra cli-agent --settings` takes it"},
    {"CLAUDE_PATH", "is not imported: `claude` is found in PATH"},
    {"ANTHROPIC_SMALL_FAST_MODEL", "is not imported: write routing_rules.background"},
    {"CUSTOM_ROUTER_PATH", kScript},
    {"REWRITE_SYSTEM_PROMPT", "is not imported: Katra does not change prompts"},
    {"forceUseImageAgent", "is not needed: routing_rules.image"},
    {"StatusLine", "is not imported: `katra statusline`"},
    {"transformers", kScript},
    {"plugins", kScript},
    {"profile", kNotNeeded},
    {"gateway", kNotNeeded},
    {"proxy", kNotNeeded},
    {"observability", kNotNeeded},
    {"agent", kNotNeeded},
    {"agents", kNotNeeded},
    {"version", kNotNeeded},
    {"$schema", kNotNeeded},
    {"presets", "is not imported"},
    {"routerTemplate", kNotNeeded},
}};

constexpr std::array<std::string_view, 25> kTransformers = {
    "Anthropic",  "OpenAI",        "openai-responses",    "deepseek",      "gemini",
    "openrouter", "vertex-gemini", "vertex-claude",       "vercel",        "groq",
    "cerebras",   "tooluse",       "enhancetool",         "reasoning",     "forcereasoning",
    "maxtoken",   "sampling",      "cleancache",          "streamoptions", "customparams",
    "openai",     "anthropic",     "maxcompletiontokens", "qwen",          "chutes-glm"};

constexpr std::array<std::string_view, 6> kScenarios = {"default",     "background", "think",
                                                        "longContext", "webSearch",  "image"};

bool IsVariable(std::string_view name) {
  const bool plain =
      !name.empty() && name.size() <= 128 &&
      name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") ==
          std::string_view::npos;
  return plain && (name[0] < '0' || name[0] > '9');
}

// "$NAME" or "${NAME}" -> "NAME"; empty: it is no reference.
std::string Reference(std::string_view text) {
  if (!text.starts_with('$')) return {};
  text.remove_prefix(1);
  if (text.starts_with('{') && text.ends_with('}')) text = text.substr(1, text.size() - 2);
  return IsVariable(text) ? std::string(text) : std::string();
}

std::string HostOf(std::string_view url) {
  const size_t begin = url.find("://");
  if (begin == std::string_view::npos) return {};
  url.remove_prefix(begin + 3);
  return ToLowerAscii(url.substr(0, url.find('/')));
}

// Whether the address is that of the built-in provider of this name.
bool IsItsOwn(const Provider* built_in, std::string_view url) {
  const std::string host = HostOf(url);
  return built_in != nullptr && !host.empty() &&
         (host == HostOf(built_in->chat_base_url) || host == HostOf(built_in->messages_base_url));
}

class Importer {
 public:
  Importer(const JsonSource& source, const std::string& file)
      : source_(source), root_(*source.document), findings_(file) {}

  Result<Imported> Import() {
    if (!root_.is_object()) {
      Error("", "expected an object in braces");
      return Pass(findings_.ToStatus());
    }
    out_["version"] = "1.0";
    CheckTop();
    for (const char* name : {"Providers", "providers"}) {
      if (root_.contains(name)) ReadProviders(std::string("/") + name, root_.at(name));
    }
    if (!out_.contains("providers")) Error("", "has no Providers, so there is nothing to import");
    if (root_.contains("Router")) ReadRouter(root_.at("Router"));
    if (root_.contains("fallback")) ReadFallback("/fallback", root_.at("fallback"));
    if (auto status = findings_.ToStatus(); !status) return Pass(std::move(status));
    return Imported{std::make_shared<const ordered_json>(std::move(out_)),
                    findings_.TakeWarnings()};
  }

 private:
  void Error(const std::string& pointer, const std::string& message) {
    findings_.AddError(LineOf(source_, pointer), ShowJsonPath(pointer, root_), message);
  }
  void Warn(const std::string& pointer, const std::string& message) {
    findings_.AddWarning(LineOf(source_, pointer), ShowJsonPath(pointer, root_), message);
  }

  void CheckTop() {
    std::vector<std::string> names;
    for (const Member& member : kTop) names.emplace_back(member.name);
    for (const auto& [name, value] : root_.items()) {
      const auto* known = std::find_if(
          kTop.begin(), kTop.end(), [&name = name](const Member& one) { return one.name == name; });
      const std::string pointer = "/" + PointerToken(name);
      if (known == kTop.end()) {
        Warn(pointer, "is not known, and not imported" + DidYouMean(name, names));
      } else if (!known->instead.empty() && known->instead != kNotNeeded) {
        Warn(pointer, std::string(known->instead));
      }
    }
  }

  // The text of a member; empty, with an error, if it is none or missing.
  std::string Text(const std::string& pointer, const json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end()) {
      Error(pointer, std::string("has no ") + name);
    } else if (!found->is_string() || found->get<std::string>().empty()) {
      Error(pointer + "/" + name, "expected a text");
    } else {
      return found->get<std::string>();
    }
    return {};
  }

  void ReadProviders(const std::string& pointer, const json& list) {
    if (!list.is_array()) return Error(pointer, "expected a list of providers");
    for (size_t i = 0; i < list.size(); ++i) {
      const std::string place = pointer + "/" + std::to_string(i);
      if (!list[i].is_object()) {
        Error(place, "expected an object with name, api_base_url, api_key and models");
        continue;
      }
      ReadProvider(place, list[i]);
    }
  }

  void ReadProvider(const std::string& place, const json& entry) {
    const std::string name = ToLowerAscii(Text(place, entry, "name"));
    const char* url_name = entry.contains("baseUrl") ? "baseUrl" : "api_base_url";
    std::string url = Text(place, entry, url_name);
    if (name.empty() || url.empty()) return;
    if (!IsProviderName(name)) {
      return Error(place + "/name", "\"" + OneLine(name, 60) +
                                        "\" cannot name a provider: letters, digits, _, - and ., a "
                                        "letter or digit first, at most 64 characters");
    }
    if (out_.contains("providers") && out_["providers"].contains(name)) {
      return Error(place + "/name", "another provider has this name; case makes no difference");
    }
    if (auto fits = CheckEndpoint(url); !fits) {
      return Error(place + "/" + url_name, fits.error().message);
    }
    ordered_json provider = ordered_json::object();
    const Provider* built_in = FindBuiltIn(name);
    const bool gemini = url.find("/v1beta/models") != std::string::npos;
    if (gemini) url = FindBuiltIn("gemini")->chat_base_url;
    if (!IsItsOwn(built_in, url)) {
      provider["api_base_url"] = url;
      provider["interface"] = gemini ? "openai" : InterfaceOf(entry, url);
    }
    ReadKey(place, entry, name, url, provider);
    ReadModels(place, entry, provider);
    ReadTransformer(place, entry, provider);
    out_["providers"][name] = std::move(provider);
  }

  static std::string InterfaceOf(const json& entry, std::string_view url) {
    const std::string used = entry.value("transformer", json::object()).dump();
    const std::string type = entry.contains("type") ? entry["type"].dump() : "";
    if (url.ends_with("/messages") || used.find("\"Anthropic\"") != std::string::npos ||
        type == "\"anthropic_messages\"") {
      return "anthropic";
    }
    const bool responses = url.ends_with("/responses") ||
                           used.find("\"openai-responses\"") != std::string::npos ||
                           type == "\"openai_responses\"";
    return responses ? "responses" : "openai";
  }

  void ReadKey(const std::string& place, const json& entry, const std::string& name,
               const std::string& url, ordered_json& provider) {
    const char* member = entry.contains("apiKey") ? "apiKey" : "api_key";
    const auto found = entry.find(member);
    if (found == entry.end()) return;
    if (!found->is_string()) return Error(place + "/" + member, "expected a text");
    const std::string variable = Reference(found->get<std::string>());
    if (!variable.empty()) {
      provider["api_key_env"] = variable;
    } else if (IsLoopback(url)) {
      provider["api_key_env"] = "";
    } else {
      const Provider* built_in = FindBuiltIn(name);
      const std::string usual = built_in != nullptr && !built_in->api_key_env.empty()
                                    ? built_in->api_key_env
                                    : ConfPrefix(name) + "_API_KEY";
      provider["api_key_env"] = usual;
      // The key itself is never shown.
      Warn(place + "/" + member,
           "is a key, and not imported: put it into the environment variable " + usual);
    }
  }

  void ReadModels(const std::string& place, const json& entry, ordered_json& provider) {
    const auto found = entry.find("models");
    if (found == entry.end()) return;
    if (!found->is_array()) return Error(place + "/models", "expected a list of names");
    ordered_json models = ordered_json::array();
    for (size_t i = 0; i < found->size(); ++i) {
      const json& model = (*found)[i];
      if (!model.is_string() || model.get<std::string>().empty()) {
        Error(place + "/models/" + std::to_string(i), "expected the name of a model");
      } else if (const ordered_json name = model.get<std::string>();
                 std::find(models.begin(), models.end(), name) == models.end()) {
        models.push_back(name);
      }
    }
    if (!models.empty()) provider["models"] = std::move(models);
  }

  void ReadTransformer(const std::string& place, const json& entry, ordered_json& provider) {
    const auto transformer = entry.find("transformer");
    if (transformer == entry.end()) return;
    if (!transformer->is_object()) return Error(place + "/transformer", "expected an object");
    const auto use = transformer->find("use");
    if (use == transformer->end()) return;
    if (!use->is_array()) return Error(place + "/transformer/use", "expected a list");
    for (size_t i = 0; i < use->size(); ++i) {
      const json& one = (*use)[i];
      const json& name = one.is_array() && !one.empty() ? one[0] : one;
      const std::string at = place + "/transformer/use/" + std::to_string(i);
      if (!name.is_string()) {
        Error(at, "expected a transformer's name, or a list of its name and options");
        continue;
      }
      const auto word = name.get<std::string>();
      if (std::find(kTransformers.begin(), kTransformers.end(), word) == kTransformers.end()) {
        const std::vector<std::string> known(kTransformers.begin(), kTransformers.end());
        Warn(at, "\"" + OneLine(word, 60) +
                     "\" is not one of claude-code-router's transformers, "
                     "and not imported" +
                     DidYouMean(word, known));
      }
      const bool limits = word == "maxtoken" && one.is_array() && one.size() > 1 &&
                          one[1].is_object() && one[1].contains("max_tokens") &&
                          one[1]["max_tokens"].is_number_integer();
      if (limits) provider["max_output_tokens"] = one[1]["max_tokens"];
    }
  }

  // "provider,model" or "provider/model" of the file; empty, with an error, if it is none.
  std::string Target(const std::string& pointer, const json& value) {
    if (!value.is_string()) {
      Error(pointer, "expected \"provider,model\"");
      return {};
    }
    const auto text = value.get<std::string>();
    size_t gap = text.find(',');
    if (gap == std::string::npos) gap = text.find('/');
    const std::string name = ToLowerAscii(Trim(text.substr(0, gap)));
    std::vector<std::string> names;
    if (out_.contains("providers")) {
      for (const auto& [one, body] : out_["providers"].items()) names.push_back(one);
    }
    if (gap == std::string::npos || Trim(text.substr(gap + 1)).empty()) {
      Error(pointer, "\"" + OneLine(text, 80) + "\" is not a \"provider,model\"");
    } else if (std::find(names.begin(), names.end(), name) == names.end()) {
      Error(pointer, "\"" + OneLine(name, 60) + "\" is no provider of this file; it has: " +
                         OneLine(Join(names, ", "), 300) + DidYouMean(name, names));
    } else {
      return name + "," + std::string(Trim(text.substr(gap + 1)));
    }
    return {};
  }

  void ReadRouter(const json& router) {
    if (!router.is_object()) return Error("/Router", "expected an object");
    for (const auto& [name, value] : router.items()) {
      const std::string pointer = "/Router/" + PointerToken(name);
      const bool scenario =
          std::find(kScenarios.begin(), kScenarios.end(), name) != kScenarios.end();
      if (scenario) {
        const bool unset = value.is_string() && value.get_ref<const std::string&>().empty();
        if (value.is_null() || unset) continue;
        const std::string target = Target(pointer, value);
        if (!target.empty()) out_["routing_rules"][name] = target;
      } else if (name == "longContextThreshold") {
        const bool fits = value.is_number_integer() && value.get<int64_t>() >= 1000 &&
                          value.get<int64_t>() <= 10'000'000;
        if (fits) {
          out_["routing_rules"][name] = value;
        } else {
          Error(pointer, "expected a number of tokens from 1000 to 10000000");
        }
      } else if (name == "rules") {
        ReadRules(value);
      } else if (name == "fallback") {
        ReadFallback("/Router/fallback", value);
      } else if (name != "builtInRules") {
        std::vector<std::string> known(kScenarios.begin(), kScenarios.end());
        known.insert(known.end(), {"longContextThreshold", "rules", "fallback"});
        Warn(pointer, "is not known, and not imported" + DidYouMean(name, known));
      }
    }
  }

  // Rules of 3.x: those that look at the model's name are scenarios.
  void ReadRules(const json& rules) {
    if (!rules.is_array()) return Error("/Router/rules", "expected a list of rules");
    for (size_t i = 0; i < rules.size(); ++i) {
      const std::string place = "/Router/rules/" + std::to_string(i);
      const json& rule = rules[i];
      if (!rule.is_object()) {
        Error(place, "expected an object");
        continue;
      }
      if (rule.value("enabled", json(true)) == false) continue;
      if (rule.value("type", json()) == "script") {
        Warn(place, std::string(kScript));
        continue;
      }
      const std::string scenario = ScenarioOf(rule);
      const json rewrites = rule.value("rewrites", json::array());
      const bool plain = !scenario.empty() && rewrites.is_array() && rewrites.size() == 1 &&
                         rewrites[0].is_object() &&
                         rewrites[0].value("key", json()) == "request.body.model" &&
                         rewrites[0].contains("value");
      if (!plain) {
        Warn(place,
             "is not imported: only conditions on the model's name that mean "
             "background (contains haiku) or default (starts-with claude) are; see "
             "docs/routing.md");
        continue;
      }
      const std::string target = Target(place + "/rewrites/0/value", rewrites[0]["value"]);
      if (!target.empty() && !out_["routing_rules"].contains(scenario)) {
        out_["routing_rules"][scenario] = target;
      }
    }
  }

  static std::string ScenarioOf(const json& rule) {
    const json condition = rule.value("condition", json::object());
    if (!condition.is_object() || condition.value("left", json()) != "request.body.model")
      return {};
    const json op = condition.value("operator", json());
    const json right = condition.value("right", json());
    if (op == "contains" && right == "haiku") return "background";
    if (op == "starts-with" && right == "claude") return "default";
    return {};
  }

  // {default: ["p,m"]} of 2.x, {models: […]} of 3.x.
  void ReadFallback(const std::string& pointer, const json& fallback) {
    if (!fallback.is_object()) return Error(pointer, "expected an object");
    for (const auto& [name, value] : fallback.items()) {
      const std::string place = pointer + "/" + PointerToken(name);
      if (name == "mode" || name == "retryCount") continue;
      if (name != "default" && name != "models") {
        Warn(place, "is not imported: the fallbacks of routing_rules are for all scenarios");
        continue;
      }
      if (!value.is_array()) {
        Error(place, "expected a list of \"provider,model\"");
        continue;
      }
      for (size_t i = 0; i < value.size(); ++i) {
        const std::string target = Target(place + "/" + std::to_string(i), value[i]);
        ordered_json& all = out_["routing_rules"]["fallbacks"];
        if (!all.is_array()) all = ordered_json::array();
        if (!target.empty() && std::find(all.begin(), all.end(), target) == all.end()) {
          all.push_back(target);
        }
      }
    }
  }

  const JsonSource& source_;
  const json& root_;
  Findings findings_;
  ordered_json out_ = ordered_json::object();
};

}  // namespace

Result<Imported> ImportConfig(std::string_view text, const std::string& file) {
  const auto source = ParseJsonSource(StrictJson(text), file);
  if (!source) return tl::unexpected<Error>(source.error());
  return Importer(*source, file).Import();
}

}  // namespace katra::router::claude_code_router
