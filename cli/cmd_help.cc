// katra help [COMMAND...]: the same text as --help.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "cli/command_info.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/program.h"
#include "core/text.h"

namespace katra::cli {
namespace {

int Help(const std::vector<std::string>& names, const Program& program, const Context& context) {
  const CommandInfo info = Describe(program);
  const CommandInfo* at = &info;
  for (const std::string& name : names) {
    const CommandInfo* const below = FindCommand(*at, {name});
    if (below == nullptr) {
      std::vector<std::string> known;
      for (const CommandInfo& sub : at->commands) known.push_back(sub.name);
      const std::vector<std::string> near = NearestMatches(name, known);
      return context.UsageError(at->path + " has no command \"" + OneLine(name, 128) + "\"" +
                                    (near.empty() ? "" : "; did you mean " + near.front() + "?"),
                                "");
    }
    at = below;
  }
  context.out() << RenderHelp(*at, context.terminal().width);
  return kExitOk;
}

}  // namespace

void AddHelp(CLI::App& app, Program& program) {
  auto names = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand("help", "explain a command and its options");
  command->group(kSetupCommands);
  command->add_option("COMMAND", *names, "the command; without one: all of them");
  command->callback([&program, names] {
    program.Run([&program, names](Context& context) { return Help(*names, program, context); });
  });
}

}  // namespace katra::cli
