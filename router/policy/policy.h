// Which models may answer a request, in which order, and why. The gateway knows only this
// interface: other ways to choose replace it without a change elsewhere. Knows no HTTP.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "router/config/config.h"
#include "router/translate/messages/splice.h"

namespace katra::router::policy {

// What is known of a request when its models are chosen. Borrowed for the call.
struct Ask {
  const RouterConfig& config;
  const PersonaConfig& persona;  // made by SessionPersona
  const translate::RequestPeek& request;
};

struct Candidate {
  const Provider* provider = nullptr;  // of the configuration that was asked
  std::string model;                   // as the provider calls it
  std::string reason;  // "the persona's model", "asked for as openai,gpt-4", "fallback 1"
  bool side = false;   // for a small background request, not for the conversation itself
  // The variable of the key that goes along; empty: none does, a command prints it, or the client's
  // own login goes. Set by the caller of Choose(), which makes one candidate of each key.
  std::string key_env = {};
  // Of whoever asks: a hash of the key or login that goes along, for the circuits. Set by the
  // caller of Choose(); never written anywhere.
  std::string credential = {};

  // The API by which it is asked.
  [[nodiscard]] Interface interface() const { return InterfaceOf(*provider, model); }
};

class Policy {
 public:
  virtual ~Policy() = default;
  // At least one, the first choice first, none twice. kNotFound: the requested model leads nowhere
  // (E17); the message says what could be asked for.
  [[nodiscard]] virtual Result<std::vector<Candidate>> Choose(const Ask& ask) const = 0;
};

// The requested model when it is an explicit one, and behind it, when it is of another provider
// than the persona's own, only fallbacks of that same provider; else the persona's own; the
// client's small background model where `routing.background` says so, with the persona's own behind
// it; then the persona's fallbacks.
[[nodiscard]] std::unique_ptr<Policy> MakePersonaPolicy();

// The names under which models are listed for clients that keep only what begins with "claude"
// (C40): "claude-gw-openai--gpt-4-turbo".
[[nodiscard]] std::string ListedName(const std::string& provider, const std::string& model);

}  // namespace katra::router::policy
