#include "cli/program.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "cli/command_info.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "core/text.h"
#include "core/user.h"

namespace katra::cli {
namespace {

constexpr const char* kAbout =
    "Runs coding agents as personas, on any provider, with one shared room and one shared memory.";

// The deepest command that the arguments reached.
const CLI::App* Reached(const CLI::App* app) {
  for (;;) {
    const std::vector<CLI::App*> parsed = app->get_subcommands();
    if (parsed.empty()) return app;
    app = parsed.back();
  }
}

// "start", "memory list"; empty for the program itself.
std::string NameBelow(const CLI::App* root, const CLI::App* app) {
  std::string name;
  for (; app != nullptr && app != root; app = app->get_parent()) {
    name = app->get_name() + (name.empty() ? "" : " " + name);
  }
  return name;
}

std::vector<std::string> CommandNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!sub->get_name().empty()) names.push_back(sub->get_name());
  }
  return names;
}

std::vector<std::string> OptionNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::string Meant(const std::string& word, const std::vector<std::string>& candidates) {
  const std::vector<std::string> near = NearestMatches(word, candidates);
  if (near.empty()) return {};
  std::string text = "; did you mean ";
  for (size_t i = 0; i < near.size(); ++i) text += (i == 0 ? "" : " or ") + near[i];
  return text + "?";
}

// Describes what is wrong with unused words.
std::string ExtraWords(const CLI::App& root, const CLI::App& reached,
                       const std::vector<std::string>& words) {
  const std::string& word = words.front();
  const std::string shown = "\"" + OneLine(word, 128) + "\"";
  if (!word.empty() && word.front() == '-') {
    const std::string name = word.substr(0, word.find('='));
    return "unknown option " + shown + Meant(name, OptionNames(reached));
  }
  if (!CommandNames(reached).empty()) {
    return "unknown command " + shown + Meant(word, CommandNames(reached));
  }
  const std::string command = NameBelow(&root, &reached);
  return shown + " is one argument too many" + (command.empty() ? "" : " for " + command);
}

void RemoveCommands(CLI::App& app) {
  for (CLI::App* const command : app.get_subcommands([](const CLI::App*) { return true; })) {
    app.remove_subcommand(command);
  }
}

// Commands that only describe the program work whatever KATRA_HOME is.
bool NeedsHome(const std::string& command) { return command != "help" && command != "completions"; }

int Refuse(const Context& context, const CLI::App& root, const std::string& why,
           const CLI::App& reached) {
  return context.UsageError(why, NameBelow(&root, &reached));
}

}  // namespace

int RunProgram(const std::vector<std::string>& arguments, Context& context) {
  CLI::App app(kAbout, context.program());
  Program program;
  program.root_ = &app;
  app.set_help_flag("-h,--help", "show this help");
  app.set_version_flag("--version", context.program() + " " + context.version(),
                       "print the version");
  app.require_subcommand(0, 1);
  app.footer("`" + context.program() + " help COMMAND` says more about a command.");
  AddCommands(app, program);
  if (context.program() == "k") {
    const bool command = BeginsWithCommand(app, arguments);
    AddShortForm(app, program);
    // In a text, the name of a command is a word like any other.
    if (!command) RemoveCommands(app);
  }

  std::vector<std::string> own = arguments;
  if (!own.empty() && program.PassesRest(own.front())) {
    const auto dashes = std::find(own.begin(), own.end(), "--");
    if (dashes != own.end()) {
      program.rest_.assign(dashes + 1, own.end());
      own.erase(dashes, own.end());
    }
  }
  std::reverse(own.begin(), own.end());  // in the order that CLI11 expects
  try {
    app.parse(std::move(own));
  } catch (const CLI::CallForHelp&) {
    const CommandInfo info = Describe(program);
    const std::string name = NameBelow(&app, Reached(&app));
    const CommandInfo* const command =
        FindCommand(info, name.empty() ? std::vector<std::string>() : Split(name, ' '));
    context.out() << RenderHelp(command == nullptr ? info : *command, context.terminal().width);
    return kExitOk;
  } catch (const CLI::CallForVersion& shown) {
    context.out() << shown.what() << "\n";
    return kExitOk;
  } catch (const CLI::ExtrasError&) {
    const CLI::App& reached = *Reached(&app);
    const std::vector<std::string> extras = app.remaining(true);
    return Refuse(context, app,
                  extras.empty() ? "too many arguments" : ExtraWords(app, reached, extras),
                  reached);
  } catch (const CLI::ParseError& error) {
    return Refuse(context, app, OneLine(error.what(), 2000), *Reached(&app));
  }
  if (!program.action_) {
    context.out() << RenderHelp(Describe(program), context.terminal().width);
    return kExitOk;
  }
  const std::string command = NameBelow(&app, Reached(&app));
  if (!context.home().empty() && NeedsHome(command)) {
    if (const auto home = KatraHome(context.home(), context.user_home()); !home) {
      const int code = context.PrintError(home.error());
      // Clients treat a hook's exit code 2 as an order to stop.
      return command == "hook" ? 1 : code;
    }
  }
  return program.action_(context);
}

}  // namespace katra::cli
