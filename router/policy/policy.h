// Chooses which models may answer a request, in which order, and why. The gateway knows only this
// interface, so other policies can replace it without changes elsewhere. Knows no HTTP.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "router/config/config.h"
#include "router/translate/messages/splice.h"

namespace katra::router::policy {

// What is known about a request when its models are chosen. Borrowed for the call.
struct Ask {
  const RouterConfig& config;
  const PersonaConfig& persona;  // made by SessionPersona
  const translate::RequestPeek& request;
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

  // The API through which it is asked.
  [[nodiscard]] Interface interface() const { return InterfaceOf(*provider, model); }
};

class Policy {
 public:
  virtual ~Policy() = default;
  // At least one candidate, best first, without duplicates. kNotFound: the requested model does not
  // exist (E17); the message says what could be requested.
  [[nodiscard]] virtual Result<std::vector<Candidate>> Choose(const Ask& ask) const = 0;
};

// The requested model if it is named explicitly; if it belongs to another provider than the
// persona's, it is followed only by fallbacks of the same provider. Otherwise the persona's own
// model; for the client's small background model, `routing.background` if set, followed by the
// persona's own. Then the persona's fallbacks.
[[nodiscard]] std::unique_ptr<Policy> MakePersonaPolicy();

// The name under which a model is listed for clients that show only names beginning with "claude"
// (C40): "claude-gw-openai--gpt-4-turbo".
[[nodiscard]] std::string ListedName(const std::string& provider, const std::string& model);

}  // namespace katra::router::policy
