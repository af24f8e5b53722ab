// Sections of personas.json, read one after another into the model.
#include "router/config/personas_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "router/config/endpoint.h"
#include "router/config/quirk_names.h"

namespace katra::router {
namespace {

using nlohmann::json;

// One object of the file: its members by name, each with its place.
class Section {
 public:
  Section(const JsonSource& source, RouterConfig& config, Findings& findings, std::string pointer)
      : source_(source), config_(config), findings_(findings), pointer_(std::move(pointer)) {
    const json::json_pointer place(pointer_);
    if (source_.document->contains(place)) value_ = &source_.document->at(place);
  }

  [[nodiscard]] const json& value() const {
    static const json kEmpty = json::object();
    return value_ == nullptr ? kEmpty : *value_;
  }

  [[nodiscard]] Section Below(std::string_view name) const {
    return {source_, config_, findings_, pointer_ + "/" + PointerToken(name)};
  }

  [[nodiscard]] const json* Find(std::string_view name) const {
    const auto found = value().find(name);
    return found == value().end() ? nullptr : &*found;
  }

  // Fills `out` and writes down the origin when the member is there.
  bool Text(std::string_view name, std::string* out) {
    const json* member = Find(name);
    if (member == nullptr) return false;
    *out = member->get<std::string>();
    Mark(name);
    return true;
  }

  void Mark(std::string_view name) {
    const std::string pointer = name.empty() ? pointer_ : pointer_ + "/" + PointerToken(name);
    const std::string path = ShowJsonPath(pointer, *source_.document);
    std::string key = path.size() > 2 ? path.substr(2) : path;
    // A provider's name is lower case in the model, whatever the file says.
    if (key.starts_with("providers.")) key = ToLowerAscii(key);
    config_.origins[key] = {OriginKind::kPersonasFile, config_.personas_path,
                            LineOf(source_, pointer), path};
  }

  void Error(const std::string& below, const std::string& message) {
    const std::string pointer = pointer_ + below;
    findings_.AddError(LineOf(source_, pointer), ShowJsonPath(pointer, *source_.document), message);
  }
  void Warn(const std::string& below, const std::string& message) {
    const std::string pointer = pointer_ + below;
    findings_.AddWarning(LineOf(source_, pointer), ShowJsonPath(pointer, *source_.document),
                         message);
  }

  // The provider of that name, in the spelling of the model; an error otherwise.
  bool ProviderName(std::string_view name, std::string* out) {
    const auto said = name.empty() ? std::string() : "/" + std::string(name);
    const json* member = Find(name);
    if (member == nullptr) return false;
    const auto provider = config_.RequireProvider(member->get<std::string>());
    if (!provider) {
      Error(said, provider.error().message);
      return false;
    }
    *out = (*provider)->name;
    Mark(name);
    return true;
  }

  void ReadTarget(std::string_view name, const std::string& own_provider,
                  std::optional<Target>* out) {
    const json* member = Find(name);
    if (member == nullptr) return;
    *out = ToTarget("/" + std::string(name), member->get<std::string>(), own_provider);
    Mark(name);
  }

  void ReadTargets(std::string_view name, const std::string& own_provider,
                   std::vector<Target>* out) {
    const json* member = Find(name);
    if (member == nullptr) return;
    for (size_t i = 0; i < member->size(); ++i) {
      const auto target = ToTarget("/" + std::string(name) + "/" + std::to_string(i),
                                   (*member)[i].get<std::string>(), own_provider);
      if (!target) continue;
      if (std::find(out->begin(), out->end(), *target) != out->end()) {
        Warn("/" + std::string(name) + "/" + std::to_string(i), "stands in this list already");
      } else {
        out->push_back(*target);
      }
    }
    Mark(name);
  }

  void ReadRoutes(const std::string& own_provider, Routes* routes) {
    ReadTarget("background", own_provider, &routes->background);
    ReadTarget("think", own_provider, &routes->think);
    ReadTarget("longContext", own_provider, &routes->long_context);
    ReadTarget("webSearch", own_provider, &routes->web_search);
    ReadTarget("image", own_provider, &routes->image);
  }

  // Over what `limits` holds already.
  void ReadLimits(Limits* limits) {
    for (const LimitName& limit : kLimitNames) {
      const json* member = Find(limit.name);
      if (member == nullptr) continue;
      limit.of(*limits) = member->get<int64_t>();
      Mark(limit.name);
    }
  }

  void CheckModel(const std::string& below, const Provider& provider, const std::string& model) {
    if (auto fits = CheckModelForm(provider, model); !fits) {
      return Error(below, fits.error().message);
    }
    const bool listed =
        provider.models.empty() || provider.built_in ||
        std::find(provider.models.begin(), provider.models.end(), model) != provider.models.end();
    if (!listed) {
      Warn(below, "model \"" + OneLine(model, 80) + "\" is not among the models of \"" +
                      provider.name + "\": " + OneLine(Join(provider.models, ", "), 200) +
                      DidYouMean(model, provider.models));
    }
  }

  [[nodiscard]] RouterConfig& config() const { return config_; }

 private:
  std::optional<Target> ToTarget(const std::string& below, const std::string& text,
                                 const std::string& own_provider) {
    const auto target = ParseTarget(config_, text, own_provider);
    if (!target) {
      Error(below, target.error().message);
      return std::nullopt;
    }
    const Provider* own = config_.FindProvider(own_provider);
    if (own != nullptr && own->model_form == ModelForm::kVendorSlash &&
        text.find(',') == std::string::npos && target->provider != own->name) {
      Warn(below, "\"" + OneLine(text, 80) + "\" is read as the provider \"" + target->provider +
                      "\"; write \"" + own->name + "," + OneLine(text, 80) +
                      "\" for that model at " + own->title);
    }
    CheckModel(below, *config_.FindProvider(target->provider), target->model);
    Target read = *target;
    read.bare = text.find(',') == std::string::npos && !NamesProvider(text);
    return read;
  }

  // Whether what stands before the first slash is a provider.
  [[nodiscard]] bool NamesProvider(const std::string& text) const {
    const auto slash = text.find('/');
    return slash != std::string::npos && config_.FindProvider(text.substr(0, slash)) != nullptr;
  }

  const JsonSource& source_;
  RouterConfig& config_;
  Findings& findings_;
  std::string pointer_;
  const json* value_ = nullptr;
};

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
    } else if (provider.built_in) {
      section.Error("/interface", provider.title + " has no " + word +
                                      "-format address of its own; give one as api_base_url");
    }
    return;
  }
  if (auto fits = CheckEndpoint(url); !fits) {
    return section.Error("/api_base_url", fits.error().message);
  }
  if (url.starts_with("http://") && !IsLoopback(url)) {
    section.Warn("/api_base_url", "keys and prompts go to this address unencrypted (http://)");
  }
  SetEndpoint(provider, url, interface);
}

void ReadPassLogin(Section& section, Provider& provider) {
  const json* pass = section.Find("pass_login");
  if (pass == nullptr) return;
  provider.pass_login = pass->get<bool>();
  section.Mark("pass_login");
  const std::string& url = BaseUrlOf(provider, provider.interface);
  if (provider.pass_login && !MayCarryLogin(url, true)) {
    section.Error("/pass_login",
                  "a client's login goes over TLS only: give an https:// address as api_base_url, "
                  "or leave pass_login out");
  }
}

// Models that are asked by another API than the provider's others.
void ReadModelInterfaces(Section& section, Provider& provider) {
  const json* entries = section.Find("model_interfaces");
  if (entries == nullptr) return;
  section.Mark("model_interfaces");
  for (const auto& [name, word] : entries->items()) {
    const std::string below = "/model_interfaces/" + PointerToken(name);
    const Interface interface = ReadInterface(word.get<std::string>());
    const size_t star = name.find('*');
    if (star != std::string::npos && star + 1 != name.size()) {
      section.Error(below, "\"" + OneLine(name, 80) +
                               "\": a \"*\" stands at the end, for all models that begin so");
    } else if (star == std::string::npos && !CheckModelForm(provider, name)) {
      section.Error(below, CheckModelForm(provider, name).error().message);
    } else if (BaseUrlOf(provider, interface).empty()) {
      section.Error(
          below,
          std::string(interface == Interface::kMessages ? "there is no Messages address"
                                                        : "there is no address of OpenAI's APIs") +
              " of \"" + provider.name +
              "\": make the models a provider of their own, with its api_base_url");
    }
    provider.model_interfaces.push_back({ToLowerAscii(name), interface});
  }
}

void ReadProvider(Section section, Provider& provider) {
  ReadEndpoint(section, provider);
  ReadModelInterfaces(section, provider);
  const bool new_key = section.Text("api_key_env", &provider.api_key_env);
  if (!provider.built_in) {
    if (section.Find("api_base_url") == nullptr) {
      section.Error("", "\"" + provider.name +
                            "\" is no built-in provider, so it needs api_base_url, the address of "
                            "its API");
    }
    // Whoever serves OpenAI's models knows the words that they know.
    provider.model_efforts = FindBuiltIn("openai")->model_efforts;
    provider.auth = provider.api_key_env.empty()                 ? Auth::kNone
                    : provider.interface == Interface::kMessages ? Auth::kBoth
                                                                 : Auth::kBearer;
  } else if (new_key && provider.auth == Auth::kNone && !provider.api_key_env.empty()) {
    provider.auth = Auth::kBoth;
  }
  std::string word;
  if (section.Text("auth", &word)) {
    provider.auth = word == "bearer"      ? Auth::kBearer
                    : word == "x-api-key" ? Auth::kXApiKey
                    : word == "both"      ? Auth::kBoth
                                          : Auth::kNone;
  }
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
      section.Warn("/http2", "needs an https:// address: this one is asked over HTTP/1.1");
    }
  }
  ReadPassLogin(section, provider);
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
      section.Error("", "\"" + name + "\" and \"" + other.name +
                            "\" are one name: case makes no difference; rename one");
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
  section.Text("api_key_env", &persona.api_key_env);
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
  section.ReadTargets("fallbacks", own, &persona.fallbacks);
  config.personas.push_back(std::move(persona));
}

void FillUp(const RouterConfig& config, PersonaConfig& persona) {
  const RoutingRules& rules = config.routing_rules;
  const std::string& own_provider =
      persona.provider.empty() ? config.default_provider : persona.provider;
  // A model alone was read for the default provider, and is no other's.
  const auto fits = [&](const Target& rule) { return !rule.bare || rule.provider == own_provider; };
  const auto fill = [&](std::optional<Target>& own, const std::optional<Target>& rule) {
    if (!own && rule && fits(*rule)) own = rule;
  };
  fill(persona.routing.background, rules.routes.background);
  fill(persona.routing.think, rules.routes.think);
  fill(persona.routing.long_context, rules.routes.long_context);
  fill(persona.routing.web_search, rules.routes.web_search);
  fill(persona.routing.image, rules.routes.image);
  if (!persona.fallbacks.empty()) return;
  std::copy_if(rules.fallbacks.begin(), rules.fallbacks.end(),
               std::back_inserter(persona.fallbacks), fits);
}

}  // namespace

void DeclareProviders(const JsonSource& source, RouterConfig& config, Findings& findings) {
  Section section(source, config, findings, "/providers");
  std::vector<std::string> seen;
  for (const auto& [name, body] : section.value().items()) {
    const std::string lower = ToLowerAscii(name);
    if (std::find(seen.begin(), seen.end(), lower) != seen.end()) {
      section.Error("/" + PointerToken(name),
                    "another provider has this name in other letters; "
                    "case makes no difference");
      continue;
    }
    seen.push_back(lower);
    if (FindMutable(config, lower) != nullptr) continue;
    Provider provider;
    provider.name = lower;
    provider.title = name;
    provider.client_headers = CommonClientHeaders();
    config.providers.push_back(std::move(provider));
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

void ApplyPersonas(const JsonSource& source, RouterConfig& config, Findings& findings) {
  Section root(source, config, findings, "");
  Section rules = root.Below("routing_rules");
  const std::string& own = config.default_provider;
  rules.ReadTarget("default", own, &config.routing_rules.default_target);
  rules.ReadRoutes(own, &config.routing_rules.routes);
  rules.ReadTargets("fallbacks", own, &config.routing_rules.fallbacks);
  if (const json* threshold = rules.Find("longContextThreshold")) {
    config.routing_rules.long_context_threshold_tokens = threshold->get<int64_t>();
    rules.Mark("longContextThreshold");
  }
  root.Below("limits").ReadLimits(&config.limits);
  Section section = root.Below("personas");
  for (const auto& [name, body] : section.value().items()) ReadPersona(section.Below(name), name);
  for (PersonaConfig& persona : config.personas) {
    FillUp(config, persona);
    persona.key_provider = OwnTarget(config, &persona).provider;
  }
}

}  // namespace katra::router
