// katra diff: what a session has changed in its folder.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/program.h"
#include "cli/sessions/git.h"
#include "cli/sessions/live.h"
#include "core/text.h"

namespace katra::cli {
namespace {

// The folder of the persona's session, which may have ended.
Result<std::string> FolderOf(const std::string& persona, Context& context) {
  const std::string& program = context.program();
  if (!IsName(persona)) {
    return Fail(ErrorCode::kInvalidArgument, "\"" + OneLine(persona, 128) +
                                                 "\" is not a persona's name: `" + program +
                                                 " list` shows who is here");
  }
  const Result<Records> records = Records::Open(context.home());
  if (!records) return tl::unexpected<Error>(records.error());
  const Result<SessionRecord> record = records->Find(persona);
  if (record && StateOf(*record) == RecordState::kElsewhere) {
    return Fail(ErrorCode::kFailedPrecondition, record->persona + " runs on " +
                                                    PlaceElsewhere(*record) +
                                                    ", which cannot be seen from here: look there");
  }
  if (record) return record->folder;
  if (record.error().code != ErrorCode::kNotFound) return tl::unexpected<Error>(record.error());
  const Result<std::vector<LiveSession>> live = ListLive(*records, context);
  if (!live) return tl::unexpected<Error>(live.error());
  const auto own = std::find_if(live->begin(), live->end(), [&](const LiveSession& session) {
    return ToLowerAscii(session.persona) == ToLowerAscii(persona) && session.presence &&
           !session.elsewhere && !session.presence->session.working_folder.empty();
  });
  if (own != live->end()) return own->presence->session.working_folder;
  return Fail(ErrorCode::kNotFound,
              "no session of " + persona + " is known: `" + program + " list` shows who is here");
}

int Diff(const std::string& persona, std::vector<std::string> arguments, Context& context) {
  const Result<std::string> folder = FolderOf(persona, context);
  if (!folder) return context.PrintError(folder.error());
  const Result<Git> git = Git::Find(context);
  if (!git) return context.PrintError(git.error());
  context.CloseStore();
  context.out().flush();
  const Result<int> shown = git->Diff(*folder, arguments);
  return shown ? *shown : context.PrintError(shown.error());
}

struct DiffOptions {
  std::string persona;
  bool stat = false;
};

}  // namespace

void AddDiff(CLI::App& app, Program& program) {
  auto options = std::make_shared<DiffOptions>();
  CLI::App* command = app.add_subcommand(
      "diff",
      "show what a session has changed in its repository\n"
      "In a work tree (`start --worktree`): everything since its branch left the main work tree's "
      "commit. Elsewhere: everything since the last commit, whoever changed it. New files are "
      "included. Arguments after -- go to git diff.");
  command->group(kSessionCommands);
  command->add_option("PERSONA", options->persona, "the persona of the session")->required();
  command->add_flag("--stat", options->stat, "only count the changed lines of each file");
  command->footer(
      "Examples:\n"
      "  katra diff Sam\n"
      "  katra diff Sam -- --word-diff src/");
  program.PassRest("diff");
  command->callback([&program, options] {
    std::vector<std::string> arguments = program.Rest();
    if (options->stat) arguments.insert(arguments.begin(), "--stat");
    program.Run([options, arguments](Context& context) {
      return Diff(options->persona, arguments, context);
    });
  });
}

}  // namespace katra::cli
