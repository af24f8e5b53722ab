// katra completions and katra man: completions for shells and pages for man(1), made from the
// declared commands.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "cli/command_info.h"
#include "cli/commands.h"
#include "cli/completions.h"
#include "cli/exit_codes.h"
#include "cli/program.h"

namespace katra::cli {
namespace {

int Completions(const std::string& shell, const Program& program, const Context& context) {
  const CommandInfo root = Describe(program);
  context.out() << (shell == "bash"  ? BashCompletion(root)
                    : shell == "zsh" ? ZshCompletion(root)
                                     : FishCompletion(root));
  return kExitOk;
}

// The pages "katra.1", "katra-start.1", ... are written to a folder below it.
int WritePages(const std::string& folder, const CommandInfo& root, const Context& context) {
  const std::string date = FormatDate(context.clock().Now());
  std::vector<const CommandInfo*> pages = {&root};
  for (const CommandInfo& command : root.commands) pages.push_back(&command);
  for (const CommandInfo* command : pages) {
    const std::string name = command == &root ? root.name : root.name + "-" + command->name;
    const std::filesystem::path path =
        std::filesystem::path(context.working_folder()) / folder / (name + ".1");
    std::ofstream file(path, std::ios::binary);
    file << ManPage(*command, root, context.version(), date);
    file.close();
    if (!file) {
      return context.PrintError({ErrorCode::kPermissionDenied,
                                 path.string() + " cannot be written: name a folder of your own",
                                 {},
                                 false});
    }
  }
  return kExitOk;
}

int Man(const std::vector<std::string>& names, const std::string& folder, const Program& program,
        const Context& context) {
  const CommandInfo root = Describe(program);
  if (!folder.empty()) return WritePages(folder, root, context);
  const CommandInfo* const command = FindCommand(root, names);
  if (command == nullptr) return context.UsageError("there is no such command", "");
  context.out() << ManPage(*command, root, context.version(), FormatDate(context.clock().Now()));
  return kExitOk;
}

struct ManOptions {
  std::vector<std::string> names;
  std::string folder;
};

}  // namespace

void AddCompletions(CLI::App& app, Program& program) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("completions", "print shell completions");
  command->group(kSetupCommands);
  command->add_option("SHELL", *shell, "the shell")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer(
      "Examples:\n"
      "  katra completions bash > ~/.local/share/bash-completion/completions/katra\n"
      "  katra completions fish > ~/.config/fish/completions/katra.fish");
  command->callback([&program, shell] {
    program.Run(
        [&program, shell](Context& context) { return Completions(*shell, program, context); });
  });
}

void AddMan(CLI::App& app, Program& program) {
  auto options = std::make_shared<ManOptions>();
  CLI::App* command = app.add_subcommand("man", "print a man page of this program or a command");
  command->group(kSetupCommands);
  command->add_option("COMMAND", options->names, "the command; without one: the program");
  command->add_option("--write", options->folder, "write all pages into a folder")
      ->type_name("FOLDER");
  command->footer("Example:\n  katra man start | man -l -");
  command->callback([&program, options] {
    program.Run([&program, options](Context& context) {
      return Man(options->names, options->folder, program, context);
    });
  });
}

}  // namespace katra::cli
