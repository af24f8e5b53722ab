// Sections of personas.json, read one after another into the model.
#include "router/config/personas_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "router/config/endpoint.h"
#include "router/config/key_members.h"
#include "router/config/platform.h"
#include "router/config/quirk_names.h"
#include "router/config/routing_section.h"
#include "router/config/section.h"
#include "router/config/spending_section.h"

namespace katra::router {
namespace {

using nlohmann::json;

Provider* FindMutable(RouterConfig& config, const std::string& name) {
  const std::string wanted = ToLowerAscii(name);
  for (Provider& provider : config.providers) {
    if (provider.name == wanted) return &provider;
  }
  return nullptr;
}

Interface ReadInterface(const std::string& word) {
  return word == "anthropic"   ? Interface::kMessages
         : word == "responses" ? Interface::kResponses
                               : Interface::kChat;
}

void ReadEndpoint(Section& section, Provider& provider) {
  std::optional<Interface> interface;
  std::string word;
  if (section.Text("interface", &word)) interface = ReadInterface(word);
  std::string url;
  if (!section.Text("api_base_url", &url)) {
    if (!interface) return;
    if (!BaseUrlOf(provider, *interface).empty()) {
      provider.interface = *interface;
      provider.known_interfaces.clear();
    } else if (provider.built_in && provider.platform == Platform::kNone) {
      section.Error("/interface", provider.title + " has no " + word +
                                      "-format address of its own; give one as api_base_url");
    }
    return;
  }
  std::string version = TakeApiVersion(url);
  section.Text("api_version", &version);
  if (auto fits = CheckEndpoint(url); !fits) {
    return section.Error("/api_base_url", fits.error().message);
  }
  if (!version.empty()) provider.chat_query = "api-version=" + version;
  if (provider.azure || IsAzureHost(url)) {
    BecomeAzure(provider);
    const bool messages = interface == Interface::kMessages || url.find("/anthropic") != url.npos;
    url = CompleteAzure(url, messages, version);
    if (url.find("/openai/deployments/") != url.npos && version.empty()) {
      section.Error("/api_base_url",
                    "a deployment is requested with an api-version: add \"api_version\": "
                    "\"2024-10-21\", or give the address of the resource alone, which is then "
                    "requested at /openai/v1");
    }
  }
  if (url.starts_with("http://") && !IsLoopback(url)) {
    section.Warn("/api_base_url", "keys and prompts go to this address unencrypted (http://)");
  }
  SetEndpoint(provider, url, interface);
  // A deployment's address only serves Chat Completions.
  if (url.find("/openai/deployments/") != url.npos) provider.known_interfaces.clear();
}

void ReadPassLogin(Section& section, Provider& provider) {
  const json* pass = section.Find("pass_login");
  if (pass == nullptr) return;
  provider.pass_login = pass->get<bool>();
  section.Mark("pass_login");
  const std::string& url = BaseUrlOf(provider, provider.interface);
  if (provider.pass_login && !MayCarryLogin(url, true)) {
    section.Error(
        "/pass_login",
        "a client's login is only sent over TLS: give an https:// address as api_base_url, "
        "or leave pass_login out");
  }
}

// Models that use another API than the provider's others.
void ReadModelInterfaces(Section& section, Provider& provider) {
  const json* entries = section.Find("model_interfaces");
  if (entries == nullptr) return;
  section.Mark("model_interfaces");
  for (const auto& [name, word] : entries->items()) {
    const std::string below = "/model_interfaces/" + PointerToken(name);
    const Interface interface = ReadInterface(word.get<std::string>());
    const size_t star = name.find('*');
    if (star != std::string::npos && star + 1 != name.size()) {
      section.Error(
          below,
          "\"" + OneLine(name, 80) +
              "\": a \"*\" is only allowed at the end, to match every model with that prefix");
    } else if (star == std::string::npos && !CheckModelForm(provider, name)) {
      section.Error(below, CheckModelForm(provider, name).error().message);
    } else if (BaseUrlOf(provider, interface).empty()) {
      section.Error(
          below,
          std::string(interface == Interface::kMessages ? "there is no Messages address"
                                                        : "there is no address of OpenAI's APIs") +
              " of \"" + provider.name +
              "\": define a separate provider for these models, with its api_base_url");
    }
    provider.model_interfaces.push_back({ToLowerAscii(name), interface});
  }
}

// Where the provider's keys come from, and how they are sent.
void ReadKeys(Section& section, Provider& provider) {
  const bool new_key = ReadKeyEnvs(section, &provider.api_key_env, &provider.more_key_envs);
  ReadKeyCommand(section, provider);
  const bool azure_key = provider.name == "azure" && section.Find("api_key_env") == nullptr;
  if (azure_key && provider.key_command.empty()) provider.api_key_env = "AZURE_OPENAI_API_KEY";
  const bool has_key = !provider.api_key_env.empty() || !provider.key_command.empty();
  if (!provider.built_in && provider.platform == Platform::kNone) {
    if (section.Find("api_base_url") == nullptr) {
      section.Error(
          "",
          "\"" + provider.name +
              "\" is not a built-in provider, so it needs api_base_url, the address of its API");
    }
    // Servers of OpenAI's models support the efforts of those models.
    provider.model_efforts = FindBuiltIn("openai")->model_efforts;
    provider.auth = !has_key                                     ? Auth::kNone
                    : provider.interface == Interface::kMessages ? Auth::kBoth
                                                                 : Auth::kBearer;
  } else if ((new_key || !provider.key_command.empty()) && provider.auth == Auth::kNone &&
             has_key) {
    provider.auth = Auth::kBoth;
  }
  if (provider.azure && has_key) provider.auth = AzureAuth(provider);
  if (const json* order = section.Find("key_order")) {
    provider.key_order =
        order->get<std::string>() == "round_robin" ? KeyOrder::kRoundRobin : KeyOrder::kInOrder;
    section.Mark("key_order");
  }
  std::string word;
  if (section.Text("auth", &word)) {
    provider.auth = word == "bearer"      ? Auth::kBearer
                    : word == "x-api-key" ? Auth::kXApiKey
                    : word == "both"      ? Auth::kBoth
                    : word == "api-key"   ? Auth::kApiKey
                                          : Auth::kNone;
  }
}

void ReadLimits(Section& section, Provider& provider) {
  if (const json* limit = section.Find("max_output_tokens")) {
    provider.max_output_tokens = limit->get<int64_t>();
    section.Mark("max_output_tokens");
  }
  if (const json* window = section.Find("max_context_tokens")) {
    provider.max_context_tokens = window->get<int64_t>();
    section.Mark("max_context_tokens");
  }
  if (const json* http2 = section.Find("http2")) {
    provider.http2 = http2->get<bool>();
    section.Mark("http2");
    const std::string& url = BaseUrlOf(provider, provider.interface);
    if (provider.http2 && url.starts_with("http://")) {
      section.Warn("/http2", "needs an https:// address: this one is requested over HTTP/1.1");
    }
  }
}

void ReadModels(Section& section, Provider& provider) {
  if (const json* models = section.Find("models")) {
    provider.models = models->get<std::vector<std::string>>();
    section.Mark("models");
    for (size_t i = 0; i < provider.models.size(); ++i) {
      if (auto fits = CheckModelForm(provider, provider.models[i]); !fits) {
        section.Error("/models/" + std::to_string(i), fits.error().message);
      }
    }
    if (!provider.models.empty() &&
        section.config().OriginOf("providers." + provider.name + ".default_model").kind ==
            OriginKind::kDefault) {
      provider.default_model = provider.models.front();
    }
  }
  if (section.Text("default_model", &provider.default_model)) {
    section.CheckModel("/default_model", provider, provider.default_model);
  }
}

void ReadProvider(Section section, Provider& provider) {
  ReadPlatform(section.value(), provider, [&](std::string_view member, const std::string& what) {
    section.Error("/" + std::string(member), what);
  });
  for (const std::string_view member : kPlatformMembers) {
    if (section.Find(member) != nullptr) section.Mark(member);
  }
  ReadEndpoint(section, provider);
  ReadModelInterfaces(section, provider);
  ReadKeys(section, provider);
  ReadLimits(section, provider);
  ReadPassLogin(section, provider);
  ReadModels(section, provider);
  if (const json* quirks = section.Find("quirks")) {
    ReadQuirks(*quirks, provider.quirks);
    ReadQuirks(*quirks, provider.responses_quirks);
    if (quirks->contains("efforts")) provider.model_efforts.clear();
    section.Mark("quirks");
  }
}

void ReadPersona(Section section, const std::string& name) {
  RouterConfig& config = section.config();
  for (const PersonaConfig& other : config.personas) {
    if (ToLowerAscii(other.name) == ToLowerAscii(name)) {
      section.Error("",
                    "\"" + name + "\" and \"" + other.name + "\" differ only in case; rename one");
    }
  }
  PersonaConfig persona;
  persona.name = name;
  section.Mark("");
  section.ProviderName("provider", &persona.provider);
  const std::string own = persona.provider.empty() ? config.default_provider : persona.provider;
  if (section.Text("model", &persona.model)) {
    section.CheckModel("/model", *config.FindProvider(own), persona.model);
  }
  section.Text("description", &persona.description);
  ReadKeyEnvs(section, &persona.api_key_env, &persona.more_key_envs);
  section.Text("role", &persona.role);
  section.Text("room", &persona.room);
  section.Text("client", &persona.client);
  std::string login;
  if (section.Text("login", &login)) persona.own_login = login == "own";
  if (const json* record = section.Find("record")) {
    persona.record = record->get<bool>();
    section.Mark("record");
  }
  if (const json* window = section.Find("max_context_tokens")) {
    persona.max_context_tokens = window->get<int64_t>();
    section.Mark("max_context_tokens");
  }
  persona.limits = config.limits;
  section.Below("limits").ReadLimits(&persona.limits);
  section.Below("routing").ReadRoutes(own, &persona.routing);
  ReadPreferences(section, own, &persona.preferences);
  section.ReadTargets("fallbacks", own, &persona.fallbacks);
  config.personas.push_back(std::move(persona));
}

void FillUp(const RouterConfig& config, PersonaConfig& persona) {
  const RoutingRules& rules = config.routing_rules;
  const std::string& own_provider =
      persona.provider.empty() ? config.default_provider : persona.provider;
  // A model without a provider was read for the default provider and belongs only to it.
  const auto fits = [&](const Target& rule) { return !rule.bare || rule.provider == own_provider; };
  const auto fill = [&](std::optional<Target>& own, const std::optional<Target>& rule) {
    if (!own && rule && fits(*rule)) own = rule;
  };
  fill(persona.routing.background, rules.routes.background);
  fill(persona.routing.think, rules.routes.think);
  fill(persona.routing.long_context, rules.routes.long_context);
  fill(persona.routing.web_search, rules.routes.web_search);
  fill(persona.routing.image, rules.routes.image);
  fill(persona.routing.subagent, rules.routes.subagent);
  if (persona.preferences.empty()) persona.preferences = config.preferences;
  if (!persona.fallbacks.empty()) return;
  std::copy_if(rules.fallbacks.begin(), rules.fallbacks.end(),
               std::back_inserter(persona.fallbacks), fits);
}

}  // namespace

Provider NewProvider(const std::string& name) {
  Provider provider;
  provider.name = ToLowerAscii(name);
  provider.title = name;
  provider.client_headers = CommonClientHeaders();
  provider.azure = provider.name == "azure";  // others are recognised by their hosts
  return provider;
}

void DeclareProviders(const JsonSource& source, RouterConfig& config, Findings& findings) {
  Section section(source, config, findings, "/providers");
  std::vector<std::string> seen;
  for (const auto& [name, body] : section.value().items()) {
    const std::string lower = ToLowerAscii(name);
    if (std::find(seen.begin(), seen.end(), lower) != seen.end()) {
      section.Error("/" + PointerToken(name),
                    "another provider has this name, differing only in case; rename one");
      continue;
    }
    seen.push_back(lower);
    if (FindMutable(config, lower) != nullptr) continue;
    config.providers.push_back(NewProvider(name));
  }
}

void ApplyProviders(const JsonSource& source, RouterConfig& config, Findings& findings) {
  Section root(source, config, findings, "");
  root.ProviderName("default_provider", &config.default_provider);
  Section section = root.Below("providers");
  for (const auto& [name, body] : section.value().items()) {
    Section one = section.Below(name);
    one.Mark("");
    ReadProvider(one, *FindMutable(config, name));
  }
  Section router = root.Below("router");
  std::string kind;
  if (router.Text("kind", &kind)) {
    const bool other = kind == "claude-code-router";
    config.router_kind = other ? RouterKind::kClaudeCodeRouter : RouterKind::kGateway;
    if (other) config.router_port = 3456;
  }
  if (const json* port = router.Find("port")) {
    config.router_port = port->get<int>();
    router.Mark("port");
  }
  if (const json* record = router.Find("record")) {
    config.record = record->get<bool>();
    router.Mark("record");
  }
  if (const json* points = router.Find("cache_points")) {
    config.cache_points = points->get<bool>();
    router.Mark("cache_points");
  }
  if (const json* open = router.Find("open_metrics")) {
    config.open_metrics = open->get<bool>();
    router.Mark("open_metrics");
  }
}

void ApplyRules(const JsonSource& source, RouterConfig& config, Findings& findings) {
  Section root(source, config, findings, "");
  Section rules = root.Below("routing_rules");
  const std::string& own = config.default_provider;
  rules.ReadTarget("default", own, &config.routing_rules.default_target);
  rules.ReadRoutes(own, &config.routing_rules.routes);
  rules.ReadTargets("fallbacks", own, &config.routing_rules.fallbacks);
  ReadLongContextThreshold(rules, &config.routing_rules);
  if (root.Find("routing_preferences") != nullptr) config.preferences.clear();
  ReadPreferences(root, own, &config.preferences);
  ReadAliases(root.Below("model_aliases"), &config.aliases);
  ReadMatching(root.Below("router"), &config.matching);
  ReadRateLimits(root.Below("router"), &config.rate_limits);
  root.Below("limits").ReadLimits(&config.limits);
  if (const json* room = root.Find("default_room")) {
    config.project_rooms = *room == "project";
    root.Mark("default_room");
  }
  root.Mark("rooms");  // the store reads it
  if (const json* claims = root.Find("claims")) {
    config.claims_block = *claims == "block";
    root.Mark("claims");
  }
}

void ApplyPersonas(const JsonSource& source, RouterConfig& config, Findings& findings) {
  Section root(source, config, findings, "");
  Section section = root.Below("personas");
  for (const auto& [name, body] : section.value().items()) ReadPersona(section.Below(name), name);
  ReadBudgets(root.Below("router"), &config.budgets);
}

void CompletePersonas(RouterConfig& config) {
  for (PersonaConfig& persona : config.personas) {
    FillUp(config, persona);
    persona.key_provider = OwnTarget(config, &persona).provider;
  }
}

}  // namespace katra::router
