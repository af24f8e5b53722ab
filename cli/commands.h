// Every command of the program: each is declared by one function, in a file cmd_NAME.cc of its own,
// that adds a CLI11 subcommand and says what it does:
//
//   void AddGreet(CLI::App& app, Program& program) {
//     auto options = std::make_shared<GreetOptions>();
//     CLI::App* command = app.add_subcommand("greet", "say hello to a persona");
//     command->group(kRoomCommands);
//     command->add_option("NAME", options->name, "whom to greet")->required();
//     command->add_flag("--json", options->json, "print JSON");
//     command->callback([&program, options] {
//       program.Run([options](Context& context) { return Greet(*options, context); });
//     });
//   }
//
// Help, completions and man pages are made from these declarations: every option has a text, and a
// value is named with ->type_name("NAME").
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace katra::cli {

class Program;

// The groups of `katra help`, in display order.
inline constexpr const char* kSessionCommands = "Sessions";
inline constexpr const char* kRoomCommands = "Room and memory";
inline constexpr const char* kRouterCommands = "Router";
inline constexpr const char* kSetupCommands = "Setup";
inline constexpr const char* kClientCommands = "Called by clients";

// Declares all commands, in the order of the help. `app` and `program` must outlive the parsing.
void AddCommands(CLI::App& app, Program& program);
// Declares what the short form `k` has besides the commands.
void AddShortForm(CLI::App& app, Program& program);
// Whether the first word of `arguments` that is no option is the name of a command. Otherwise all
// words are a text for the short form, whatever they are.
[[nodiscard]] bool BeginsWithCommand(const CLI::App& app,
                                     const std::vector<std::string>& arguments);

void AddGateway(CLI::App& app, Program& program);
void AddHelp(CLI::App& app, Program& program);

// Room and memory.
void AddSay(CLI::App& app, Program& program);
void AddHear(CLI::App& app, Program& program);
void AddWho(CLI::App& app, Program& program);
void AddWhoAmI(CLI::App& app, Program& program);
void AddHistory(CLI::App& app, Program& program);
void AddRemember(CLI::App& app, Program& program);
void AddRecall(CLI::App& app, Program& program);
void AddForget(CLI::App& app, Program& program);
void AddMemory(CLI::App& app, Program& program);
void AddClaim(CLI::App& app, Program& program);  // and claims
void AddPersona(CLI::App& app, Program& program);
void AddBackup(CLI::App& app, Program& program);
void AddWatch(CLI::App& app, Program& program);

void AddStart(CLI::App& app, Program& program);
void AddCliAgent(CLI::App& app, Program& program);
void AddInstall(CLI::App& app, Program& program);  // and uninstall
void AddDoctor(CLI::App& app, Program& program);
void AddCompletions(CLI::App& app, Program& program);
void AddMan(CLI::App& app, Program& program);
void AddEnv(CLI::App& app, Program& program);
void AddAttach(CLI::App& app, Program& program);
void AddDiff(CLI::App& app, Program& program);
void AddStop(CLI::App& app, Program& program);
void AddRestore(CLI::App& app, Program& program);
void AddSessionRun(CLI::App& app, Program& program);

// Called by clients.
void AddHook(CLI::App& app, Program& program);
void AddWait(CLI::App& app, Program& program);
void AddStatusLine(CLI::App& app, Program& program);

void AddList(CLI::App& app, Program& program);

// Router.
void AddConfig(CLI::App& app, Program& program);
void AddToken(CLI::App& app, Program& program);
void AddUsage(CLI::App& app, Program& program);
void AddRoute(CLI::App& app, Program& program);
void AddStats(CLI::App& app, Program& program);

}  // namespace katra::cli
