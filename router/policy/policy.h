// Chooses which models may serve a request, in which order, and why. The gateway knows only this
// interface, so other policies can replace it without changes elsewhere. Knows no HTTP.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "router/config/config.h"
#include "router/translate/messages/splice.h"

namespace katra::router::policy {

// What a request requires of a model besides its name. Scenarios depend on it.
struct Needs {
  bool web_search = false;        // the provider's web search is among its tools
  bool web_search_alone = false;  // and is the only one
  bool image = false;             // in the user's last message
  bool earlier_image = false;     // there may be one anywhere
  bool thought = false;           // extended thinking or a high effort is requested
  bool side = false;              // a side request of the client, such as one for a title
  bool subagent = false;          // it comes from a subagent of the client
  int64_t tokens = -1;            // estimated input; -1: unknown
  std::string subagent_tag;       // the model that a subagent's prompt names; empty: none
};

// The route that a matcher has found. `route` is nullptr if none matches.
struct Match {
  const RoutePreference* route = nullptr;  // points into the persona
  double score = 0;                        // probability, 0..1
  std::string matcher;                     // "local", "model"
  std::string reason;
  // The route's models in the order in which they are tried; empty: the user's order.
  std::vector<Target> order = {};
};

// The earlier decision for the user's turn that this request continues.
struct Held {
  Target target;
  std::string route;  // of a preference or scenario; may be empty
  double score = -1;
  std::string matcher;
  std::string reason = {};  // why it is kept; empty: because the turn continues
};

// What is known about a request when its models are chosen. Borrowed for the call.
struct Ask {
  const RouterConfig& config;
  const PersonaConfig& persona;  // made by SessionPersona
  const translate::RequestPeek& request;
  const Needs* needs = nullptr;  // nullptr: unknown, so no scenario but `background` applies
  const Match* match = nullptr;  // nullptr: not matched yet
  const Held* held = nullptr;    // nullptr: a new turn
};

struct Candidate {
  const Provider* provider = nullptr;  // points into the configuration of the Ask
  std::string model;                   // the provider's name for it
  std::string reason;  // "the persona's model", "asked for as openai,gpt-4", "fallback 1"
  bool side = false;   // the request is a small background request, not the conversation itself
  // The variable of the key to use; empty if there is none, if a command prints it, or if the
  // client's own login is used. Set by the caller of Choose(), which makes one candidate per key.
  std::string key_env = {};
  // A hash of the key or login that is used, for the circuits. Set by the caller of Choose(); never
  // written anywhere.
  std::string credential = {};

  // The API that is used to reach it.
  [[nodiscard]] Interface interface() const { return InterfaceOf(*provider, model); }
};

// The rule that decided.
enum class Rule {
  kExplicit,    // provider/model
  kAlias,       // model_aliases
  kTag,         // a subagent's tag
  kScenario,    // routing, routing_rules
  kPreference,  // routing_preferences
  kHeld,        // the turn's first decision
  kDefault,     // the requested model, or the persona's own
};

// "explicit", "alias", "tag", "scenario", "preference", "held", "default".
[[nodiscard]] const char* ToString(Rule rule);

struct Choice {
  std::vector<Candidate> candidates;  // at least one, best first, without duplicates
  Rule rule = Rule::kDefault;
  std::string route;  // the scenario or preference; empty: none
  double score = -1;  // of the match; -1: nothing was matched
  std::string matcher = {};
  // No rule before preferences applies, and the persona has some: call Choose again with a match.
  bool wants_match = false;

  // Whether the decision is about the conversation itself and so holds for the rest of the turn.
  [[nodiscard]] bool of_conversation() const {
    return !candidates.front().side && (rule == Rule::kScenario || rule == Rule::kPreference ||
                                        rule == Rule::kHeld || rule == Rule::kDefault);
  }
};

class Policy {
 public:
  virtual ~Policy() = default;
  // kNotFound: the requested model does not exist (E17); the message says what could be requested.
  // kFailedPrecondition: nothing that the user wrote names a provider for it.
  [[nodiscard]] virtual Result<Choice> Choose(const Ask& ask) const = 0;
};

// Decides in the order of docs/routing.md: an explicit name, scenarios, preferences, and then the
// requested model or the persona's own. After an explicit name of another provider than the
// persona's come only fallbacks at that provider; after all others, the persona's own model and its
// fallbacks.
[[nodiscard]] std::unique_ptr<Policy> MakePersonaPolicy();

// Whether the user's files name `provider` anywhere: for a persona, a route, an alias, a fallback,
// as the default, or as a provider of their own. Text that others may have written, such as a
// subagent's tag, may only choose among these.
[[nodiscard]] bool IsNamedByUser(const RouterConfig& config, const PersonaConfig& persona,
                                 std::string_view provider);

// The name under which a model is listed for clients that show only names beginning with "claude"
// (C40): "claude-gw-openai--gpt-4-turbo".
[[nodiscard]] std::string ListedName(const std::string& provider, const std::string& model);

}  // namespace katra::router::policy
