#include "router/routing/route_matcher.h"

#include <optional>
#include <string>

#include "core/text.h"

namespace katra::router::routing {
namespace {

bool SameName(const std::string& one, const std::string& other) {
  return ToLowerAscii(one) == ToLowerAscii(other);
}

std::optional<size_t> PlaceOf(const std::vector<RoutePreference>& routes, const std::string& name) {
  for (size_t i = 0; i < routes.size(); ++i) {
    if (SameName(routes[i].name, name)) return i;
  }
  return std::nullopt;
}

}  // namespace

Result<LocalMatcher> MakeRouteMatcher(const PersonaConfig& persona,
                                      const std::vector<learning::TaughtExample>& taught) {
  std::vector<RouteText> texts;
  texts.reserve(persona.preferences.size());
  for (const RoutePreference& route : persona.preferences) {
    texts.push_back({route.name, route.description, route.examples});
  }
  auto matcher = LocalMatcher::Make(texts);
  if (!matcher) return matcher;
  std::vector<RouteExample> examples;
  for (const learning::TaughtExample& example : taught) {
    if (!example.persona.empty() && !SameName(example.persona, persona.name)) continue;
    if (const auto place = PlaceOf(persona.preferences, example.route)) {
      examples.push_back({*place, example.text});
    } else if (SameName(example.route, "other")) {
      examples.push_back({std::nullopt, example.text});
    }
  }
  matcher->AddExamples(examples);
  return matcher;
}

}  // namespace katra::router::routing
