// Decides what claude-code-router (CCR) needs to route as personas.json says: its providers, and
// for each persona the model of each kind of request. document.h writes it down.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "router/config/config.h"

namespace katra::router::claude_code_router {

// The request header with the persona's name (the client sends it if ANTHROPIC_CUSTOM_HEADERS is
// "x-katra-persona: NAME").
inline constexpr const char* kPersonaHeader = "x-katra-persona";

// A provider of CCR. One of ours becomes several if personas use different keys, because a provider
// of CCR has one key.
struct Upstream {
  std::string name;                       // lower case, no comma or slash (P2)
  std::string url;                        // the full endpoint (P4)
  std::string key;                        // "$NAME", or a placeholder if there is no key (P3, P14)
  std::vector<std::string> models;        // all that a route names (P5)
  std::vector<std::string> transformers;  // exact names (P6)
  // Models that need their own transformers.
  std::map<std::string, std::vector<std::string>> model_transformers;
  int64_t max_output_tokens = 0;  // 0: no limit
};

// "provider,model" for each kind of request; empty: no separate route.
struct RouteTable {
  std::string standard;
  std::string background;
  std::string think;
  std::string long_context;
  std::string web_search;
  std::string image;
};

struct Plan {
  std::vector<Upstream> upstreams;
  RouteTable rules;                            // for sessions without a persona
  std::map<std::string, RouteTable> personas;  // by lower-case name
  int64_t long_context_threshold_tokens = 60000;
  std::vector<std::string> fallbacks;  // "provider,model", for all personas
  std::optional<int> port;             // unset: the file's port, else CCR's default
  std::vector<std::string> warnings;   // what CCR cannot do, or would silently drop
};

// Whether an environment variable is set and not empty.
using IsSet = std::function<bool(const std::string& name)>;

// kInvalidArgument: a persona has no model to write.
[[nodiscard]] Result<Plan> MakePlan(const RouterConfig& config, const IsSet& is_set);

}  // namespace katra::router::claude_code_router
