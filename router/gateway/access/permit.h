// What a token permits: its scopes, expiry, providers and models. Knows no HTTP.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/json_view.h"
#include "core/json_write.h"
#include "core/result.h"
#include "router/config/config.h"

namespace katra::router::gateway {

enum class Scope : uint8_t {
  kRoom = 1,     // rooms and messages; reserved for a server over HTTP, not used yet
  kMemory = 2,   // reserved likewise
  kGateway = 4,  // requests to models
  kAdmin = 8,    // GET /metrics
};

struct Permit {
  uint8_t scopes = static_cast<uint8_t>(Scope::kGateway);
  std::optional<WallTime> expires_at;
  std::vector<std::string> providers = {};  // lower case; empty: any
  std::vector<std::string> models = {};     // "model" or "provider,model"; empty: any

  [[nodiscard]] bool Has(Scope scope) const { return (scopes & static_cast<uint8_t>(scope)) != 0; }
  // True from the moment of expiry on.
  [[nodiscard]] bool Expired(WallTime now) const { return expires_at && *expires_at <= now; }
  [[nodiscard]] bool Allows(std::string_view provider, std::string_view model) const;

  friend bool operator==(const Permit&, const Permit&) = default;
};

// A permit as written by a user. Empty strings: not given.
struct PermitText {
  std::string scope;      // "room,memory,gateway,admin"
  std::string expires;    // "30d", "12h", or a future time
  std::string providers;  // "openai,deepseek"
  std::string models;     // "openai/gpt-5,gpt-5-mini"
};
// The message of kInvalidArgument names the part that is wrong and what is allowed.
[[nodiscard]] Result<Permit> ParsePermit(const PermitText& text, const RouterConfig& config,
                                         WallTime now);

[[nodiscard]] std::vector<std::string> ScopeNames(const Permit& permit);
// "gateway, admin"
[[nodiscard]] std::string ShowScopes(const Permit& permit);
// "the providers openai, deepseek and the models gpt-5"; "any provider and model".
[[nodiscard]] std::string ShowAllowance(const Permit& permit);

// Writes a permit's members into the object of its token; omits defaults.
void WritePermit(const Permit& permit, JsonWriter& writer);
// False: a member is malformed. The token must then not be accepted.
[[nodiscard]] bool ReadPermit(const JsonView& entry, Permit* permit);

}  // namespace katra::router::gateway
