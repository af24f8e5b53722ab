// katra route test: which route a text would be matched to.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <ostream>

#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/program.h"
#include "cli/route/commands.h"
#include "cli/route/learning_files.h"
#include "core/json_text.h"
#include "core/json_write.h"
#include "core/text.h"
#include "router/routing/route_matcher.h"

namespace katra::cli {
namespace {

using router::RoutePreference;

struct TestOptions {
  std::string persona;
  std::string before;
  std::vector<std::string> words;
  bool json = false;
};

std::string Score(double score) {
  char text[16];
  std::snprintf(text, sizeof text, "%.3f", score);
  return text;
}

Error NoRoutes(const router::RouterConfig& config, const router::PersonaConfig& persona) {
  const std::string what =
      persona.project.routes
          ? "the project's " + persona.project.file + " leaves no routes" +
                (persona.name.empty() ? std::string() : " to " + persona.name)
          : "there are no routes: write \"routing_preferences\" in " + config.personas_path;
  return {ErrorCode::kNotFound, what + " (docs/routing.md)", {}, false};
}

int Test(const TestOptions& options, Context& context) {
  const auto config = LoadRoutes(context);
  if (!config) return context.PrintError(config.error());
  const auto name = PersonaOf(context, *config, options.persona);
  // Without a persona, the routes of everybody.
  const auto here = PersonaHere(context, *config, name ? *name : std::string());
  if (!here) return context.PrintError(here.error());
  const router::PersonaConfig& persona = *here;
  if (persona.preferences.empty()) return context.PrintError(NoRoutes(*config, persona));
  const auto taught = ReadTaught(context);
  if (!taught) return context.PrintError(taught.error());
  const auto matcher = router::routing::MakeRouteMatcher(persona, *taught);
  if (!matcher) return context.PrintError(matcher.error());
  const std::string text = Join(options.words, " ");
  const auto match = matcher->Match({text, options.before});
  const std::string route = match.route ? persona.preferences[*match.route].name : "";
  if (options.json) {
    std::string json;
    JsonWriter writer(json);
    writer.BeginObject().Key("route");
    if (match.route) {
      writer.String(route);
    } else {
      writer.Null();
    }
    writer.Key("score").Raw(Score(match.score)).Key("scores").BeginObject();
    for (size_t i = 0; i < persona.preferences.size() && i < match.scores.size(); ++i) {
      writer.TextKey(persona.preferences[i].name).Raw(Score(match.scores[i]));
    }
    writer.EndObject().Key("project_file");
    if (persona.project.file.empty()) {
      writer.Null();
    } else {
      writer.String(persona.project.file);
    }
    writer.EndObject();
    context.out() << EscapeJsonText(json) << "\n";
    return match.route ? kExitOk : kExitNothing;
  }
  std::vector<size_t> order;
  for (size_t i = 0; i < persona.preferences.size() && i < match.scores.size(); ++i) {
    order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return match.scores[a] > match.scores[b]; });
  std::vector<std::vector<std::string>> rows;
  for (const size_t i : order) {
    const RoutePreference& one = persona.preferences[i];
    rows.push_back({match.route == i ? "->" : "", one.name, Score(match.scores[i]),
                    one.models.front().provider + "/" + one.models.front().model});
  }
  rows.push_back({match.route ? "" : "->", "(none of them)",
                  match.scores.empty() ? "?" : Score(match.scores.back()),
                  "the requested model, or the persona's own"});
  context.out() << RenderTable({"", "route", "probability", "first model"}, rows,
                               PageFor(context.terminal()));
  if (persona.project.routes) {
    context.out() << "The routes are those that " << OneLine(persona.project.file, 400)
                  << " chooses.\n";
  }
  return match.route ? kExitOk : kExitNothing;
}

}  // namespace

void AddRouteTest(CLI::App& route, Program& program) {
  auto options = std::make_shared<TestOptions>();
  CLI::App* command = route.add_subcommand("test", "say which route a text would be matched to");
  command->add_option("TEXT", options->words, "a request, as a user would type it")->required();
  command->add_option("--before", options->before, "what the user typed in the turn before")
      ->type_name("TEXT");
  command->add_option("--persona", options->persona, "whose routes; default: $KATRA_PERSONA")
      ->type_name("NAME");
  command->add_flag("--json", options->json, "print JSON");
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Test(*options, context); });
  });
}

}  // namespace katra::cli
