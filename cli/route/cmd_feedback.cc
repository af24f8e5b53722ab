// katra route feedback: rates an answer of a route.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "cli/exit_codes.h"
#include "cli/program.h"
#include "cli/route/commands.h"
#include "router/routing/feedback/feedback.h"

namespace katra::cli {
namespace {

struct FeedbackOptions {
  std::string verdict;
  std::string better;
  std::string note;
  std::string request;
  std::string persona;
};

int Feedback(const FeedbackOptions& options, Context& context) {
  const bool good = options.verdict == "good";
  if (good && !options.better.empty()) {
    return context.UsageError("--better says which model should have answered: give it with bad",
                              "route feedback");
  }
  const Result<store::UsageStore*> store = context.OpenStore();
  if (!store) return context.PrintError(store.error());
  const auto rated = router::routing::RateAnswer(
      context.home(),
      {.persona = options.persona.empty() ? context.Variable("KATRA_PERSONA") : options.persona,
       .good = good,
       .better = options.better,
       .note = options.note,
       .request_id = options.request},
      **store, context.clock(), context.Call());
  if (!rated) return context.PrintError(rated.error());
  context.out() << router::routing::RatedText(*rated) << "\n";
  if (!rated->ignored_by.empty()) {
    context.Warn("\"router.learning\" is off in " + rated->ignored_by +
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
  command->add_option("--note", options->note, "why, for people; kept with the rating")
      ->type_name("TEXT");
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
