// katra stats: compares models by route: answers, failures, latency, tokens, cache, ratings, cost.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/program.h"
#include "cli/room/new_file.h"
#include "cli/route/commands.h"
#include "cli/route/learning_files.h"
#include "cli/route/stats_svg.h"
#include "cli/route/stats_view.h"
#include "core/files.h"
#include "core/json_text.h"
#include "core/text.h"

namespace katra::cli {
namespace {

struct StatsOptions {
  std::string since = "7d";
  std::string by = "route";
  std::string persona;
  bool json = false;
  bool plot = false;
  std::string picture;  // a file; empty: none
};

// Replaces the file.
int Draw(const StatsOptions& options, const std::vector<store::RouteSum>& sums, bool by_route,
         WallTime since, Context& context) {
  const std::string path = Absolute(options.picture, context);
  std::string title = by_route ? "Models by route" : "Models";
  if (!options.persona.empty()) title += " of " + OneLine(options.persona, 80);
  if (since != WallTime{}) title += " since " + FormatLocal(since, {});
  const std::string svg = StatsSvg(sums, by_route, title);
  if (auto written = WriteFileAtomically(path, svg); !written) {
    return context.PrintError(written.error());
  }
  context.out() << "Drawn: " << path << "\n";
  return kExitOk;
}

int Stats(const StatsOptions& options, Context& context) {
  const Result<WallTime> since = SinceTime(options.since, context);
  if (!since) return context.PrintError(since.error());
  const Result<store::UsageStore*> store = context.OpenStore();
  if (!store) return context.PrintError(store.error());
  const bool by_route = options.by == "route";
  if (!options.picture.empty() && !ToLowerAscii(options.picture).ends_with(".svg")) {
    return context.UsageError(
        "--plot draws an SVG picture: give it a name that ends in .svg, not \"" +
            OneLine(options.picture, 200) + "\"",
        "stats");
  }
  const auto sums =
      (*store)->SumRoutes(by_route ? store::RouteGroup::kRouteAndModel : store::RouteGroup::kModel,
                          options.persona, *since, context.Call());
  if (!sums) return context.PrintError(sums.error());
  const auto learnt = ReadLearnt(context);
  if (!learnt) return context.PrintError(learnt.error());
  const Ratings ratings = CountRatings(*learnt, by_route, options.persona, *since);
  const Page page = PageFor(context.terminal());
  if (options.json) {
    context.out() << EscapeJsonText(StatsJson(*sums, ratings, by_route, *since)) << "\n";
  } else if (sums->empty()) {
    context.out() << "Nothing was answered through the gateway since then.\n";
  } else if (!options.picture.empty()) {
    return Draw(options, *sums, by_route, *since, context);
  } else if (options.plot) {
    context.out() << StatsBars(*sums, by_route, page);
  } else {
    context.out() << StatsTable(*sums, ratings, by_route, page);
  }
  return sums->empty() ? kExitNothing : kExitOk;
}

}  // namespace

void AddStats(CLI::App& app, Program& program) {
  auto options = std::make_shared<StatsOptions>();
  CLI::App* command = app.add_subcommand(
      "stats",
      "compare models by route: answers, failures, latency, tokens, cache, ratings and cost\n"
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
  CLI::Option* plot =
      command
          ->add_option("--plot", options->picture,
                       "draw bars instead of a table; --plot FILE.svg writes them as a picture")
          ->type_name("FILE.svg")
          ->expected(0, 1)
          ->excludes(json);
  command->callback([&program, options, plot] {
    options->plot = plot->count() > 0;
    program.Run([options](Context& context) { return Stats(*options, context); });
  });
}

}  // namespace katra::cli
