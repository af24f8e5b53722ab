// katra stats: compares models by route: answers, failures, latency, tokens, cache, cost.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/program.h"
#include "cli/route/commands.h"
#include "cli/route/stats_view.h"
#include "core/json_text.h"

namespace katra::cli {
namespace {

struct StatsOptions {
  std::string since = "7d";
  std::string by = "route";
  std::string persona;
  bool json = false;
  bool plot = false;
};

int Stats(const StatsOptions& options, Context& context) {
  const Result<WallTime> since = SinceTime(options.since, context);
  if (!since) return context.PrintError(since.error());
  const Result<store::UsageStore*> store = context.OpenStore();
  if (!store) return context.PrintError(store.error());
  const bool by_route = options.by == "route";
  const auto sums =
      (*store)->SumRoutes(by_route ? store::RouteGroup::kRouteAndModel : store::RouteGroup::kModel,
                          options.persona, *since, context.Call());
  if (!sums) return context.PrintError(sums.error());
  const Page page = PageFor(context.terminal());
  if (options.json) {
    context.out() << EscapeJsonText(StatsJson(*sums, by_route, *since)) << "\n";
  } else if (sums->empty()) {
    context.out() << "Nothing was answered through the gateway since then.\n";
  } else if (options.plot) {
    context.out() << StatsBars(*sums, by_route, page);
  } else {
    context.out() << StatsTable(*sums, by_route, page);
  }
  return sums->empty() ? kExitNothing : kExitOk;
}

}  // namespace

void AddStats(CLI::App& app, Program& program) {
  auto options = std::make_shared<StatsOptions>();
  CLI::App* command = app.add_subcommand(
      "stats",
      "compare models by route: answers, failures, latency, tokens, cache and cost\n"
      "Times are of answered requests. A route is a preference or a scenario of personas.json.");
  command->group(kRouterCommands);
  command
      ->add_option("--since", options->since,
                   "only since then: a time, a date, yesterday, last week, or a span such as 7d")
      ->type_name("TIME")
      ->capture_default_str();
  command
      ->add_option("--by", options->by,
                   "route: each route's models; model: each model over all routes")
      ->type_name("WHAT")
      ->check(CLI::IsMember({"route", "model"}))
      ->capture_default_str();
  command->add_option("--persona", options->persona, "only requests of this persona")
      ->type_name("NAME");
  CLI::Option* json = command->add_flag("--json", options->json, "print JSON");
  command->add_flag("--plot", options->plot, "draw bars instead of a table")->excludes(json);
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Stats(*options, context); });
  });
}

}  // namespace katra::cli
