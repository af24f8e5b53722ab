// A session's own choice of provider and model, and how it changes its persona's configuration.
// `katra start` makes the choice, the session's token carries it, and the gateway follows it even
// if personas.json has changed since. Knows no token and no HTTP.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "router/config/config.h"

namespace katra::router {

// What a session was started with. Without `provider` there is no choice, and the persona's entry
// in personas.json decides.
struct SessionChoice {
  std::string provider;  // lower case
  std::string model;  // of `provider`; empty: the persona's model there, or the provider's default
  std::string api_key_env;  // variable with the key of `provider`; empty: as configured
  bool own_login = false;   // see PersonaConfig

  [[nodiscard]] bool empty() const { return provider.empty(); }
  friend bool operator==(const SessionChoice&, const SessionChoice&) = default;
};

// Checks the syntax only, not whether the provider exists. kInvalidArgument: a model or key
// variable without a provider, or a malformed value.
[[nodiscard]] Status CheckSessionChoice(const SessionChoice& choice);

// The configuration of one session: its persona's, overridden by `choice`. All decisions about
// requests are based on it. Models, routes and fallbacks that belong to another provider and are
// written without one are dropped; those written as provider/model are kept. `provider` is empty if
// nothing that the user wrote names one.
[[nodiscard]] PersonaConfig SessionPersona(const RouterConfig& config, std::string_view persona,
                                           const SessionChoice& choice);

// The default model of `persona`, which SessionPersona returned. Unlike OwnTarget it never uses the
// built-in default provider: the provider is empty instead.
[[nodiscard]] Target SessionTarget(const RouterConfig& config, const PersonaConfig& persona);

// The route `name` of the persona, ignoring case. The message of kNotFound names those that exist.
[[nodiscard]] Result<RoutePreference> RouteOf(const RouterConfig& config,
                                              const std::string& persona, const std::string& name);

// "provider/model" if `text` is one of the route's models, in any form that personas.json takes.
// The message of kInvalidArgument lists the route's models.
[[nodiscard]] Result<std::string> ModelOf(const RouterConfig& config, const RoutePreference& route,
                                          const std::string& text);

}  // namespace katra::router
