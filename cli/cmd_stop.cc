// katra stop: ends sessions that `katra start` started.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/program.h"
#include "cli/sessions/live.h"
#include "cli/sessions/stop.h"
#include "core/text.h"

namespace katra::cli {
namespace {

struct StopOptions {
  std::vector<std::string> personas;
  bool all = false;
  int grace_seconds = 5;
};

// What runs of the personas that were named; what does not run is told.
Result<std::vector<SessionRecord>> Choose(const StopOptions& options,
                                          const std::vector<LiveSession>& live,
                                          const Context& context) {
  std::vector<SessionRecord> chosen;
  if (options.all) {
    for (const LiveSession& session : live) {
      if (session.record) chosen.push_back(*session.record);
    }
    return chosen;
  }
  for (const std::string& name : options.personas) {
    if (!IsName(name)) {
      return Fail(ErrorCode::kInvalidArgument, "\"" + OneLine(name, 128) +
                                                   "\" is not a persona's name: `" +
                                                   context.program() + " list` shows who is here");
    }
    const auto found = std::find_if(live.begin(), live.end(), [&](const LiveSession& session) {
      return ToLowerAscii(session.persona) == ToLowerAscii(name);
    });
    if (found == live.end()) {
      context.out() << "No session of " << name << " runs.\n";
    } else if (!found->record) {
      return Fail(ErrorCode::kFailedPrecondition,
                  found->persona + " was not started by " + context.program() +
                      " start, and is left alone: end it where it runs");
    } else {
      chosen.push_back(*found->record);
    }
  }
  return chosen;
}

int Stop(const StopOptions& options, Context& context) {
  if (options.all != options.personas.empty()) {
    return context.Misused(options.all ? "name personas, or --all, not both"
                                       : "name the persona whose session shall end, or --all",
                           "stop");
  }
  const Result<Records> records = Records::Open(context.home());
  if (!records) return context.Explain(records.error());
  const Result<LockFile> lock = records->Lock();
  if (!lock) return context.Explain(lock.error());
  const Result<std::vector<LiveSession>> live = ListLive(*records, context);
  if (!live) return context.Explain(live.error());
  const Result<std::vector<SessionRecord>> chosen = Choose(options, *live, context);
  if (!chosen) return context.Explain(chosen.error());
  if (chosen->empty()) {
    if (options.all) context.out() << "No session runs.\n";
    return kExitOk;
  }
  const Result<std::vector<StopOutcome>> outcomes =
      StopSessions(*chosen, std::chrono::seconds(options.grace_seconds), *records, context);
  if (!outcomes) return context.Explain(outcomes.error());
  for (size_t i = 0; i < chosen->size(); ++i) {
    context.out() << (*chosen)[i].persona
                  << ((*outcomes)[i] == StopOutcome::kStopped
                          ? " stopped.\n"
                          : " did not end when asked, and was killed.\n");
  }
  return kExitOk;
}

}  // namespace

void AddStop(CLI::App& app, Program& program) {
  auto options = std::make_shared<StopOptions>();
  CLI::App* command = app.add_subcommand(
      "stop",
      "end sessions that were started with start\n"
      "Asks the client to end, and ends it when it has not within some seconds.");
  command->group(kSessionCommands);
  command->add_option("PERSONA", options->personas, "whose session shall end");
  command->add_flag("--all", options->all, "every session of this home");
  command->add_option("--grace", options->grace_seconds, "how long the client may take")
      ->type_name("SECONDS")
      ->check(CLI::Range(0, 600))
      ->capture_default_str();
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Stop(*options, context); });
  });
}

}  // namespace katra::cli
