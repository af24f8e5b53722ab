// katra install and uninstall: registers Katra's server permanently in the clients' own
// configuration.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "cli/clients/client_folders.h"
#include "cli/clients/lasting_hooks.h"
#include "cli/clients/opencode_plugin.h"
#include "cli/clients/user_file.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/program.h"
#include "cli/sessions/programs.h"
#include "core/text.h"

namespace katra::cli {
namespace {

struct InstallOptions {
  std::vector<std::string> clients;
  std::string scope = "user";
  bool dry_run = false;
  bool remove = false;
};

Result<std::vector<Client>> ChooseClients(const InstallOptions& options, const Context& context) {
  std::vector<Client> chosen;
  for (const std::string& name : options.clients) {
    Result<Client> client = FindClient(name, context);
    if (!client) return Pass(std::move(client));
    chosen.push_back(std::move(*client));
  }
  if (!options.clients.empty()) return chosen;
  std::vector<std::string> known;
  for (Client& client : Clients(FoldersOf(context))) {
    known.push_back(client.name);
    // A removed client may have left its configuration.
    if (options.remove || IsThere(client, context)) chosen.push_back(std::move(client));
  }
  if (!chosen.empty()) return chosen;
  return Fail(
      ErrorCode::kFailedPrecondition,
      "no client was found on this machine: name one with --client (" + Join(known, ", ") + ")");
}

std::string FileOf(const Client& client, const InstallOptions& options, const Context& context) {
  return options.scope == "project" ? context.working_folder() + "/" + client.project_file
                                    : client.user_file;
}

using Edit = std::function<Result<std::string>(const std::string& text)>;

// Changes one file, and prints what it does. `what`: "registered", as in "registered already in".
Status ChangeFile(const Client& client, const std::string& path, const std::string& what,
                  const Edit& edit, const InstallOptions& options, const Context& context) {
  Result<UserFile> file = ReadUserFile(path);
  if (!file) return Pass(std::move(file));
  Result<std::string> text = edit(file->text);
  if (!text) {
    return Fail(text.error().code,
                file->path + ": " + text.error().message +
                    ". Nothing was changed: fix the file, or move it away, and run `" +
                    context.program() + (options.remove ? " un" : " ") + "install --client " +
                    client.name + "` again.");
  }
  if (*text == file->text) {
    if (!options.remove || !options.clients.empty()) {
      context.out() << client.title << ": "
                    << (options.remove ? "not " + what + " in " : what + " already in ")
                    << file->path << "\n";
    }
    return {};
  }
  context.out() << client.title << ": " << RenderChange(*file, *text);
  if (options.dry_run) return {};
  if (!file->exists && options.scope == "project") file->mode = 0644;
  const Result<std::string> backup = ReplaceUserFile(*file, *text, context.clock().Now());
  if (!backup) return Fail(backup.error().code, backup.error().message);
  context.out() << client.title << ": " << (options.remove ? "removed" : what)
                << (backup->empty() ? "" : "; backup: " + *backup) << "\n";
  return {};
}

// Katra's own file: written, or removed if it is still Katra's.
Status ChangePlugin(const Client& client, const ServerRegistration& registration,
                    const InstallOptions& options, const Context& context) {
  const Result<UserFile> file = ReadUserFile(client.plugin_file);
  if (!file) return Fail(file.error().code, file.error().message);
  const std::string text = OpenCodePlugin(registration.katra, registration.home);
  const bool ours = file->text.starts_with(text.substr(0, text.find('\n')));
  if (file->exists && !ours) {
    return Fail(ErrorCode::kAlreadyExists,
                file->path + " is not Katra's, and is left alone: rename it, and try again");
  }
  if (options.remove ? !file->exists : file->text == text) return {};
  context.out() << client.title << ": " << file->path
                << (options.remove ? " (removed)" : " (Katra's plugin)") << "\n";
  if (options.dry_run) return {};
  if (options.remove) {
    std::error_code failed;
    std::filesystem::remove(file->path, failed);
    return {};
  }
  // It has no settings of the user's, so there is nothing to back up.
  const Result<std::string> kept =
      ReplaceUserFile({file->path, {}, false, 0600}, text, context.clock().Now());
  return kept ? Status() : tl::unexpected<Error>(kept.error());
}

// What else changes for all projects of the user: a file of hooks, or a plugin.
Status ChangeHooks(const Client& client, const ServerRegistration& registration,
                   const InstallOptions& options, const Context& context) {
  if (registration.katra.empty() && !options.remove) return {};
  if (!client.plugin_file.empty()) return ChangePlugin(client, registration, options, context);
  if (client.hooks_file.empty() || client.hooks_file == client.user_file) return {};
  return ChangeFile(
      client, client.hooks_file, "hooks set",
      [&](const std::string& text) {
        return EditHooks(client, text, options.remove ? nullptr : &registration);
      },
      options, context);
}

// The changes of the file with the server's registration. `hooks`: the text of the file of hooks
// before it is changed.
Result<std::string> EditUserFile(const Client& client, const std::string& text,
                                 const std::string& hooks, const InstallOptions& options,
                                 const ServerRegistration& registration) {
  const ServerRegistration* const given = options.remove ? nullptr : &registration;
  const bool lasting = options.scope == "user";
  std::string edited = text;
  if (lasting && client.toml && options.remove) {
    Result<std::string> trusted = EditCodexTrust(client, edited, hooks, {});
    if (!trusted) return trusted;
    edited = std::move(*trusted);
  }
  Result<std::string> registered = EditRegistration(client, edited, given);
  if (!registered || !lasting) return registered;
  if (client.hooks_file == client.user_file) return EditHooks(client, *registered, given);
  if (!client.toml || options.remove) return registered;
  const Result<std::string> after = EditHooks(client, hooks, given);
  return after ? EditCodexTrust(client, *registered, hooks, *after) : after;
}

Status Change(const Client& client, const InstallOptions& options,
              const ServerRegistration& registration, const Context& context) {
  const std::string path = FileOf(client, options, context);
  if (options.scope == "project") {
    if (auto safe = CheckWayBelow(context.working_folder(), path); !safe) return safe;
  }
  std::string hooks;
  if (client.toml && options.scope == "user") {
    Result<UserFile> file = ReadUserFile(client.hooks_file);
    if (!file) return Pass(std::move(file));
    hooks = std::move(file->text);
  }
  const Edit edit = [&](const std::string& text) {
    return EditUserFile(client, text, hooks, options, registration);
  };
  if (auto done = ChangeFile(client, path, "registered", edit, options, context); !done)
    return done;
  if (options.scope == "user") {
    if (auto done = ChangeHooks(client, registration, options, context); !done) return done;
  }
  if (!options.remove && !options.dry_run && !client.next_step.empty()) {
    context.out() << client.title << ": " << client.next_step << "\n";
  }
  return {};
}

int Install(const InstallOptions& options, const Context& context) {
  if (context.user_home().empty()) {
    return context.PrintError({ErrorCode::kInvalidArgument, "HOME is not set: set it", {}, false});
  }
  const Result<std::vector<Client>> clients = ChooseClients(options, context);
  if (!clients) return context.PrintError(clients.error());
  ServerRegistration registration;
  registration.server = FindOwnProgram(context, "katra_mcp_server");
  registration.katra = FindOwnProgram(context, "katra");
  if (registration.katra.empty()) registration.katra = context.executable();
  if (context.home() != context.user_home() + "/.katra") registration.home = context.home();
  if (registration.server.empty() && !options.remove) {
    return context.PrintError(
        {ErrorCode::kFailedPrecondition,
         "katra_mcp_server was not found next to this program or in PATH: install "
         "Katra's programs into one folder",
         {},
         false});
  }
  int worst = kExitOk;
  for (const Client& client : *clients) {
    if (const Status done = Change(client, options, registration, context); !done) {
      worst = context.PrintError(done.error());
    }
  }
  if (options.dry_run) context.out() << "Nothing was changed (--dry-run).\n";
  return worst;
}

void Declare(CLI::App& app, Program& program, bool remove) {
  auto options = std::make_shared<InstallOptions>();
  options->remove = remove;
  CLI::App* command =
      remove ? app.add_subcommand("uninstall",
                                  "remove Katra's server and hooks from the clients' files")
             : app.add_subcommand(
                   "install",
                   "register Katra's server and hooks in the clients' own files\n"
                   "It shows what changes, and keeps a backup beside the file. "
                   "Comments and everything else in the file stay. `katra start` needs none of "
                   "this.");
  command->group(kSetupCommands);
  command
      ->add_option("--client", options->clients,
                   "claude, codex, gemini, opencode, cursor or vscode; repeatable; default: the "
                   "installed ones")
      ->type_name("NAME")
      ->expected(1)
      ->take_all();
  command->add_option("--scope", options->scope, "for all of your projects, or for this one")
      ->type_name("SCOPE")
      ->check(CLI::IsMember({"user", "project"}))
      ->capture_default_str();
  command->add_flag("--dry-run", options->dry_run, "show what would change, without changing it");
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Install(*options, context); });
  });
}

}  // namespace

void AddInstall(CLI::App& app, Program& program) {
  Declare(app, program, false);
  Declare(app, program, true);
}

}  // namespace katra::cli
