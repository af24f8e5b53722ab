// katra route explain: one decision in words.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/program.h"
#include "cli/route/commands.h"
#include "cli/route/decision_view.h"
#include "core/json_text.h"
#include "core/text.h"

namespace katra::cli {
namespace {

struct ExplainOptions {
  std::string request = "last";
  std::string persona;
  bool json = false;
};

int Explain(const ExplainOptions& options, Context& context) {
  const Result<store::UsageStore*> store = context.OpenStore();
  if (!store) return context.PrintError(store.error());
  const bool last = options.request == "last";
  store::UsageFilter filter;
  filter.persona = options.persona;
  filter.limit = 1;
  if (!last) filter.request_id = options.request;
  const auto records = (*store)->LatestUsage(filter, context.Call());
  if (!records) return context.PrintError(records.error());
  if (records->empty()) {
    const std::string whose = options.persona.empty() ? "" : " of " + OneLine(options.persona, 80);
    return context.PrintError(
        {ErrorCode::kNotFound,
         last ? "no request" + whose + " went through the gateway yet"
              : "no request" + whose + " with the id \"" + OneLine(options.request, 80) +
                    "\" is known: `katra route history --json` lists the ids, and responses "
                    "have them in the header x-katra-request-id",
         {},
         false});
  }
  const store::UsageRecord& record = records->front();
  if (options.json) {
    std::string json;
    JsonWriter writer(json);
    WriteDecision(record, writer);
    context.out() << EscapeJsonText(json) << "\n";
  } else {
    context.out() << WrapExplained(ExplainText(record, context.clock().Now()),
                                   PageFor(context.terminal()));
  }
  return kExitOk;
}

}  // namespace

void AddRouteExplain(CLI::App& route, Program& program) {
  auto options = std::make_shared<ExplainOptions>();
  CLI::App* command = route.add_subcommand(
      "explain", "say why a request went to its model, and which others were tried");
  command
      ->add_option("REQUEST", options->request,
                   "its id, from the response header x-katra-request-id; last: the latest request")
      ->capture_default_str();
  command->add_option("--persona", options->persona, "the latest request of this persona")
      ->type_name("NAME");
  command->add_flag("--json", options->json, "print JSON");
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Explain(*options, context); });
  });
}

}  // namespace katra::cli
