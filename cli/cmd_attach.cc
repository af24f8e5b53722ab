// katra attach: attaches the terminal to a background session.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>
#include <string>

#include "cli/commands.h"
#include "cli/program.h"
#include "cli/sessions/records.h"
#include "cli/sessions/tmux.h"
#include "core/text.h"

namespace katra::cli {
namespace {

// kNotFound, kFailedPrecondition: there is no session to attach to.
Result<SessionRecord> FindBackground(const std::string& persona, const Context& context) {
  const std::string& program = context.program();
  if (!IsName(persona)) {
    return Fail(ErrorCode::kInvalidArgument, "\"" + OneLine(persona, 128) +
                                                 "\" is not a persona's name: `" + program +
                                                 " list` shows who is here");
  }
  const Result<Records> records = Records::Open(context.home());
  if (!records) return Fail(records.error().code, records.error().message);
  Result<SessionRecord> record = records->Find(persona);
  if (!record && record.error().code != ErrorCode::kNotFound) return record;
  const RecordState state = record ? StateOf(*record) : RecordState::kEnded;
  if (state == RecordState::kElsewhere) {
    return Fail(ErrorCode::kFailedPrecondition,
                record->persona + " runs on " + PlaceElsewhere(*record) +
                    ", which cannot be seen from here: attach there");
  }
  if (state != RecordState::kRunning) {
    const bool interrupted = state == RecordState::kInterrupted;
    return Fail(
        ErrorCode::kNotFound,
        "no session of " + persona + " runs. " +
            (interrupted
                 ? "It ran when the machine or tmux went down: " + program + " restore " + persona
                 : "Start one: " + program + " start --persona " + persona + " -b"));
  }
  if (!record->background()) {
    return Fail(ErrorCode::kFailedPrecondition,
                record->persona + " runs in a terminal" +
                    (record->terminal.empty() ? "" : " (" + record->terminal + ")") +
                    ", which cannot be attached to: go there, or stop it and start it with -b");
  }
  return record;
}

int Attach(const std::string& persona, Context& context) {
  const Result<SessionRecord> record = FindBackground(persona, context);
  if (!record) return context.PrintError(record.error());
  const Result<Tmux> tmux = Tmux::Find(context, record->tmux_path);
  if (!tmux) return context.PrintError(tmux.error());
  if (!context.terminal().in || !context.terminal().out) {
    return context.PrintError(
        {ErrorCode::kFailedPrecondition,
         "attach needs a terminal: run it in one, or look at the session with " +
             // Quoted, because zsh expands a word that begins with = to the path of a program.
             tmux->Typed("capture-pane -p -t '=" + record->tmux_session + ":'"),
         {},
         false});
  }
  const Result<bool> there = tmux->Has(record->tmux_session);
  if (!there) return context.PrintError(there.error());
  if (!*there) {
    return context.PrintError({ErrorCode::kNotFound,
                               "tmux has no session " + record->tmux_session +
                                   " any more; end what is left of it: " + context.program() +
                                   " stop " + record->persona,
                               {},
                               false});
  }
  return context.PrintError(ReplaceProcess(tmux->Attach(record->tmux_session)));
}

}  // namespace

void AddAttach(CLI::App& app, Program& program) {
  auto persona = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(
      "attach", "attach this terminal to a background session\nDetach with Ctrl-b d.");
  command->group(kSessionCommands);
  command->add_option("PERSONA", *persona, "the persona of the session")->required();
  command->callback([&program, persona] {
    program.Run([persona](Context& context) { return Attach(*persona, context); });
  });
}

}  // namespace katra::cli
