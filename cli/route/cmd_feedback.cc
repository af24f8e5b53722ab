// katra route feedback: rates an answer of a route.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>

#include "cli/exit_codes.h"
#include "cli/program.h"
#include "cli/route/commands.h"
#include "cli/route/learning_files.h"
#include "core/text.h"

namespace katra::cli {
namespace {

using router::routing::learning::Event;
using router::routing::learning::EventKind;

struct FeedbackOptions {
  std::string verdict;
  std::string better;
  std::string request;
  std::string persona;
};

// The latest answer that came by a route.
Result<store::UsageRecord> AnswerToRate(const FeedbackOptions& options, Context& context) {
  const Result<store::UsageStore*> store = context.OpenStore();
  if (!store) return tl::unexpected<Error>(store.error());
  store::UsageFilter filter;
  filter.persona = options.persona.empty() ? context.Variable("KATRA_PERSONA") : options.persona;
  filter.request_id = options.request;
  filter.limit = options.request.empty() ? 200 : 1;
  auto records = (*store)->LatestUsage(filter, context.Call());
  if (!records) return Pass(std::move(records));
  const auto found =
      std::find_if(records->begin(), records->end(), [](const store::UsageRecord& record) {
        return !record.route.empty() && !record.matcher.empty() && record.error.empty();
      });
  if (found != records->end()) return std::move(*found);
  const std::string which =
      options.request.empty()
          ? "no answer" +
                (filter.persona.empty() ? std::string() : " to " + OneLine(filter.persona, 80)) +
                " came by a route yet"
          : "the request \"" + OneLine(options.request, 80) + "\" was not answered by a route";
  return Fail(ErrorCode::kNotFound,
              which +
                  ", so there is nothing to rate: `katra route history` shows how requests were "
                  "decided");
}

int Feedback(const FeedbackOptions& options, Context& context) {
  const auto config = LoadRoutes(context);
  if (!config) return context.PrintError(config.error());
  const auto answer = AnswerToRate(options, context);
  if (!answer) return context.PrintError(answer.error());
  Event event;
  event.at = context.clock().Now();
  event.kind = options.verdict == "good" ? EventKind::kGood : EventKind::kBad;
  event.persona = answer->persona;
  event.route = answer->route;
  event.candidate = answer->provider + "/" + answer->asked_model;
  if (!options.better.empty()) {
    if (event.kind == EventKind::kGood) {
      return context.UsageError("--better says which model should have answered: give it with bad",
                                "route feedback");
    }
    const auto route = RouteOf(*config, event.persona, event.route);
    if (!route) return context.PrintError(route.error());
    const auto better = ModelOf(*config, *route, options.better);
    if (!better) return context.PrintError(better.error());
    event.better = *better;
  }
  if (auto added = AddLearnt(context, event); !added) return context.PrintError(added.error());
  context.out() << "Rated " << options.verdict << ": " << OneLine(event.candidate, 200)
                << " on the route \"" << OneLine(event.route, 100) << "\" of "
                << OneLine(event.persona, 80) << " (" << OneLine(answer->request_id, 80) << ").\n";
  if (!config->matching.learning) {
    context.Warn("\"router.learning\" is off in " + config->personas_path +
                 ", so the gateway does not follow ratings");
  }
  return kExitOk;
}

}  // namespace

void AddRouteFeedback(CLI::App& route, Program& program) {
  auto options = std::make_shared<FeedbackOptions>();
  CLI::App* command = route.add_subcommand(
      "feedback", "rate an answer, so that the route's better model is tried first");
  command->add_option("VERDICT", options->verdict, "good or bad")
      ->required()
      ->check(CLI::IsMember({"good", "bad"}));
  command
      ->add_option("--better", options->better, "with bad: which of the route's models to prefer")
      ->type_name("PROVIDER/MODEL");
  command
      ->add_option("--request", options->request,
                   "the id of the answer's request; default: the latest answer of a route")
      ->type_name("ID");
  command->add_option("--persona", options->persona, "whose answer; default: $KATRA_PERSONA")
      ->type_name("NAME");
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Feedback(*options, context); });
  });
}

}  // namespace katra::cli
