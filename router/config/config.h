// The user's configuration: personas.json and providers.conf, parsed, checked and merged with the
// built-in providers into one typed model. Used by the command and the gateway; knows neither.
// Never runs anything and never reads a key, only the names of variables that hold keys.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "router/config/limits.h"
#include "router/providers/provider.h"
#include "router/routing/cost/budgets.h"
#include "router/routing/cost/cache_rule.h"
#include "router/routing/cost/rate_limits.h"

namespace katra::router {

// Where a value was set.
enum class OriginKind { kDefault, kProvidersConf, kPersonasFile };  // an overlay: kPersonasFile

struct Origin {
  OriginKind kind = OriginKind::kDefault;
  std::string file;  // empty for kDefault
  int line = 0;
  std::string path;  // the JSON path, or the key in providers.conf
};

// "default", or "FILE:LINE".
[[nodiscard]] std::string DescribeOrigin(const Origin& origin);

// A model at a provider.
struct Target {
  std::string provider;  // lower case; one of RouterConfig::providers
  std::string model;     // never empty
  // Written without a provider, so it belongs only to the provider for which it was read.
  bool bare = false;

  friend bool operator==(const Target& one, const Target& other) {
    return one.provider == other.provider && one.model == other.model;
  }
};

// The model for each kind of request; unset: the persona's own model.
struct Routes {
  std::optional<Target> background;  // the client's small side requests
  std::optional<Target> think;
  std::optional<Target> long_context;
  std::optional<Target> web_search;
  std::optional<Target> image;
  std::optional<Target> subagent;  // requests of the client's subagents
};

// What decides the order in which the models of a preferred route are tried.
enum class Prefer {
  kNone,      // the user's order
  kQuality,   // the user's order, changed by feedback
  kSpeed,     // measured latency, and feedback
  kCost,      // price, and feedback
  kCheapest,  // price alone
  kFastest,   // measured latency alone
};

// The names in personas.json: "none", "quality", "speed", "cost", "cheapest", "fastest".
[[nodiscard]] const char* ToString(Prefer prefer);
[[nodiscard]] std::optional<Prefer> ParsePrefer(std::string_view name);

// A kind of work, described in words, and the models for it. A request is matched to at most one.
struct RoutePreference {
  std::string name;
  std::string description;
  std::vector<Target> models;  // at least one, best first
  Prefer prefer = Prefer::kNone;
  std::vector<std::string> examples = {};  // requests of this kind
  // Whether its responses may be reused for identical requests. Unset: no.
  std::optional<routing::cost::CacheRule> cache = {};

  friend bool operator==(const RoutePreference&, const RoutePreference&) = default;
};

// From how many tokens a request is a long one, for models whose names begin with `models`.
struct LongContextThreshold {
  std::string models;  // lower case; empty: all others
  int64_t tokens = 60000;
};

// What a project's .katra/routing.json chose for a session's persona (project/).
struct ProjectChoice {
  std::string file;                    // empty: there is none
  std::vector<std::string> scenarios;  // the scenarios whose models it chose: "think"
  bool routes = false;                 // it chose routes and their models
};

// One persona's entry in the file. A string is empty if the file does not set it.
struct PersonaConfig {
  std::string name;
  std::string provider;  // lower case
  std::string model;
  std::string description;
  std::string api_key_env;  // used instead of the provider's, but only for key_provider
  std::vector<std::string> more_key_envs;  // further keys for key_provider, in order
  std::string key_provider;                // the persona's provider, whether set here or by default
  std::string role;
  std::string room;
  std::string client;                        // claude, codex, gemini, opencode
  Routes routing;                            // completed from routing_rules
  std::vector<RoutePreference> preferences;  // RouterConfig::preferences if the persona has none
  std::vector<Target> fallbacks;
  std::optional<bool> record;  // overrides RouterConfig::record
  // Requests are paid by the client's own subscription: its login is sent to the plan's host
  // instead of a key.
  bool own_login = false;
  int64_t max_context_tokens = 0;  // overrides the provider's and the model's; 0: not set
  Limits limits;                   // completed from RouterConfig::limits
  ProjectChoice project = {};      // only for sessions
};

// Defaults for personas, and rules for sessions without a persona.
struct RoutingRules {
  std::optional<Target> default_target;
  Routes routes;
  // The longest name that fits counts; the one without a name always fits.
  std::vector<LongContextThreshold> long_context_thresholds = {{"", 60000}};
  std::vector<Target> fallbacks;

  [[nodiscard]] int64_t LongContextThresholdOf(std::string_view model) const;
};

// Another name for a model, as clients ask for it: "arch.fast.v1".
struct ModelAlias {
  std::string name;
  Target target;
};

enum class Matcher { kLocal, kModel };

// How requests are matched to preferences.
struct MatchingConfig {
  Matcher matcher = Matcher::kLocal;
  std::optional<Target> router_model;  // set for kModel; kLocal decides whenever it fails
  int64_t router_model_timeout_ms = 300;
  // What changing models in the middle of a conversation may cost a session, in US dollars. Unset:
  // without limit.
  std::optional<double> max_switch_spend_usd;
  // The same in per cent of what the session's prompts would have cost at the price of cached
  // tokens of the model that answers without routes. Both set: the lower limit counts.
  std::optional<double> max_switch_spend_pct;
  bool learning = true;  // feedback and failures change the order of a route's models

  [[nodiscard]] bool limits_switches() const {
    return max_switch_spend_usd.has_value() || max_switch_spend_pct.has_value();
  }
};

enum class RouterKind { kGateway, kClaudeCodeRouter };

struct ConfigWarning {
  std::string file;
  int line = 0;
  std::string path;  // "$.personas.Sam.model"
  std::string message;
  int column = 0;  // from 1; 0: unknown
};

// "FILE:LINE: PATH: message", or with the column "FILE:LINE:COLUMN: PATH: message".
[[nodiscard]] std::string DescribeWarning(const ConfigWarning& warning);

struct RouterConfig {
  int version = 1;
  std::string personas_path;        // set even if the file does not exist
  std::string providers_conf_path;  // set even if the file does not exist
  bool has_personas_file = false;
  bool has_providers_conf = false;

  std::string default_provider = "anthropic";
  std::vector<PersonaConfig> personas;  // in the order of the file
  std::vector<Provider> providers;      // built-in ones first, then those of the file
  RoutingRules routing_rules;
  std::vector<RoutePreference> preferences;  // for personas without their own
  std::vector<ModelAlias> aliases;
  MatchingConfig matching;
  // How much may be spent. Personas are spelled as in `personas` if they are listed there.
  std::vector<routing::cost::Budget> budgets;
  std::vector<routing::cost::RateLimit> rate_limits;  // enforced before providers refuse

  RouterKind router_kind = RouterKind::kGateway;
  int router_port = 12000;    // 3456 for claude-code-router
  bool record = false;        // record prompts and answers, redacted
  bool cache_points = true;   // add cache points for clients that set none
  bool open_metrics = false;  // GET /metrics without a token

  Limits limits;               // defaults for all personas
  bool project_rooms = false;  // whether sessions without a room get that of their project
  bool claims_block = false;   // whether an edit in another persona's claim is refused

  std::vector<ConfigWarning> warnings;
  // Where each configured value was set. Keys as in the file: "default_provider",
  // "personas.Sam.model", "providers.openai.api_base_url", "router.port"; for providers.conf
  // "providers.openai.endpoint" and "providers.openai.default_model".
  std::map<std::string, Origin, std::less<>> origins;

  // Case-insensitive; nullptr if not configured. Pointers into this object.
  [[nodiscard]] const PersonaConfig* FindPersona(std::string_view name) const;
  [[nodiscard]] const Provider* FindProvider(std::string_view name) const;
  // The message of kNotFound names the nearest matches and all known providers.
  [[nodiscard]] Result<const Provider*> RequireProvider(std::string_view name) const;
  // Case-sensitive; nullptr if there is no such alias.
  [[nodiscard]] const Target* FindAlias(std::string_view name) const;
  // kDefault if no file sets it.
  [[nodiscard]] Origin OriginOf(std::string_view key) const;
};

struct Overlay;

struct LoadOptions {
  std::string home;                // KATRA_HOME, absolute
  std::string personas_file = {};  // used instead of HOME/router/personas.json
  std::string conf_file = {};      // used instead of HOME/providers.conf
  // Its providers, routes and aliases go before those of personas.json; overlay.h. Borrowed; may be
  // nullptr.
  const Overlay* overlay = nullptr;
};

// Loads the configuration; missing files count as empty. kInvalidArgument: a file has errors; the
// message has a line "FILE:LINE: PATH: what is wrong; what is allowed" for each. kPermissionDenied:
// a file is a link, belongs to another user, or can be changed by others. Blocking, a few
// milliseconds.
[[nodiscard]] Result<RouterConfig> Load(const LoadOptions& options);

// Parses "provider,model", "provider/model", or a model of `own_provider` (which may be empty; then
// a provider is required). Splits at the first comma; without one, at the first slash if a known
// provider precedes it. The message of kInvalidArgument says what is allowed.
[[nodiscard]] Result<Target> ParseTarget(const RouterConfig& config, std::string_view text,
                                         std::string_view own_provider);

// The default model of a persona (with nullptr: of a session without one). The model is empty if no
// file names one and the provider has no default.
[[nodiscard]] Target OwnTarget(const RouterConfig& config, const PersonaConfig* persona);

// Whether prompts and answers of `persona` (may be nullptr) are recorded.
[[nodiscard]] bool Records(const RouterConfig& config, const PersonaConfig* persona);

// The context window of `model` as used by `persona` (may be nullptr): as configured for the
// persona, else for the provider, else as known of the model. Zeros: unknown.
[[nodiscard]] ContextWindow ContextWindowOf(const Provider& provider, const PersonaConfig* persona,
                                            std::string_view model);

// The limits of `persona` (may be nullptr).
[[nodiscard]] const Limits& LimitsOf(const RouterConfig& config, const PersonaConfig* persona);

// The variable with the key of `provider` for `persona` (may be nullptr). Empty if no variable is
// used.
[[nodiscard]] std::string ApiKeyEnv(const PersonaConfig* persona, const Provider& provider);
// All variables with keys, in order. Empty if no key is needed, or if KeyCommandOf returns a
// command.
[[nodiscard]] std::vector<std::string> ApiKeyEnvs(const PersonaConfig* persona,
                                                  const Provider& provider);
// The command that prints the key of `provider` for `persona` (may be nullptr); nullptr if there is
// none. A variable configured for the persona takes precedence over the provider's command.
[[nodiscard]] const KeyCommand* KeyCommandOf(const PersonaConfig* persona,
                                             const Provider& provider);

}  // namespace katra::router
