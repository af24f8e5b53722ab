#include "cli/commands.h"

namespace katra::cli {

void AddCommands(CLI::App& app, Program& program) {
  AddStart(app, program);
  AddCliAgent(app, program);
  AddEnv(app, program);
  AddList(app, program);
  AddAttach(app, program);
  AddDiff(app, program);
  AddStop(app, program);
  AddRestore(app, program);
  AddSessionRun(app, program);
  AddSay(app, program);
  AddHear(app, program);
  AddWho(app, program);
  AddWatch(app, program);
  AddWhoAmI(app, program);
  AddHistory(app, program);
  AddRemember(app, program);
  AddRecall(app, program);
  AddForget(app, program);
  AddMemory(app, program);
  AddClaim(app, program);
  AddPersona(app, program);
  AddBackup(app, program);
  AddConfig(app, program);
  AddGateway(app, program);
  AddToken(app, program);
  AddUsage(app, program);
  AddRoute(app, program);
  AddStats(app, program);
  AddHook(app, program);
  AddWait(app, program);
  AddStatusLine(app, program);
  AddInstall(app, program);
  AddDoctor(app, program);
  AddCompletions(app, program);
  AddMan(app, program);
  AddHelp(app, program);
}

}  // namespace katra::cli
