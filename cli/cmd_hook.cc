// katra hook: called by a coding agent at the events of a session (docs/delivery.md).
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/hooks/events.h"
#include "cli/hooks/live_session.h"
#include "cli/program.h"
#include "cli/sessions/gateway_care.h"
#include "cli/sessions/records.h"
#include "core/text.h"

namespace katra::cli {
namespace {

// The client's input includes a tool's result.
constexpr size_t kMostInputBytes = 64 * 1024 * 1024;
// Any other code except 0 is shown to the user and is harmless; 2 would stop the client.
constexpr int kExitTold = 1;

// For `katra restore` and --resume: the conversation changes with /clear and /resume. A client that
// its user has left was not interrupted by a shutdown; one that was told to exit may have been.
void Note(HookEvent event, const HookInput& input, const Context& context) {
  const bool left = event == HookEvent::kSessionEnd &&
                    (input.reason == "prompt_input_exit" || input.reason == "logout");
  // A conversation that ends is not the one to resume.
  if (input.of_subagent || (event == HookEvent::kSessionEnd && !left)) return;
  NoteConversation(context.home(), context.Variable("KATRA_PERSONA"), input.session_id,
                   left ? std::optional<WallTime>(context.clock().Now()) : std::nullopt);
}

struct HookOptions {
  std::string event;
  std::string client = "claude";
  bool installed = false;
};

int Hook(const HookOptions& options, Context& context) {
  const std::string& name = options.event;
  const std::optional<HookEvent> event = ParseHookEvent(name);
  if (!event) {
    const std::vector<std::string> near = NearestMatches(name, HookEventNames());
    return context.UsageError("\"" + OneLine(name, 80) + "\" is not an event: " +
                                  (near.empty() ? "use " + Join(HookEventNames(), ", ")
                                                : "did you mean " + near.front() + "?"),
                              "hook");
  }
  const std::optional<HookClient> client = ParseHookClient(options.client);
  if (!client) {
    return context.UsageError("\"" + OneLine(options.client, 80) + "\" is not a client: use " +
                                  Join(HookClientNames(), ", "),
                              "hook");
  }
  if (options.installed && StartedByKatra(context)) return kExitOk;
  const Result<std::string> input = context.ReadInput(kMostInputBytes);
  if (!input) {
    context.PrintError(input.error());
    return kExitTold;
  }
  HookInput told = ParseHookInput(*input);
  told.by_process = *client != HookClient::kClaude;
  // An edit waits for its hook, which does nothing else.
  if (*event != HookEvent::kPreTool) Note(*event, told, context);
  if (*event != HookEvent::kPreTool && *event != HookEvent::kSessionEnd) KeepGateway(context);
  const Result<std::string> answer = HandleHook(*event, *client, told, context);
  if (!answer) {
    context.PrintError(answer.error());
    return kExitTold;
  }
  if (!answer->empty()) context.out() << *answer << "\n";
  return kExitOk;
}

}  // namespace

void AddHook(CLI::App& app, Program& program) {
  auto options = std::make_shared<HookOptions>();
  CLI::App* command = app.add_subcommand(
      "hook", "called by a coding agent: delivers messages and reports what the session is doing");
  command->group(kClientCommands);
  command->add_option("EVENT", options->event, Join(HookEventNames(), ", "))->required();
  command->add_option("--client", options->client, Join(HookClientNames(), ", "))
      ->type_name("NAME")
      ->capture_default_str();
  command->add_flag("--installed", options->installed,
                    "do nothing in a session of `katra start`, which has hooks of its own");
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Hook(*options, context); });
  });
}

}  // namespace katra::cli
