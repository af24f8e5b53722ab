// The scenarios by the names that files give them.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "router/config/config.h"

namespace katra::router {

struct ScenarioName {
  std::string_view name;  // as in personas.json
  std::optional<Target> Routes::*target;
};

inline constexpr std::array<ScenarioName, 6> kScenarioNames = {{
    {"background", &Routes::background},
    {"think", &Routes::think},
    {"longContext", &Routes::long_context},
    {"webSearch", &Routes::web_search},
    {"image", &Routes::image},
    {"subagent", &Routes::subagent},
}};

}  // namespace katra::router
