#include "cli/route/learning_files.h"

#include <algorithm>

#include "core/text.h"
#include "router/config/findings.h"
#include "router/config/session.h"

namespace katra::cli {
namespace {

using router::RoutePreference;
using router::RouterConfig;
using router::Target;
using router::routing::learning::LineFile;

std::string NameOf(const Target& target) { return target.provider + "/" + target.model; }

}  // namespace

Result<RouterConfig> LoadRoutes(const Context& context) {
  return router::Load({.home = context.home()});
}

Result<std::string> PersonaOf(const Context& context, const RouterConfig& config,
                              const std::string& given) {
  if (!given.empty()) return given;
  if (std::string own = context.Variable("KATRA_PERSONA"); !own.empty()) return own;
  if (config.personas.size() == 1) return config.personas.front().name;
  return Fail(ErrorCode::kInvalidArgument,
              "whose routes? give --persona NAME, or set KATRA_PERSONA");
}

Result<RoutePreference> RouteOf(const RouterConfig& config, const std::string& persona,
                                const std::string& name) {
  const router::PersonaConfig own = router::SessionPersona(config, persona, {});
  std::vector<std::string> known;
  for (const RoutePreference& route : own.preferences) {
    if (ToLowerAscii(route.name) == ToLowerAscii(name)) return route;
    known.push_back(route.name);
  }
  if (known.empty()) {
    return Fail(ErrorCode::kNotFound, persona +
                                          " has no routes: write \"routing_preferences\" in " +
                                          config.personas_path + " (docs/routing.md)");
  }
  return Fail(ErrorCode::kNotFound, persona + " has no route \"" + OneLine(name, 80) +
                                        "\"; there are: " + Join(known, ", ") +
                                        router::DidYouMean(name, known));
}

Result<std::string> ModelOf(const RouterConfig& config, const RoutePreference& route,
                            const std::string& text) {
  std::vector<std::string> known;
  for (const Target& target : route.models) known.push_back(NameOf(target));
  const auto target = router::ParseTarget(config, text, route.models.front().provider);
  if (target &&
      std::find(route.models.begin(), route.models.end(), *target) != route.models.end()) {
    return NameOf(*target);
  }
  return Fail(ErrorCode::kInvalidArgument,
              "\"" + OneLine(text, 120) + "\" is no model of the route \"" + route.name +
                  "\"; its models: " + Join(known, ", ") + router::DidYouMean(text, known));
}

Status AddLearnt(const Context& context, const router::routing::learning::Event& event) {
  LineFile file(router::routing::learning::LearntPath(context.home()));
  return file.Append({ToJsonLine(event)}, true);
}

Result<std::vector<router::routing::learning::TaughtExample>> ReadTaught(const Context& context) {
  LineFile file(router::routing::learning::TaughtPath(context.home()));
  auto news = file.ReadNews();
  if (!news) return Pass(std::move(news));
  std::vector<router::routing::learning::TaughtExample> taught;
  for (const std::string& line : news->lines) {
    if (auto example = router::routing::learning::ParseTaught(line)) {
      taught.push_back(std::move(*example));
    }
  }
  return taught;
}

}  // namespace katra::cli
