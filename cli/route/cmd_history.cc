// katra route history: the latest decisions, one line a request.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/program.h"
#include "cli/route/commands.h"
#include "cli/route/decision_view.h"
#include "cli/route/fit_table.h"
#include "core/json_text.h"

namespace katra::cli {
namespace {

struct HistoryOptions {
  std::string persona;
  std::string route;
  bool any_route = true;
  std::string since = "24h";
  int limit = 20;
  bool json = false;
};

enum Column : size_t { kTime, kPersona, kAsked, kChosen, kRoute, kWhy, kLasted, kCost };

std::string Json(const std::vector<store::UsageRecord>& records) {
  std::string json;
  JsonWriter writer(json);
  writer.BeginObject().Key("decisions").BeginArray();
  for (const store::UsageRecord& record : records) WriteDecision(record, writer);
  writer.EndArray().EndObject();
  return json;
}

std::string Table(const std::vector<store::UsageRecord>& records, const Context& context) {
  FitTable table;
  table.columns = {{"time"},  {"persona"}, {"asked for"},  {"chosen"},
                   {"route"}, {"why"},     {"took", true}, {"cost", true}};
  for (const store::UsageRecord& record : records) {
    table.rows.push_back({FormatLocal(record.at, context.clock().Now()), record.persona,
                          RequestedModel(record), ChosenModel(record), RouteText(record),
                          WhyText(record), MillisText(record.duration_ms),
                          record.error.empty() ? CostText(record) : "failed"});
  }
  table.steps = {{kWhy, 24},  {kAsked, 15},  {kRoute, 16},  {kChosen, 26}, {kWhy, 16},
                 {kWhy, 0},   {kAsked, 12},  {kChosen, 20}, {kPersona, 8}, {kRoute, 12},
                 {kAsked, 0}, {kChosen, 12}, {kRoute, 6}};
  const CellLook look = [](size_t column, const std::string& cell) {
    if (column == kCost && cell == "failed") return kReverseLook;
    return column == kTime || column == kAsked ? kFaintLook : "";
  };
  return RenderFitted(table, PageFor(context.terminal()), look);
}

int History(const HistoryOptions& options, Context& context) {
  const Result<WallTime> since = SinceTime(options.since, context);
  if (!since) return context.PrintError(since.error());
  const Result<store::UsageStore*> store = context.OpenStore();
  if (!store) return context.PrintError(store.error());
  store::UsageFilter filter;
  filter.persona = options.persona;
  if (!options.any_route) filter.route = options.route;
  filter.since = *since;
  filter.limit = options.limit;
  const auto records = (*store)->LatestUsage(filter, context.Call());
  if (!records) return context.PrintError(records.error());
  if (options.json) {
    context.out() << EscapeJsonText(Json(*records)) << "\n";
  } else if (records->empty()) {
    context.out() << "No such request went through the gateway since then.\n";
  } else {
    context.out() << Table(*records, context);
  }
  return records->empty() ? kExitNothing : kExitOk;
}

}  // namespace

void AddRouteHistory(CLI::App& route, Program& program) {
  auto options = std::make_shared<HistoryOptions>();
  CLI::App* command = route.add_subcommand(
      "history", "list the latest requests, newest first: which model was chosen, and why");
  command->add_option("--persona", options->persona, "only requests of this persona")
      ->type_name("NAME");
  const CLI::Option* one_route =
      command
          ->add_option("--route", options->route,
                       "only requests of this route or scenario; \"\": those without one")
          ->type_name("ROUTE");
  command
      ->add_option("--since", options->since,
                   "only since then: a time, a date, yesterday, last week, or a span such as 7d")
      ->type_name("TIME")
      ->capture_default_str();
  command->add_option("--limit", options->limit, "at most this many, 1 to 10000")
      ->type_name("N")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  command->add_flag("--json", options->json, "print JSON");
  command->callback([&program, options, one_route] {
    options->any_route = one_route->count() == 0;
    program.Run([options](Context& context) { return History(*options, context); });
  });
}

}  // namespace katra::cli
