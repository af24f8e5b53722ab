// katra backup: a copy of the whole store, while others go on writing.
#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/program.h"
#include "cli/room/new_file.h"
#include "core/json_text.h"
#include "core/text.h"

namespace katra::cli {
namespace {

constexpr std::chrono::minutes kPatience{10};

struct BackupOptions {
  std::string file;
  bool json = false;
};

int Backup(const BackupOptions& options, Context& context) {
  const std::string path = Absolute(options.file, context);
  const Result<store::Maintenance*> store = context.OpenStore();
  if (!store) return context.PrintError(store.error());
  if (Status copied = (*store)->Backup(path, context.Call(kPatience)); !copied) {
    return context.PrintError(copied.error());
  }
  if (options.json) {
    context.out() << JsonText(nlohmann::json{{"file", path}}, 2) << "\n";
  } else {
    context.out() << "copied to " << OneLine(path, 4096) << "\n";
  }
  return kExitOk;
}

}  // namespace

void AddBackup(CLI::App& app, Program& program) {
  auto options = std::make_shared<BackupOptions>();
  CLI::App* command = app.add_subcommand("backup", "copy the whole store to a new file");
  command->group(kRoomCommands);
  command->add_option("FILE", options->file, "the new file; it is created with mode 0600")
      ->required();
  command->add_flag("--json", options->json, "print JSON");
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Backup(*options, context); });
  });
}

}  // namespace katra::cli
