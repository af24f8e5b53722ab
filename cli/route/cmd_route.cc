// katra route: which models were chosen for requests and why, and what routing learns.
#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/program.h"
#include "cli/route/commands.h"
#include "core/time_words.h"

namespace katra::cli {

Result<WallTime> SinceTime(const std::string& text, const Context& context) {
  if (text.empty()) return WallTime{};
  return ReadTime(text, context.clock().Now(), DayZone::kLocal);
}

void AddRoute(CLI::App& app, Program& program) {
  CLI::App* route = app.add_subcommand(
      "route", "show which models were chosen for requests and why, and improve the choice");
  route->group(kRouterCommands);
  route->require_subcommand(1);
  AddRouteHistory(*route, program);
  AddRouteExplain(*route, program);
  AddRouteReplay(*route, program);
  AddRouteTest(*route, program);
  AddRouteFeedback(*route, program);
  AddRouteTeach(*route, program);
  AddRouteLearnt(*route, program);
  AddRoutePin(*route, program);
}

}  // namespace katra::cli
