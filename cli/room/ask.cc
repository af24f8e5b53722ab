#include "cli/room/ask.h"

#include <ostream>
#include <string_view>
#include <vector>

#include "cli/sessions/launch.h"
#include "cli/sessions/plan.h"
#include "cli/sessions/subprocess.h"

namespace katra::cli {
namespace {

// The arguments that make a client answer one question and exit.
std::vector<std::string> PrintArguments(std::string_view client, const std::string& question) {
  // A question must never be parsed as an option.
  const std::string text = question.starts_with('-') ? " " + question : question;
  if (client == "codex") return {"exec", text};
  if (client == "opencode") return {"run", text};
  return {"-p", text};
}

}  // namespace

int AskPersona(const std::string& persona, const std::string& room, const std::string& question,
               Context& context) {
  const Result<router::RouterConfig> config = LoadConfig(context);
  if (!config) return context.PrintError(config.error());
  LaunchRequest request;
  request.persona = persona;
  request.room = room;
  const Result<LaunchPlan> plan = MakePlan(request, context, *config);
  if (!plan) return context.PrintError(plan.error());
  if (const Status ready = CheckPlan(*plan, false, context); !ready) {
    return context.PrintError(ready.error());
  }
  request.arguments = PrintArguments(plan->client.value, question);
  const Result<PreparedLaunch> launch = Prepare(*plan, request, {}, true, context);
  if (!launch) return context.PrintError(launch.error());
  for (const std::string& warning : plan->warnings) context.Warn(warning);
  if (const Status written = WriteSettings(*launch); !written) {
    return context.PrintError(written.error());
  }
  context.CloseStore();
  context.out().flush();
  context.err().flush();
  return context.PrintError(ReplaceProcess(launch->spec));
}

}  // namespace katra::cli
