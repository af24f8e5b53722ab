#include "cli/sessions/plan.h"

#include <algorithm>
#include <filesystem>

#include "cli/sessions/gateway.h"
#include "cli/sessions/gateway_process.h"
#include "cli/sessions/model_choice.h"
#include "cli/sessions/own_login.h"
#include "cli/sessions/programs.h"
#include "cli/sessions/project_room.h"
#include "core/text.h"
#include "router/config/endpoint.h"
#include "router/config/plano/load.h"
#include "router/config/session.h"
#include "store/types.h"

namespace katra::cli {
namespace {

constexpr const char* kDefault = "default";
constexpr const char* kLastSession = "its last session";

// A candidate value of a setting.
struct Candidate {
  std::string value;
  std::string origin;
};

// The first candidate that is not empty.
Setting First(const std::vector<Candidate>& candidates) {
  for (const Candidate& candidate : candidates) {
    if (!candidate.value.empty()) return {candidate.value, candidate.origin};
  }
  return {{}, kDefault};
}

std::string Value(const Environment& environment, const char* name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

std::string FromEnvironment(const char* name) { return std::string("environment ") + name; }

// The user's own lines among headers that were given to a session.
std::string WithoutToken(const std::string& headers) {
  std::vector<std::string> users;
  for (const std::string& line : Split(headers, '\n')) {
    if (!line.starts_with("x-katra-")) users.push_back(line);
  }
  return Join(users, "\n");
}

// The sources of settings.
struct Sources {
  const LaunchRequest& request;
  const router::RouterConfig& config;
  const Environment& environment;
  const router::PersonaConfig* persona = nullptr;  // entry in personas.json

  [[nodiscard]] std::string Origin(const std::string& key) const {
    return router::DescribeOrigin(config.OriginOf(key));
  }
  // The origin of a value of this persona in personas.json.
  [[nodiscard]] std::string PersonaOrigin(const char* field) const {
    return persona == nullptr ? std::string() : Origin("personas." + persona->name + "." + field);
  }
  [[nodiscard]] Candidate FromPersona(const char* field,
                                      std::string router::PersonaConfig::*member) const {
    return persona == nullptr ? Candidate{} : Candidate{persona->*member, PersonaOrigin(field)};
  }
};

Status WrongName(const char* what, const Setting& setting) {
  if (setting.value.empty() || IsName(setting.value)) return {};
  return Fail(ErrorCode::kInvalidArgument,
              "\"" + OneLine(setting.value, 128) + "\" (" + setting.origin + ") is not a " + what +
                  " name: use 1 to 64 letters (a-z), digits, _ and -, beginning with a letter or a "
                  "digit");
}

Status WrongRole(const Setting& role) {
  if (role.value.size() <= store::kMaxRoleBytes && IsValidUtf8(role.value)) return {};
  return Fail(ErrorCode::kInvalidArgument, "the role (" + role.origin +
                                               ") must be UTF-8 text of at most " +
                                               std::to_string(store::kMaxRoleBytes) + " bytes");
}

// A model becomes part of a command line and a header.
Status WrongModelText(const Setting& model) {
  const bool odd = std::any_of(model.value.begin(), model.value.end(), [](char character) {
    const auto byte = static_cast<unsigned char>(character);
    return byte <= 0x20 || byte >= 0x7f;
  });
  if (!odd && model.value.size() <= 200 && (model.value.empty() || model.value.front() != '-')) {
    return {};
  }
  return Fail(ErrorCode::kInvalidArgument,
              "\"" + OneLine(model.value, 128) + "\" (" + model.origin +
                  ") is not a model's name: use at most 200 letters, digits and punctuation "
                  "without spaces, not beginning with -");
}

// The target of routing_rules.default, for a persona without a provider and model in the file.
const router::Target* RuleFor(const Sources& sources) {
  const std::optional<router::Target>& rule = sources.config.routing_rules.default_target;
  const bool told = sources.persona != nullptr &&
                    !(sources.persona->provider.empty() && sources.persona->model.empty());
  return rule && !told ? &*rule : nullptr;
}

Setting ChooseProvider(const Sources& sources, const Agent& agent) {
  const router::Target* rule = RuleFor(sources);
  Setting setting = First(
      {{sources.request.provider, "--provider"},
       sources.FromPersona("provider", &router::PersonaConfig::provider),
       {sources.request.last_provider, kLastSession},
       {rule == nullptr ? std::string() : rule->provider, sources.Origin("routing_rules.default")},
       {sources.config.OriginOf("default_provider").kind == router::OriginKind::kDefault
            ? std::string()
            : sources.config.default_provider,
        sources.Origin("default_provider")},
       {Value(sources.environment, "KATRA_PROVIDER"), FromEnvironment("KATRA_PROVIDER")},
       {agent.default_provider, "default of " + agent.title},
       {sources.config.default_provider, kDefault}});
  setting.value = ToLowerAscii(setting.value);
  return setting;
}

Setting ChooseModel(const Sources& sources, const Setting& provider,
                    const router::Provider& known) {
  // A model belongs to its provider; one that was set for another provider is ignored.
  const bool own = sources.persona != nullptr && sources.persona->provider == known.name;
  const bool environment_fits =
      ToLowerAscii(Value(sources.environment, "KATRA_PROVIDER")) == known.name ||
      provider.origin == kDefault;
  const std::string default_key = "providers." + known.name + ".default_model";
  const bool in_conf = sources.config.OriginOf(default_key).kind != router::OriginKind::kDefault;
  const router::Target* rule = RuleFor(sources);
  const bool ruled = rule != nullptr && rule->provider == known.name;
  Setting setting = First(
      {{sources.request.model, "--model"},
       {provider.origin == kLastSession ? sources.request.last_model : std::string(), kLastSession},
       {ruled ? rule->model : std::string(), sources.Origin("routing_rules.default")},
       own || (sources.persona != nullptr && sources.persona->provider.empty())
           ? sources.FromPersona("model", &router::PersonaConfig::model)
           : Candidate{},
       {in_conf ? known.default_model : std::string(), sources.Origin(default_key)},
       {environment_fits ? Value(sources.environment, "KATRA_MODEL") : std::string(),
        FromEnvironment("KATRA_MODEL")},
       {known.default_model, "default of " + known.name}});
  if (setting.value.empty()) setting.origin = "the client's own choice";
  return setting;
}

// The session's folder, relative to where the command was run.
Result<Setting> ChooseFolder(const LaunchRequest& request, const Context& context) {
  Setting setting{context.working_folder(), "working folder"};
  if (!request.folder.empty()) {
    setting.value = (std::filesystem::path(context.working_folder()) / request.folder)
                        .lexically_normal()
                        .string();
    setting.origin = "argument";
    if (setting.value.size() > 1 && setting.value.back() == '/') setting.value.pop_back();
  }
  std::error_code failed;
  if (std::filesystem::is_directory(setting.value, failed)) return setting;
  const bool exists = std::filesystem::exists(setting.value, failed);
  return Fail(
      exists ? ErrorCode::kInvalidArgument : ErrorCode::kNotFound,
      "\"" + OneLine(setting.value, 512) + "\" is " + (exists ? "no folder" : "not there") +
          ": name the folder in which the client should work (arguments for the client come "
          "after --)");
}

bool Has(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// The variable of the first key that exists; if none does, the first one.
std::string KeyVariable(const Sources& sources, const router::Provider& provider) {
  const std::vector<std::string> all = router::ApiKeyEnvs(sources.persona, provider);
  for (const std::string& name : all) {
    if (!Value(sources.environment, name.c_str()).empty()) return name;
  }
  return all.empty() ? std::string() : all.front();
}

bool NeedsRouter(const Sources& sources, const Agent& agent, const router::Provider& provider) {
  // Only the gateway runs key commands.
  if (router::KeyCommandOf(sources.persona, provider) != nullptr) return true;
  if (agent.speaks_messages) return !provider.plain_speaks_messages;
  return !Has(agent.speaks_to, provider.name);
}

constexpr const char* kNoRouter = "none";
constexpr const char* kGatewayRouter = "gateway";
constexpr const char* kCcrRouter = "claude-code-router";

Setting ChooseRouter(const Sources& sources, const Context& context, const Agent& agent,
                     const router::Provider& provider, const Setting& login) {
  const bool ccr = sources.config.router_kind == router::RouterKind::kClaudeCodeRouter;
  const char* const kind = ccr ? kCcrRouter : kGatewayRouter;
  if (sources.request.no_router) return {kNoRouter, "--no-router"};
  if (!login.value.empty()) return {kind, "the client's own login (" + login.origin + ")"};
  if (sources.request.use_router) return {kind, "--use-router"};
  if (!NeedsRouter(sources, agent, provider)) {
    return {kNoRouter, "auto: " + agent.title + " reaches " + provider.name + " by itself"};
  }
  const bool running = !ccr && FindGateway(context, {{}, {}, false}).has_value();
  // The gateway knows the built-in providers even without configuration.
  const bool installed = ccr ? !FindProgram(context, "ccr").empty() : GatewayInstalled(context);
  if (!running && !installed) {
    return {kNoRouter, std::string("auto: ") + kind + " is not installed"};
  }
  return {kind, "auto: " + provider.name + " needs it"};
}

// The base URL that plain mode exports, unless another was configured.
Setting ChooseBaseUrl(const Sources& sources, const Agent& agent,
                      const router::Provider& provider) {
  const std::string endpoint = "providers." + provider.name + ".endpoint";
  const std::string base = "providers." + provider.name + ".api_base_url";
  for (const std::string& key : {base, endpoint}) {
    if (sources.config.OriginOf(key).kind != router::OriginKind::kDefault) {
      const bool chat = !agent.speaks_messages && !provider.chat_base_url.empty();
      const std::string& url = chat                              ? provider.chat_base_url
                               : provider.plain_base_url.empty() ? provider.messages_base_url
                                                                 : provider.plain_base_url;
      return {url, sources.Origin(key)};
    }
  }
  if (provider.name == "anthropic") {
    const std::string own = Value(sources.environment, "ANTHROPIC_BASE_URL");
    if (!own.empty()) return {own, FromEnvironment("ANTHROPIC_BASE_URL")};
    return {{}, "the client's own"};
  }
  return {provider.plain_base_url, "default of " + provider.name};
}

// claude-code-router decides by persona, from the persona's entry in the file. If this session was
// started with anything else, it needs a selector.
Result<std::string> CcrSelector(const Sources& sources, const router::Provider& provider,
                                const std::string& model) {
  const router::Target written = router::OwnTarget(sources.config, sources.persona);
  const bool same = sources.persona != nullptr && written.provider == provider.name &&
                    (model.empty() || written.model == model);
  if (same) return std::string();
  if (!model.empty()) return provider.name + "," + model;
  // The model that katra-router-config writes for a persona without one.
  if (!provider.models.empty()) return provider.name + "," + provider.models.front();
  return Fail(ErrorCode::kInvalidArgument,
              "claude-code-router needs a model of " + provider.name + ": add --model MODEL");
}

Status Connect(const Sources& sources, const router::Provider& provider, LaunchPlan* plan) {
  Connection& connection = plan->connection;
  if (provider.platform != router::Platform::kNone && plan->router.value != kGatewayRouter) {
    return Fail(ErrorCode::kUnsupported,
                provider.title +
                    " is asked in a way that only Katra's gateway knows, and this session would "
                    "not use it (router: " +
                    plan->router.value + ", " + plan->router.origin + "): use the gateway");
  }
  const bool printed = router::KeyCommandOf(sources.persona, provider) != nullptr;
  if (printed && plan->router.value != kGatewayRouter) {
    return Fail(ErrorCode::kUnsupported,
                "the key of " + provider.name +
                    " is printed by a command (api_key_command), which only Katra's gateway runs, "
                    "and this session would not use it (router: " +
                    plan->router.value + ", " + plan->router.origin +
                    "): use the gateway, or name a variable with the key as api_key_env");
  }
  if (plan->router.value != kNoRouter) {
    const bool ccr = plan->router.value == kCcrRouter;
    connection.route = ccr ? RouteKind::kClaudeCodeRouter : RouteKind::kGateway;
    connection.base_url = "http://127.0.0.1:" + std::to_string(sources.config.router_port);
    plan->base_url = {connection.base_url, plan->router.value + "'s port"};
    plan->key = {KeyVariable(sources, provider),
                 printed ? "printed by its api_key_command" : "the router asks for it"};
    plan->asked_model = plan->model.value;
    if (!plan->login.value.empty()) {
      connection.own_login = true;
      if (IsPlanOf(plan->agent, provider, plan->model.value)) {
        plan->key = {{}, plan->agent.login + " instead"};
      }
    }
    if (!ccr) return {};
    auto selector = CcrSelector(sources, provider, plan->model.value);
    if (!selector) return Pass(std::move(selector));
    plan->asked_model = std::move(*selector);
    return {};
  }
  plan->asked_model = plan->model.value;
  const std::string key = KeyVariable(sources, provider);
  plan->key = {key, sources.persona != nullptr && !sources.persona->api_key_env.empty()
                        ? sources.PersonaOrigin("api_key_env")
                        : "of " + provider.name};
  const bool by_itself = Has(plan->agent.speaks_to, provider.name);
  plan->base_url = ChooseBaseUrl(sources, plan->agent, provider);
  // A client that supports the provider needs no address, unless another was configured.
  const bool configured = plan->base_url.origin != "default of " + provider.name &&
                          !plan->base_url.origin.starts_with("environment ");
  if (by_itself && !plan->agent.speaks_messages && !configured) {
    plan->base_url = {{}, "the client's own"};
  }
  connection.base_url = plan->base_url.value;
  connection.key_env = key;
  // Claude Code and Codex have their own logins for their makers.
  connection.key_needed = !key.empty() && !(by_itself && connection.base_url.empty());
  if (provider.name == "anthropic") {
    connection.key_needed = false;
    connection.own_login = connection.base_url.empty() ||
                           router::MayCarryLogin(connection.base_url, provider.pass_login) ||
                           plan->base_url.origin.starts_with("environment ");
  }
  if (!connection.key_needed && Value(sources.environment, key.c_str()).empty()) {
    connection.key_env.clear();
    if (!key.empty()) {
      plan->key = {{},
                   key + (connection.own_login ? " is not set: the client's own login"
                                               : " is not set: requests go without a key")};
    }
  }
  if (plan->agent.speaks_messages && !connection.base_url.empty() &&
      !provider.plain_speaks_messages) {
    plan->warnings.push_back(connection.base_url + " is not known to speak the Messages API that " +
                             plan->agent.title +
                             " needs. A router translates: leave --no-router out, or try "
                             "--use-router.");
  }
  return {};
}

// For clients that only support their maker.
Status CheckFit(const Agent& agent, const router::Provider& provider, const Setting& router) {
  if (router.value == kCcrRouter && !agent.speaks_messages) {
    return Fail(ErrorCode::kUnsupported,
                "claude-code-router serves Claude Code, not " + agent.title +
                    ": use --client claude, or Katra's gateway (router.kind \"gateway\")");
  }
  const bool fits = Has(agent.speaks_to, provider.name) || agent.speaks_messages ||
                    (router.value == kGatewayRouter && agent.name != "gemini");
  if (fits) return {};
  return Fail(ErrorCode::kUnsupported,
              agent.title + " does not speak to " + provider.name +
                  " by itself: use --client claude" +
                  (agent.name == "gemini" ? std::string() : ", or --use-router"));
}

// For a client that would use a model of any provider that it has a key for, unless it is told one.
Status NameModelIfNeeded(const router::Provider& provider, LaunchPlan* plan) {
  if (!plan->model.value.empty() || !plan->agent.needs_model) return {};
  if (provider.models.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                plan->agent.title +
                    " needs a model, or it would use one of any provider that it has a key "
                    "for: add --model MODEL, a model of " +
                    provider.name);
  }
  plan->model = {provider.models.front(), "first that is known of " + provider.name};
  return {};
}

// Resolves the client, and a name for its session if none was given.
Status ChooseClient(const Sources& sources, LaunchPlan* plan) {
  plan->client =
      First({{sources.request.client, "--client"},
             sources.FromPersona("client", &router::PersonaConfig::client),
             {sources.request.last_client, kLastSession},
             {Value(sources.environment, "KATRA_CLIENT"), FromEnvironment("KATRA_CLIENT")},
             {"claude", kDefault}});
  Result<Agent> agent = FindAgent(plan->client.value);
  if (!agent) return Pass(std::move(agent));
  plan->agent = std::move(*agent);
  plan->client.value = plan->agent.name;
  if (plan->persona.value.empty()) {
    plan->persona.value = plan->agent.name;
    plan->persona.value.front() = static_cast<char>(plan->persona.value.front() - 'a' + 'A');
  }
  return {};
}

Status ChooseRoleAndRoom(const Sources& sources, LaunchPlan* plan) {
  plan->role = First({{sources.request.role, "--role"},
                      sources.FromPersona("role", &router::PersonaConfig::role),
                      sources.FromPersona("description", &router::PersonaConfig::description),
                      {Value(sources.environment, "KATRA_ROLE"), FromEnvironment("KATRA_ROLE")}});
  if (plan->role.origin == sources.PersonaOrigin("description")) {
    plan->role.value = TruncateUtf8(plan->role.value, store::kMaxRoleBytes);
  }
  if (auto wrong = WrongRole(plan->role); !wrong) return Pass(std::move(wrong));
  plan->room = First({{sources.request.room, "--room"},
                      sources.FromPersona("room", &router::PersonaConfig::room),
                      {Value(sources.environment, "KATRA_ROOM"), FromEnvironment("KATRA_ROOM")}});
  if (auto wrong = WrongName("room", plan->room); !wrong) return Pass(std::move(wrong));
  return {};
}

}  // namespace

Environment OwnEnvironment(const Environment& environment) {
  Environment own = environment;
  for (const std::string& name : Split(Value(environment, "KATRA_EXPORTS"), ',')) {
    const std::string users =
        name == "ANTHROPIC_CUSTOM_HEADERS" ? WithoutToken(Value(environment, name.c_str())) : "";
    own.erase(name);
    if (!users.empty()) own[name] = users;
  }
  own.erase("KATRA_EXPORTS");
  return own;
}

Result<router::RouterConfig> LoadConfig(const Context& context) {
  router::LoadOptions options;
  options.home = context.home();
  auto loaded = router::plano::Load(options, GatewayConfig(context));
  if (!loaded) return Pass(std::move(loaded));
  return std::move(loaded->config);
}

Result<LaunchPlan> MakePlan(const LaunchRequest& request, const Context& context,
                            const router::RouterConfig& config) {
  if (request.use_router && request.no_router) {
    return Fail(ErrorCode::kInvalidArgument, "--use-router and --no-router exclude each other");
  }
  const Environment environment = OwnEnvironment(context.environment());
  Sources sources{request, config, environment};
  LaunchPlan plan;
  plan.persona = First({{request.persona, "--persona"},
                        {Value(environment, "KATRA_PERSONA"), FromEnvironment("KATRA_PERSONA")}});
  if (auto wrong = WrongName("persona", plan.persona); !wrong) return Pass(std::move(wrong));
  sources.persona = config.FindPersona(plan.persona.value);
  if (sources.persona != nullptr) plan.persona.value = sources.persona->name;

  if (auto wrong = ChooseClient(sources, &plan); !wrong) return Pass(std::move(wrong));

  plan.provider = ChooseProvider(sources, plan.agent);
  const Result<const router::Provider*> found = config.RequireProvider(plan.provider.value);
  if (!found) {
    return Fail(found.error().code, found.error().message + " (" + plan.provider.origin + ")");
  }
  const router::Provider& provider = **found;
  plan.model = ChooseModel(sources, plan.provider, provider);
  if (auto wrong = WrongModelText(plan.model); !wrong) return Pass(std::move(wrong));
  if (!plan.model.value.empty()) {
    if (auto wrong = router::CheckModelForm(provider, plan.model.value); !wrong) {
      return Fail(wrong.error().code, wrong.error().message + " (" + plan.model.origin + ")");
    }
  }
  // The provider's own client knows best which of its models is the newest.
  if (plan.agent.default_provider == provider.name &&
      plan.model.origin.starts_with("default of ")) {
    plan.model = {{}, "the client's own choice"};
  }
  if (auto wrong = ChooseRoleAndRoom(sources, &plan); !wrong) return Pass(std::move(wrong));
  Result<Setting> folder = ChooseFolder(request, context);
  if (!folder) return Pass(std::move(folder));
  plan.folder = std::move(*folder);
  if (plan.room.value.empty() && config.project_rooms) {
    plan.room = {ProjectRoom(plan.folder.value), sources.Origin("default_room")};
  }
  const router::PersonaConfig session = router::SessionPersona(
      config, plan.persona.value, {provider.name, plan.model.value, {}, false});
  const bool own_login = sources.persona != nullptr && sources.persona->own_login;
  if (auto chosen = ChooseLogin(own_login ? sources.PersonaOrigin("login") : std::string(), request,
                                config, session, context, &plan);
      !chosen) {
    return Pass(std::move(chosen));
  }
  plan.router = ChooseRouter(sources, context, plan.agent, provider, plan.login);
  if (auto wrong = CheckFit(plan.agent, provider, plan.router); !wrong) {
    return Pass(std::move(wrong));
  }
  if (auto named = NameModelIfNeeded(provider, &plan); !named) return Pass(std::move(named));
  if (auto wrong = Connect(sources, provider, &plan); !wrong) return Pass(std::move(wrong));
  if (auto chosen =
          ChooseHandedModel(config, provider, sources.persona, environment, context, &plan);
      !chosen) {
    return Pass(std::move(chosen));
  }
  for (const router::ConfigWarning& warning : config.warnings) {
    plan.warnings.push_back(router::DescribeWarning(warning));
  }
  return plan;
}

}  // namespace katra::cli
