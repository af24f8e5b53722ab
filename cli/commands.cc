#include "cli/commands.h"

namespace katra::cli {

void AddCommands(CLI::App& app, Program& program) {
  AddList(app, program);
  AddHelp(app, program);
}

void AddShortForm(CLI::App& /*app*/, Program& /*program*/) {}

}  // namespace katra::cli
