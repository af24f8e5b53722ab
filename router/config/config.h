// What the user has configured: personas.json and providers.conf, read, checked and merged with the
// built-in providers into one typed model. Read by the command and by the gateway. Knows neither of
// them; never runs anything and never reads a key, only the names of the variables that hold them.
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

namespace katra::router {

// Where a value was said.
enum class OriginKind { kDefault, kProvidersConf, kPersonasFile };

struct Origin {
  OriginKind kind = OriginKind::kDefault;
  std::string file;  // empty for kDefault
  int line = 0;
  std::string path;  // the JSON path, or the key of providers.conf
};

// "default", or "FILE:LINE".
[[nodiscard]] std::string DescribeOrigin(const Origin& origin);

// A model at a provider.
struct Target {
  std::string provider;  // lower case, of RouterConfig::providers
  std::string model;     // never empty
  // Written as a model alone: it is one of the provider that it was read for, and of no other.
  bool bare = false;

  friend bool operator==(const Target& one, const Target& other) {
    return one.provider == other.provider && one.model == other.model;
  }
};

// Which model is asked for a kind of request; unset: the persona's own.
struct Routes {
  std::optional<Target> background;  // the client's small side requests
  std::optional<Target> think;
  std::optional<Target> long_context;
  std::optional<Target> web_search;
  std::optional<Target> image;
};

// What the file says of one persona. A text is empty when the file does not say it.
struct PersonaConfig {
  std::string name;
  std::string provider;  // lower case
  std::string model;
  std::string description;
  std::string api_key_env;                 // instead of the provider's, at key_provider alone
  std::vector<std::string> more_key_envs;  // of further keys there, in their order
  std::string key_provider;                // its own one, whoever named it
  std::string role;
  std::string room;
  std::string client;  // claude, codex, gemini, opencode
  Routes routing;      // filled up from routing_rules
  std::vector<Target> fallbacks;
  std::optional<bool> record;  // instead of RouterConfig::record
  // Its client's own subscription answers: its login goes to the plan's host, instead of a key.
  bool own_login = false;
  int64_t max_context_tokens = 0;  // instead of the provider's and the model's; 0: not said
  Limits limits;                   // filled up from RouterConfig::limits
};

// For every persona that does not say otherwise, and for sessions without one.
struct RoutingRules {
  std::optional<Target> default_target;
  Routes routes;
  int64_t long_context_threshold_tokens = 60000;
  std::vector<Target> fallbacks;
};

enum class RouterKind { kGateway, kClaudeCodeRouter };

struct ConfigWarning {
  std::string file;
  int line = 0;
  std::string path;  // "$.personas.Sam.model"
  std::string message;
};

// "FILE:LINE: PATH: message".
[[nodiscard]] std::string DescribeWarning(const ConfigWarning& warning);

struct RouterConfig {
  int version = 1;
  std::string personas_path;        // also when there is no such file
  std::string providers_conf_path;  // likewise
  bool has_personas_file = false;
  bool has_providers_conf = false;

  std::string default_provider = "anthropic";
  std::vector<PersonaConfig> personas;  // in the file's order of names
  std::vector<Provider> providers;      // built-ins first, then the file's own
  RoutingRules routing_rules;

  RouterKind router_kind = RouterKind::kGateway;
  int router_port = 12000;    // 3456 for claude-code-router
  bool record = false;        // keep prompts and answers, redacted
  bool cache_points = true;   // for clients that set none of their own
  bool open_metrics = false;  // GET /metrics without a token

  Limits limits;  // of every persona that says nothing else

  std::vector<ConfigWarning> warnings;
  // Where each value that a file says was said. Keys as in the file: "default_provider",
  // "personas.Sam.model", "providers.openai.api_base_url", "router.port"; of providers.conf
  // "providers.openai.endpoint" and "providers.openai.default_model".
  std::map<std::string, Origin, std::less<>> origins;

  // Without regard to case; nullptr: not configured. Pointers into this object.
  [[nodiscard]] const PersonaConfig* FindPersona(std::string_view name) const;
  [[nodiscard]] const Provider* FindProvider(std::string_view name) const;
  // kNotFound names the nearest and all known ones.
  [[nodiscard]] Result<const Provider*> RequireProvider(std::string_view name) const;
  // kDefault when no file says it.
  [[nodiscard]] Origin OriginOf(std::string_view key) const;
};

struct LoadOptions {
  std::string home;                // KATRA_HOME, absolute
  std::string personas_file = {};  // instead of HOME/router/personas.json
  std::string conf_file = {};      // instead of HOME/providers.conf
};

// Files that do not exist are as empty. kInvalidArgument: what a file says is wrong; the message
// has a line "FILE:LINE: PATH: what is wrong; what is allowed" for each finding. kPermissionDenied:
// a file is a link, another user's, or open to others. Blocking, a few milliseconds.
[[nodiscard]] Result<RouterConfig> Load(const LoadOptions& options);

// "provider,model", "provider/model", or a model of `own_provider` (may be empty: then the provider
// must be said). Splits at the first comma; without one, at the first slash when a known provider
// stands before it. kInvalidArgument says what is allowed.
[[nodiscard]] Result<Target> ParseTarget(const RouterConfig& config, std::string_view text,
                                         std::string_view own_provider);

// What a persona (or, with nullptr, a session without one) is answered by when nothing else is
// asked for. The model is empty when neither file names one and the provider has no default.
[[nodiscard]] Target OwnTarget(const RouterConfig& config, const PersonaConfig* persona);

// Whether prompts and answers of `persona` (may be nullptr) are kept.
[[nodiscard]] bool Records(const RouterConfig& config, const PersonaConfig* persona);

// How much the model that `persona` (may be nullptr) asks for takes: the persona's own word, the
// provider's, or what is known of the model. Zeros: not known.
[[nodiscard]] ContextWindow ContextWindowOf(const Provider& provider, const PersonaConfig* persona,
                                            std::string_view model);

// Of `persona` (may be nullptr).
[[nodiscard]] const Limits& LimitsOf(const RouterConfig& config, const PersonaConfig* persona);

// The variable that holds the key for `provider` as `persona` (may be nullptr) uses it. Empty: none
// is needed.
[[nodiscard]] std::string ApiKeyEnv(const PersonaConfig* persona, const Provider& provider);
// The same with all further ones, in their order. Empty: none is needed, or KeyCommandOf is there.
[[nodiscard]] std::vector<std::string> ApiKeyEnvs(const PersonaConfig* persona,
                                                  const Provider& provider);
// The command that prints the key for `provider` as `persona` (may be nullptr) uses it; nullptr:
// none. A variable of the persona's own stands before the provider's command.
[[nodiscard]] const KeyCommand* KeyCommandOf(const PersonaConfig* persona,
                                             const Provider& provider);

}  // namespace katra::router
