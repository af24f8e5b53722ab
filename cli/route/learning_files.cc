#include "cli/route/learning_files.h"

#include "router/config/project/project_file.h"

namespace katra::cli {
namespace {

using router::RouterConfig;
using router::routing::learning::LineFile;

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

Result<router::PersonaConfig> PersonaHere(const Context& context, const RouterConfig& config,
                                          const std::string& persona) {
  const auto file = router::project::FindProjectFile(context.working_folder(), context.user_home());
  if (!file) return tl::unexpected<Error>(file.error());
  return router::project::ApplyProjectFile(config, *file,
                                           router::SessionPersona(config, persona, {}));
}

Status AddLearnt(const Context& context, const router::routing::learning::Event& event) {
  LineFile file(router::routing::learning::LearntPath(context.home()));
  return file.Append({ToJsonLine(event)}, true);
}

Result<std::vector<router::routing::learning::Event>> ReadLearnt(const Context& context) {
  LineFile file(router::routing::learning::LearntPath(context.home()));
  const auto news = file.ReadNews();
  if (!news) return tl::unexpected<Error>(news.error());
  std::vector<router::routing::learning::Event> events;
  for (const std::string& line : news->lines) {
    if (auto event = router::routing::learning::ParseEvent(line)) {
      events.push_back(std::move(*event));
    }
  }
  return events;
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
