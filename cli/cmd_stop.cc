// katra stop: stops sessions that `katra start` started.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/program.h"
#include "cli/sessions/gateway.h"
#include "cli/sessions/live.h"
#include "cli/sessions/stop.h"
#include "core/text.h"

namespace katra::cli {
namespace {

struct StopOptions {
  std::vector<std::string> personas;
  bool all = false;
  bool gone = false;
  int grace_seconds = 5;
};

struct Chosen {
  std::vector<SessionRecord> here;
  std::vector<LiveSession> elsewhere;  // not observable from here, so not stopped
};

void Add(const LiveSession& session, Chosen* chosen) {
  if (session.elsewhere) {
    chosen->elsewhere.push_back(session);
  } else {
    chosen->here.push_back(*session.record);
  }
}

// The running sessions of the named personas; prints the names without one.
Result<Chosen> Choose(const StopOptions& options, const std::vector<LiveSession>& live,
                      const Context& context) {
  Chosen chosen;
  if (options.all) {
    for (const LiveSession& session : live) {
      if (session.record) Add(session, &chosen);
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
                      " start, so it is not stopped: stop it where it runs");
    } else {
      Add(*found, &chosen);
    }
  }
  return chosen;
}

// Closes a session that the user declares gone. Refuses if it is still connected to the room.
Status CloseGone(const LiveSession& session, const Records& records, const Context& context) {
  SessionRecord record = *session.record;
  if (session.presence && session.presence->session.started_at >= record.started_at) {
    return Fail(ErrorCode::kFailedPrecondition, record.persona + " is still in the room, so " +
                                                    PlaceElsewhere(record) +
                                                    " still exists: stop it there");
  }
  if (auto ended = EndGatewayTokens(context, record.persona); !ended) return ended;
  record.ended_at = context.clock().Now();
  if (auto saved = records.Save(record); !saved) return saved;
  context.out() << record.persona << " is recorded as gone; no process was stopped.\n";
  return {};
}

// Returns the exit code.
int TellElsewhere(const StopOptions& options, const std::vector<LiveSession>& sessions,
                  const Records& records, const Context& context) {
  int code = kExitOk;
  for (const LiveSession& session : sessions) {
    if (options.gone) {
      if (const Status closed = CloseGone(session, records, context); !closed) {
        code = context.PrintError(closed.error());
      }
      continue;
    }
    code = context.PrintError(
        {ErrorCode::kFailedPrecondition,
         session.persona + " runs on " + PlaceElsewhere(*session.record) +
             ", which cannot be seen from here; it was not ended. Run this there: " +
             context.program() + " stop " + session.persona +
             ". If that place is gone: " + context.program() + " stop --gone " + session.persona,
         {},
         false});
  }
  return code;
}

int Stop(const StopOptions& options, Context& context) {
  if (options.all != options.personas.empty()) {
    return context.UsageError(options.all ? "name personas, or --all, not both"
                                          : "name the persona whose session to end, or --all",
                              "stop");
  }
  const Result<Records> records = Records::Open(context.home());
  if (!records) return context.PrintError(records.error());
  const Result<LockFile> lock = records->Lock();
  if (!lock) return context.PrintError(lock.error());
  const Result<std::vector<LiveSession>> live = ListLive(*records, context);
  if (!live) return context.PrintError(live.error());
  const Result<Chosen> chosen = Choose(options, *live, context);
  if (!chosen) return context.PrintError(chosen.error());
  const std::vector<SessionRecord>& here = chosen->here;
  if (here.empty()) {
    if (options.all && chosen->elsewhere.empty()) context.out() << "No session is running.\n";
    return TellElsewhere(options, chosen->elsewhere, *records, context);
  }
  if (options.gone) {
    return context.PrintError({ErrorCode::kFailedPrecondition,
                               here.front().persona + " runs here: end it without --gone",
                               {},
                               false});
  }
  const Result<std::vector<StopOutcome>> outcomes =
      StopSessions(here, std::chrono::seconds(options.grace_seconds), *records, context);
  if (!outcomes) return context.PrintError(outcomes.error());
  for (size_t i = 0; i < here.size(); ++i) {
    context.out() << here[i].persona
                  << ((*outcomes)[i] == StopOutcome::kStopped
                          ? " stopped.\n"
                          : " did not end when asked, and was killed.\n");
  }
  return TellElsewhere(options, chosen->elsewhere, *records, context);
}

}  // namespace

void AddStop(CLI::App& app, Program& program) {
  auto options = std::make_shared<StopOptions>();
  CLI::App* command = app.add_subcommand(
      "stop",
      "stop sessions started by `katra start`\n"
      "Asks the client to exit, and kills it if it has not exited after the grace period.");
  command->group(kSessionCommands);
  command->add_option("PERSONA", options->personas, "the personas whose sessions to stop");
  command->add_flag("--all", options->all, "every session of this home");
  command->add_flag("--gone", options->gone,
                    "the container or machine it ran on is gone: forget the session");
  command->add_option("--grace", options->grace_seconds, "the grace period")
      ->type_name("SECONDS")
      ->check(CLI::Range(0, 600))
      ->capture_default_str();
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Stop(*options, context); });
  });
}

}  // namespace katra::cli
