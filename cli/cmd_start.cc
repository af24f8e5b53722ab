// katra start: a coding agent as a persona, here or in the background. And session-run, its other
// half inside of tmux.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>
#include <string>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/program.h"
#include "cli/sessions/handoff.h"
#include "cli/sessions/launch.h"
#include "cli/sessions/launch_options.h"

namespace katra::cli {
namespace {

int ExplainStart(const LaunchRequest& request, const Context& context) {
  const Result<router::RouterConfig> config = LoadConfig(context);
  if (!config) return context.Explain(config.error());
  const Result<LaunchPlan> plan = MakePlan(request, context, *config);
  if (!plan) return context.Explain(plan.error());
  const Result<PreparedLaunch> launch = Prepare(*plan, request, {}, false, context);
  if (!launch) return context.Explain(launch.error());
  context.out() << Explain(*plan, *launch);
  for (const std::string& warning : plan->warnings) context.Warn(warning);
  if (const Status ready = CheckPlan(*plan, request.background, context); !ready) {
    context.out() << "\nIt would not start now: " << ready.error().message << "\n";
  }
  return kExitOk;
}

struct StartOptions {
  LaunchRequest request;
  bool explain = false;
};

}  // namespace

void AddStart(CLI::App& app, Program& program) {
  auto options = std::make_shared<StartOptions>();
  CLI::App* command = app.add_subcommand(
      "start",
      "start a coding agent as a persona\n"
      "The client gets Katra's server, hooks and status line for this session only; its own "
      "configuration is not touched. What comes after -- is the client's.");
  command->group(kSessionCommands);
  AddLaunchOptions(*command, options->request);
  command->add_flag("-b,--background", options->request.background,
                    "run it in the tmux session katra-NAME");
  command->add_flag("--explain", options->explain,
                    "print every setting with its origin, and start nothing");
  command->footer(
      "Examples:\n"
      "  katra start --persona Sam --provider openai --model gpt-4-turbo\n"
      "  katra start --persona Charlie --provider deepseek -b ~/project\n"
      "  katra start --persona Dario -- -p \"review the last commit\"");
  program.PassRest("start");
  command->callback([&program, options] {
    options->request.arguments = program.Rest();
    program.Run([options](Context& context) {
      return options->explain ? ExplainStart(options->request, context)
                              : StartSession(options->request, context);
    });
  });
}

void AddSessionRun(CLI::App& app, Program& program) {
  auto path = std::make_shared<std::string>();
  CLI::App* command =
      app.add_subcommand("session-run", "become the client that `katra start -b` hands over");
  command->group("");  // not for people
  command->add_option("SOCKET", *path, "where it is handed over")->required();
  command->callback([&program, path] {
    program.Run([path](Context& context) {
      return context.Explain(ReceiveAndRun(*path, context.environment()));
    });
  });
}

}  // namespace katra::cli
