// katra config: shows the configuration with origins, checks it, and changes it.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/config/editing.h"
#include "cli/config/importing.h"
#include "cli/config/listing.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/program.h"
#include "cli/room/reserved.h"
#include "core/json_text.h"
#include "core/text.h"
#include "router/config/config.h"
#include "router/config/example.h"
#include "router/config/persona_names.h"

namespace katra::cli {
namespace {

using nlohmann::ordered_json;

struct ShowOptions {
  bool origin = false;
  bool all = false;
  bool json = false;
};

struct CheckOptions {
  std::string file;
  bool json = false;
};

Result<router::RouterConfig> LoadFor(const Context& context, const std::string& personas_file) {
  if (context.home().empty()) {
    return Fail(ErrorCode::kFailedPrecondition,
                "HOME is not set, so Katra's folder is unknown: set KATRA_HOME");
  }
  if (personas_file.empty()) {
    // Only a convenience: if it cannot be written, a later write will report why.
    static_cast<void>(router::PlaceExample(context.home()));
  }
  const bool relative = !personas_file.empty() && personas_file[0] != '/';
  const std::string path =
      relative ? context.working_folder() + "/" + personas_file : personas_file;
  return router::Load({context.home(), path, {}});
}

ordered_json Json(const router::Origin& origin) {
  switch (origin.kind) {
    case router::OriginKind::kDefault:
      return {{"kind", "default"}};
    case router::OriginKind::kProvidersConf:
    case router::OriginKind::kPersonasFile:
      break;
  }
  return {{"kind", "file"}, {"file", origin.file}, {"line", origin.line}, {"path", origin.path}};
}

ordered_json Json(const std::vector<router::ConfigWarning>& warnings) {
  ordered_json list = ordered_json::array();
  for (const router::ConfigWarning& warning : warnings) {
    list.push_back({{"file", warning.file},
                    {"line", warning.line},
                    {"path", warning.path},
                    {"message", warning.message}});
  }
  return list;
}

void WarnAll(const Context& context, const router::RouterConfig& config) {
  for (const router::ConfigWarning& warning : config.warnings) {
    context.Warn(router::DescribeWarning(warning));
  }
}

int Show(const ShowOptions& options, Context& context) {
  const auto config = LoadFor(context, "");
  if (!config) return context.PrintError(config.error());
  const auto settings = config::ListSettings(
      *config, options.all,
      [&](const std::string& variable) { return !context.Variable(variable).empty(); });
  if (options.json) {
    ordered_json list = ordered_json::array();
    for (const config::Setting& setting : settings) {
      list.push_back(
          {{"key", setting.key}, {"value", setting.value}, {"origin", Json(setting.origin)}});
    }
    context.out() << JsonText(
                         ordered_json{{"settings", list}, {"warnings", Json(config->warnings)}}, 2)
                  << "\n";
    return kExitOk;
  }
  WarnAll(context, *config);
  std::vector<std::vector<std::string>> rows;
  for (const config::Setting& setting : settings) {
    rows.push_back({setting.key, setting.value});
    if (options.origin) rows.back().push_back(router::DescribeOrigin(setting.origin));
  }
  std::vector<std::string> headings = {"KEY", "VALUE"};
  if (options.origin) headings.emplace_back("FROM");
  context.out() << RenderTable(headings, rows, PageFor(context.terminal()));
  return kExitOk;
}

std::string Count(size_t number, const std::string& what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

int Check(const CheckOptions& options, Context& context) {
  auto config = LoadFor(context, options.file);
  if (config) {
    const auto known = [&](const std::string& name) {
      return RefuseReserved(name, context).has_value();
    };
    if (const Status names = router::CheckPersonaNames(*config, known); !names) {
      config = tl::unexpected<Error>(names.error());
    }
  }
  if (!config) {
    if (options.json) {
      context.out() << JsonText(ordered_json{{"valid", false}, {"error", config.error().message}},
                                2)
                    << "\n";
      return ExitCodeOf(config.error());
    }
    return context.PrintError(config.error());
  }
  if (!config->has_personas_file && !options.file.empty()) {
    return context.PrintError({ErrorCode::kNotFound,
                               "there is no \"" + config->personas_path + "\"",
                               config->personas_path, false});
  }
  if (options.json) {
    context.out() << JsonText(ordered_json{{"valid", true},
                                           {"personas", config->personas.size()},
                                           {"warnings", Json(config->warnings)}},
                              2)
                  << "\n";
    return kExitOk;
  }
  WarnAll(context, *config);
  const std::string personas = OneLine(config->personas_path, 4096);
  if (!config->has_personas_file) {
    context.out() << "There is no " << personas << "; begin with the example: cp " << personas
                  << ".example " << personas << "\n";
  } else {
    context.out() << personas << " is valid: " << Count(config->personas.size(), "persona")
                  << ".\n";
  }
  if (config->has_providers_conf) {
    context.out() << OneLine(config->providers_conf_path, 4096) << " is valid.\n";
  }
  return kExitOk;
}

void AddShow(CLI::App& config, Program& program) {
  auto options = std::make_shared<ShowOptions>();
  CLI::App* command = config.add_subcommand("show", "show the effective settings");
  command->add_flag("--origin", options->origin,
                    "also print the file and line that set each value");
  command->add_flag("--all", options->all, "include providers that nothing uses");
  command->add_flag("--json", options->json, "print JSON");
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Show(*options, context); });
  });
}

void AddCheck(CLI::App& config, Program& program) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command = config.add_subcommand("check", "check the files without changing anything");
  command->add_option("FILE", options->file, "a file to check instead of Katra's personas.json");
  command->add_flag("--json", options->json, "print JSON");
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Check(*options, context); });
  });
}

void AddEdit(CLI::App& config, Program& program) {
  auto providers = std::make_shared<bool>(false);
  CLI::App* command = config.add_subcommand(
      "edit", "open personas.json in your editor; it is checked before it takes effect");
  command->add_flag("--providers", *providers, "edit providers.conf instead");
  command->callback([&program, providers] {
    program.Run([providers](Context& context) {
      return config::Edit(
          *providers ? config::ConfigFile::kProvidersConf : config::ConfigFile::kPersonas, context);
    });
  });
}

void AddImport(CLI::App& config, Program& program) {
  auto options = std::make_shared<config::ImportOptions>();
  CLI::App* command = config.add_subcommand(
      "import",
      "print another router's configuration as a personas.json\n"
      "Reads a config.yaml of Arch or Plano, or a config.json of claude-code-router, and lists "
      "everything that it does not import.");
  command->add_option("FILE", options->file, "the other router's file")->required();
  command->add_flag(
      "--fix", options->fix,
      "correct lines of a config.yaml that are indented too far; the old file is kept");
  command->add_flag("--write", options->write,
                    "write the result to personas.json, if there is none yet");
  command->callback([&program, options] {
    program.Run([options](Context& context) { return config::Import(*options, context); });
  });
}

}  // namespace

void AddConfig(CLI::App& app, Program& program) {
  CLI::App* config =
      app.add_subcommand("config", "personas, providers and routes: show, check, edit, import");
  config->group(kRouterCommands);
  config->require_subcommand(1);
  AddShow(*config, program);
  AddEdit(*config, program);
  AddCheck(*config, program);
  AddImport(*config, program);
}

}  // namespace katra::cli
