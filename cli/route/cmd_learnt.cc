// katra route learnt: what routing has learnt, by route and model.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <ostream>

#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/program.h"
#include "cli/route/commands.h"
#include "cli/route/learning_files.h"
#include "core/text.h"
#include "router/routing/learning/ranker.h"

namespace katra::cli {
namespace {

using router::routing::learning::Facts;
using router::routing::learning::LineFile;
using router::routing::learning::Ranker;
using router::routing::learning::RouteFacts;

struct LearntOptions {
  std::string persona;
  bool json = false;
};

std::string Formatted(const char* format, double value) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::vector<std::string> Row(const RouteFacts& route, const Facts& facts) {
  const bool pinned = route.pinned == facts.candidate;
  return {route.persona,
          route.route,
          facts.candidate + (pinned ? " (pinned)" : ""),
          std::to_string(facts.answers),
          std::to_string(facts.failures),
          std::to_string(facts.good) + "/" + std::to_string(facts.bad),
          std::to_string(facts.switches + facts.retries + facts.interruptions),
          Formatted("%.2f", facts.quality),
          Formatted("%.2f", facts.reliability),
          facts.first_byte_ms ? Formatted("%.0f", *facts.first_byte_ms) : "?",
          facts.cost_usd_micros ? Formatted("%.4f", *facts.cost_usd_micros / 1e6) : "?"};
}

// A pinned model of which nothing else is known.
std::vector<std::string> UnusedPin(const RouteFacts& route) {
  return {route.persona, route.route, route.pinned + " (pinned)", "0", "0", "0/0", "0", "?", "?",
          "?",           "?"};
}

int Learnt(const LearntOptions& options, Context& context) {
  LineFile file(router::routing::learning::LearntPath(context.home()));
  const auto news = file.ReadNews();
  if (!news) return context.PrintError(news.error());
  const auto taught = ReadTaught(context);
  if (!taught) return context.PrintError(taught.error());
  const auto concerns = [&](const std::string& persona) {
    return options.persona.empty() || ToLowerAscii(options.persona) == ToLowerAscii(persona);
  };
  if (options.json) {
    for (const std::string& line : news->lines) {
      const auto event = router::routing::learning::ParseEvent(line);
      if (event && concerns(event->persona)) context.out() << line << "\n";
    }
    return kExitOk;
  }
  Ranker ranker;
  for (const std::string& line : news->lines) {
    if (const auto event = router::routing::learning::ParseEvent(line)) ranker.Apply(*event);
  }
  std::vector<std::vector<std::string>> rows;
  for (const RouteFacts& route : ranker.List()) {
    if (!concerns(route.persona)) continue;
    bool pin_shown = route.pinned.empty();
    for (const Facts& facts : route.candidates) {
      pin_shown = pin_shown || facts.candidate == route.pinned;
      rows.push_back(Row(route, facts));
    }
    if (!pin_shown) rows.push_back(UnusedPin(route));
  }
  if (rows.empty()) {
    context.out() << "Nothing was learnt yet.\n";
  } else {
    context.out() << RenderTable(
        {"persona", "route", "model", "answers", "failures", "good/bad",
         "switched, retried, stopped", "quality", "reliability", "first byte ms", "USD an answer"},
        rows, PageFor(context.terminal()));
  }
  if (!taught->empty()) {
    context.out() << taught->size() << (taught->size() == 1 ? " example" : " examples")
                  << " taught: " << router::routing::learning::TaughtPath(context.home()) << "\n";
  }
  return rows.empty() && taught->empty() ? kExitNothing : kExitOk;
}

}  // namespace

void AddRouteLearnt(CLI::App& route, Program& program) {
  auto options = std::make_shared<LearntOptions>();
  CLI::App* command =
      route.add_subcommand("learnt", "show what was learnt about each route's models");
  command->add_option("--persona", options->persona, "only of this persona")->type_name("NAME");
  command->add_flag("--json", options->json, "print every event as a line of JSON");
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Learnt(*options, context); });
  });
}

}  // namespace katra::cli
