// katra env: prints the variables that `katra start` would set, for use in a shell. Starts nothing.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/program.h"
#include "cli/sessions/launch.h"
#include "cli/sessions/launch_options.h"
#include "core/json_text.h"
#include "core/text.h"

namespace katra::cli {
namespace {

struct EnvOptions {
  LaunchRequest request;
  bool json = false;
};

// Keys are given by their variables, because the output may be seen by others.
std::string Line(const EnvironmentChange& change, const Environment& environment) {
  if (!change.from.empty()) {
    if (change.from == change.name) return {};
    return "export " + change.name + "=\"$" + change.from + "\"\n";
  }
  if (change.value) return "export " + change.name + "=" + ShellQuoted(*change.value) + "\n";
  return environment.count(change.name) == 0 ? std::string() : "unset " + change.name + "\n";
}

nlohmann::ordered_json ToJson(const std::vector<EnvironmentChange>& changes) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const EnvironmentChange& change : changes) {
    if (!change.from.empty()) {
      json[change.name] = "$" + change.from;
    } else if (change.value) {
      json[change.name] = *change.value;
    } else {
      json[change.name] = nullptr;
    }
  }
  return json;
}

// The client's variables that no longer have the user's own values, so that a session started later
// from the same shell does not take them for the user's.
EnvironmentChange ForeignNames(const std::vector<EnvironmentChange>& changes) {
  std::vector<std::string> names;
  for (const EnvironmentChange& change : changes) {
    const bool set = change.value || (!change.from.empty() && change.from != change.name);
    if (set && !change.name.starts_with("KATRA_")) names.push_back(change.name);
  }
  return {"KATRA_EXPORTS", Join(names, ","), {}, false};
}

int Env(const EnvOptions& options, const Context& context) {
  const Result<router::RouterConfig> config = LoadConfig(context);
  if (!config) return context.PrintError(config.error());
  const Result<LaunchPlan> plan = MakePlan(options.request, context, *config);
  if (!plan) return context.PrintError(plan.error());
  const Result<PreparedLaunch> launch = Prepare(*plan, options.request, {}, true, context);
  if (!launch) return context.PrintError(launch.error());
  if (!launch->settings_path.empty()) {
    const Result<Records> folder = Records::Open(context.home());
    if (!folder) return context.PrintError(folder.error());
    if (const Status written = WriteSettings(*launch); !written) {
      return context.PrintError(written.error());
    }
  }
  std::vector<EnvironmentChange> changes = launch->changes;
  changes.push_back(ForeignNames(changes));
  if (options.json) {
    context.out() << JsonText(ToJson(changes), 2) << "\n";
  } else {
    for (const EnvironmentChange& change : changes) {
      context.out() << Line(change, context.environment());
    }
  }
  for (const std::string& warning : plan->warnings) context.Warn(warning);
  return kExitOk;
}

}  // namespace

void AddEnv(CLI::App& app, Program& program) {
  auto options = std::make_shared<EnvOptions>();
  CLI::App* command = app.add_subcommand(
      "env",
      "print a session's environment variables for a shell, without starting it\n"
      "A key is printed as a reference to its variable, never as a value.");
  command->group(kSessionCommands);
  AddLaunchOptions(*command, options->request);
  command->add_flag("--json", options->json, "print JSON; null means that the variable is unset");
  command->footer(
      "Example:\n"
      "  eval \"$(katra env --persona Sam --provider openai)\"");
  program.PassRest("env");
  command->callback([&program, options] {
    options->request.arguments = program.Rest();
    program.Run([options](Context& context) { return Env(*options, context); });
  });
}

}  // namespace katra::cli
