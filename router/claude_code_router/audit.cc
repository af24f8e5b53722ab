// Checks a finished config.json for what CCR would silently ignore. Much of it belongs to the user,
// so this only warns.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "router/claude_code_router/document.h"
#include "router/config/endpoint.h"

namespace katra::router::claude_code_router {
namespace {

using nlohmann::ordered_json;

constexpr std::array<std::string_view, 23> kTransformers = {"Anthropic",
                                                            "OpenAI",
                                                            "openai-responses",
                                                            "deepseek",
                                                            "gemini",
                                                            "vertex-gemini",
                                                            "vertex-claude",
                                                            "openrouter",
                                                            "vercel",
                                                            "groq",
                                                            "cerebras",
                                                            "tooluse",
                                                            "enhancetool",
                                                            "reasoning",
                                                            "forcereasoning",
                                                            "maxtoken",
                                                            "maxcompletiontokens",
                                                            "sampling",
                                                            "cleancache",
                                                            "streamoptions",
                                                            "customparams",
                                                            "image",
                                                            "claude-code"};
// Transformers that take options; for options of any other, CCR drops the whole provider (P7).
constexpr std::array<std::string_view, 7> kWithOptions = {
    "maxtoken",   "maxcompletiontokens", "sampling", "reasoning",
    "openrouter", "customparams",        "vercel"};
// CCR's own top-level members. CCR copies all top-level members into its environment (P17).
constexpr std::array<std::string_view, 20> kKnown = {"PORT",
                                                     "HOST",
                                                     "APIKEY",
                                                     "APIKEYS",
                                                     "LOG",
                                                     "LOG_LEVEL",
                                                     "API_TIMEOUT_MS",
                                                     "PROXY_URL",
                                                     "NON_INTERACTIVE_MODE",
                                                     "CLAUDE_PATH",
                                                     "ANTHROPIC_SMALL_FAST_MODEL",
                                                     "CUSTOM_ROUTER_PATH",
                                                     "REWRITE_SYSTEM_PROMPT",
                                                     "forceUseImageAgent",
                                                     "StatusLine",
                                                     "Providers",
                                                     "Router",
                                                     "fallback",
                                                     "profile",
                                                     "katra"};

template <size_t N>
bool Among(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string TextOf(const ordered_json& object, const char* member) {
  if (!object.is_object() || !object.contains(member) || !object[member].is_string()) return {};
  return object[member].get<std::string>();
}

class Auditor {
 public:
  Auditor(const ordered_json& document, const IsSet& is_set)
      : document_(document), is_set_(is_set) {}

  std::vector<std::string> Look() {
    LookAtTop();
    for (const ordered_json& provider : document_.at("Providers")) LookAtProvider(provider);
    for (const auto& [key, value] : document_.at("Router").items()) {
      if (value.is_string()) LookAtSelector("Router." + key, value.get<std::string>());
    }
    return std::move(warnings_);
  }

 private:
  void Warn(const std::string& message) { warnings_.push_back(message); }

  void LookAtTop() {
    const std::string host = TextOf(document_, "HOST");
    if (!host.empty() && !IsLoopback("http://" + host)) {
      Warn("HOST is \"" + OneLine(host, 80) +
           "\": claude-code-router is open to other computers; "
           "write 127.0.0.1 unless you mean that");
    }
    const bool logs = document_.contains("LOG") && document_["LOG"] == true;
    if (logs &&
        (TextOf(document_, "LOG_LEVEL").empty() || TextOf(document_, "LOG_LEVEL") == "debug")) {
      Warn("LOG is true at the level debug: whole prompts and answers are kept in its logs");
    }
    for (const auto& [name, value] : document_.items()) {
      if (!Among(kKnown, name) && is_set_(name)) {
        Warn("the member \"" + OneLine(name, 80) +
             "\" overrides the environment variable of that name inside claude-code-router");
      }
    }
  }

  void LookAtProvider(const ordered_json& provider) {
    const std::string name = TextOf(provider, "name");
    const std::string who = "provider \"" + OneLine(name, 80) + "\"";
    for (const char* member : {"name", "api_base_url", "api_key"}) {
      if (TextOf(provider, member).empty()) {
        Warn(who + " has no " + member + ", so claude-code-router ignores it");
      }
    }
    if (name.find_first_of(",/") != std::string::npos) {
      Warn(who + ": a name with \",\" or \"/\" cannot be routed to");
    }
    const std::string key = TextOf(provider, "api_key");
    if (key.size() >= 16 && !key.starts_with('$')) {
      Warn(who +
           ": its key is in the file; put it into an environment variable and "
           "write \"$NAME\"");
    }
    if (!provider.is_object() || !provider.contains("transformer")) return;
    const ordered_json& transformer = provider["transformer"];
    if (!transformer.is_object()) return;
    for (const auto& [key_or_model, value] : transformer.items()) {
      const bool for_all = key_or_model == "use";
      const ordered_json* use = for_all ? &value : nullptr;
      if (!for_all && value.is_object() && value.contains("use")) use = &value["use"];
      if (use != nullptr && use->is_array()) LookAtTransformers(who, *use);
    }
  }

  void LookAtTransformers(const std::string& who, const ordered_json& use) {
    const std::vector<std::string> known(kTransformers.begin(), kTransformers.end());
    for (const ordered_json& entry : use) {
      const bool with_options = entry.is_array() && !entry.empty() && entry[0].is_string();
      if (!entry.is_string() && !with_options) continue;
      const auto name = with_options ? entry[0].get<std::string>() : entry.get<std::string>();
      if (!Among(kTransformers, name)) {
        const auto near = NearestMatches(name, known, 1);
        Warn(who + ": claude-code-router ignores the transformer \"" + OneLine(name, 60) +
             "\", unless you have added it yourself" +
             (near.empty() ? "" : "; did you mean \"" + near[0] + "\"?"));
      } else if (with_options && !Among(kWithOptions, name)) {
        Warn(who + ": the transformer \"" + name +
             "\" takes no options; claude-code-router drops the whole provider because of them");
      }
    }
  }

  void LookAtSelector(const std::string& where, const std::string& selector) {
    const auto comma = selector.find(',');
    if (comma == std::string::npos) return;  // not a "provider,model"
    const std::string provider = selector.substr(0, comma);
    const std::string model = selector.substr(comma + 1);
    for (const ordered_json& known : document_.at("Providers")) {
      if (TextOf(known, "name") != provider) continue;
      const bool listed =
          known.contains("models") && known["models"].is_array() &&
          std::find(known["models"].begin(), known["models"].end(), model) != known["models"].end();
      if (!listed) {
        Warn(where + " refers to the model \"" + OneLine(model, 80) + "\", which \"" + provider +
             "\" does not list");
      }
      return;
    }
    Warn(where + " refers to the provider \"" + OneLine(provider, 80) + "\", which does not exist");
  }

  const ordered_json& document_;
  const IsSet& is_set_;
  std::vector<std::string> warnings_;
};

}  // namespace

std::vector<std::string> Audit(const ordered_json& document, const IsSet& is_set) {
  return Auditor(document, is_set).Look();
}

}  // namespace katra::router::claude_code_router
