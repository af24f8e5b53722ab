// katra restore: restarts the sessions that were running when the machine shut down, each in its
// last conversation.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/program.h"
#include "cli/sessions/launch.h"
#include "cli/sessions/live.h"
#include "core/text.h"

namespace katra::cli {
namespace {

struct RestoreOptions {
  std::vector<std::string> personas;
  bool dry_run = false;
};

bool Wanted(const RestoreOptions& options, const SessionRecord& record) {
  if (options.personas.empty()) return true;
  for (const std::string& name : options.personas) {
    if (ToLowerAscii(name) == ToLowerAscii(record.persona)) return true;
  }
  return false;
}

LaunchRequest RequestOf(const SessionRecord& record) {
  LaunchRequest request;
  request.persona = record.persona;
  request.provider = record.provider;
  request.model = record.model;
  request.role = record.role;
  request.room = record.room;
  request.client = record.client;
  request.folder = record.folder;
  request.use_router = record.router != "none" && !record.router.empty();
  request.no_router = record.router == "none";
  request.own_login = record.login == "own";
  request.wake_by_keys = record.wake_by_keys;
  request.background = true;
  request.resume = true;
  // Without the arguments: a prompt among them would be sent again.
  return request;
}

int Restore(const RestoreOptions& options, Context& context) {
  const Result<Records> records = Records::Open(context.home());
  if (!records) return context.PrintError(records.error());
  std::vector<std::string> warnings;
  Result<std::vector<SessionRecord>> all = records->List(&warnings);
  if (!all) return context.PrintError(all.error());
  for (const std::string& warning : warnings) context.Warn(warning);
  int worst = kExitOk;
  int found = 0;
  for (SessionRecord& record : *all) {
    if (!Wanted(options, record)) continue;
    const RecordState state = Refresh(*records, context, &record);
    if (state == RecordState::kElsewhere) {
      context.Warn(record.persona + " runs on " + PlaceElsewhere(record) +
                   ", which cannot be seen from here, and is left as it is. If that place is "
                   "gone: " +
                   context.program() + " stop --gone " + record.persona + ", then " +
                   context.program() + " start --persona " + record.persona + " --resume -b");
    }
    if (state != RecordState::kInterrupted) continue;
    ++found;
    if (options.dry_run) {
      context.out() << OneLine(record.persona + ": " + record.client + " in " + record.folder, 600)
                    << "\n";
      continue;
    }
    if (const Status started = StartSession(RequestOf(record), context); !started) {
      Error error = started.error();
      error.message = record.persona + ": " + error.message;
      worst = context.PrintError(error);
    }
  }
  if (found == 0) {
    const std::string of = options.personas.empty()
                               ? std::string()
                               : " of " + OneLine(Join(options.personas, ", "), 300);
    context.out() << "Nothing to restore: no session" << of
                  << " was interrupted by a restart of the machine.\n";
  }
  return worst;
}

}  // namespace

void AddRestore(CLI::App& app, Program& program) {
  auto options = std::make_shared<RestoreOptions>();
  CLI::App* command =
      app.add_subcommand("restore",
                         "restart the sessions that were running when the machine or tmux stopped\n"
                         "Each session continues its last conversation, in the background.");
  command->group(kSessionCommands);
  command->add_option("PERSONA", options->personas, "only these; default: all");
  command->add_flag("--dry-run", options->dry_run,
                    "show what would be started, without starting it");
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Restore(*options, context); });
  });
}

}  // namespace katra::cli
