// A session's own choice of provider and model, and what it makes of its persona's configuration.
// `katra start` decides, the session's token carries the decision, and the gateway follows it
// whatever personas.json says by then. Knows no token and no HTTP.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "router/config/config.h"

namespace katra::router {

// What a session was started with. Without `provider` it says nothing: its persona's entry in
// personas.json decides.
struct SessionChoice {
  std::string provider;  // lower case
  std::string model;     // at `provider`; empty: the persona's there, or the provider's usual one
  std::string api_key_env;  // of the key for `provider`; empty: as configured
  bool own_login = false;   // see PersonaConfig

  [[nodiscard]] bool empty() const { return provider.empty(); }
  friend bool operator==(const SessionChoice&, const SessionChoice&) = default;
};

// The form alone; whether the provider exists is the configuration's to say. kInvalidArgument: a
// model or key variable without a provider, or text that is none of these.
[[nodiscard]] Status CheckSessionChoice(const SessionChoice& choice);

// The configuration of one session: that of its persona, with `choice` before it. Every decision
// about a request is made of this. What belongs to another provider than the session's is left out
// (the model, routes and fallbacks written without a provider); what the user wrote as
// provider/model stays. `provider` is empty when nothing that the user wrote names one.
[[nodiscard]] PersonaConfig SessionPersona(const RouterConfig& config, std::string_view persona,
                                           const SessionChoice& choice);

// What `persona`, made by SessionPersona, is answered by when nothing else is asked for. Unlike
// OwnTarget it takes the built-in default for no answer: the provider is empty then.
[[nodiscard]] Target SessionTarget(const RouterConfig& config, const PersonaConfig& persona);

}  // namespace katra::router
