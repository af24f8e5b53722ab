// katra start: starts a coding agent as a persona, here or in the background. Also session-run, its
// counterpart inside tmux.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>
#include <string>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/program.h"
#include "cli/sessions/conversation.h"
#include "cli/sessions/launch.h"
#include "cli/sessions/launch_options.h"
#include "cli/sessions/session_run.h"
#include "cli/sessions/work_tree.h"

namespace katra::cli {
namespace {

// For --resume. Sets `trouble` if something prevents the session from starting.
Conversation ToGoOnWith(const LaunchRequest& request, const LaunchPlan& plan, Context& context,
                        std::string* trouble) {
  if (!request.resume) return {};
  const Result<Records> records = Records::Open(context.home());
  Result<Conversation> found = records ? FindConversation(*records, plan, request, context)
                                       : tl::unexpected<Error>(records.error());
  if (found) return std::move(*found);
  *trouble = found.error().message;
  return {};
}

int ExplainStart(const LaunchRequest& asked, Context& context) {
  LaunchRequest request = asked;
  RecallLastSession(context, &request);
  const Result<router::RouterConfig> config = LoadConfig(context);
  if (!config) return context.PrintError(config.error());
  Result<LaunchPlan> plan = MakePlan(request, context, *config);
  if (!plan) return context.PrintError(plan.error());
  std::string trouble;
  if (!request.work_tree.empty()) {
    const Result<OwnWorkTree> tree = FindWorkTree(request.work_tree, plan->folder.value, context);
    if (!tree) return context.PrintError(tree.error());
    plan->folder = {tree->folder, tree->exists ? "--worktree" : "--worktree, made at the start"};
  }
  const Conversation before = ToGoOnWith(request, *plan, context, &trouble);
  const Result<PreparedLaunch> launch = Prepare(*plan, request, before.id, false, context);
  if (!launch) return context.PrintError(launch.error());
  context.out() << Explain(*plan, *launch, *config);
  for (const std::string& warning : plan->warnings) context.Warn(warning);
  if (const Status ready = CheckPlan(*plan, request.background, context); !ready) {
    trouble = ready.error().message;
  }
  if (!trouble.empty()) context.out() << "\nIt would not start now: " << trouble << "\n";
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
      "configuration is not touched. Arguments after -- go to the client.");
  command->group(kSessionCommands);
  AddLaunchOptions(*command, options->request);
  command
      ->add_option("--worktree", options->request.work_tree,
                   "work in a git work tree of its own, on this branch; both are made if missing")
      ->type_name("BRANCH");
  command->add_flag("-b,--background", options->request.background,
                    "run it in the tmux session katra-NAME");
  command->add_flag("--wake-by-keys", options->request.wake_by_keys,
                    "with -b: type a one-line notice into its idle prompt, if its client offers no "
                    "other way to wake it; never while it asks something");
  command->add_flag("--explain", options->explain,
                    "print every setting with its origin, without starting anything");
  command->footer(
      "Examples:\n"
      "  katra start --persona Sam --provider openai --model gpt-4-turbo\n"
      "  katra start --persona Charlie --provider deepseek -b ~/project\n"
      "  katra start --persona Dario --own-login\n"
      "  katra start --persona Sam --worktree fix-login -b\n"
      "  katra start --persona Dario -- -p \"review the last commit\"");
  program.PassRest("start");
  command->callback([&program, options] {
    options->request.arguments = program.Rest();
    program.Run([options](Context& context) {
      if (options->request.wake_by_keys && !options->request.background) {
        return context.UsageError(
            "--wake-by-keys needs -b: keys are only typed into a tmux session that Katra started",
            "start");
      }
      if (options->explain) return ExplainStart(options->request, context);
      const Status started = StartSession(options->request, context);
      return started ? kExitOk : context.PrintError(started.error());
    });
  });
}

void AddSessionRun(CLI::App& app, Program& program) {
  auto run = std::make_shared<SessionRun>();
  CLI::App* command =
      app.add_subcommand("session-run", "run the client that `katra start -b` hands over");
  command->group("");  // hidden from the help
  command->add_option("SOCKET", run->socket, "where it is handed over")->required();
  command->add_option("--home", run->home, "the home whose session it is")->required();
  command->add_option("--persona", run->persona, "whose session it is")->required();
  command->callback([&program, run] {
    program.Run([run](Context& context) { return RunSession(*run, context); });
  });
}

}  // namespace katra::cli
