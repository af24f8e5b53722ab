// katra cli-agent: starts Claude Code or Codex at the gateway, with the options and variables that
// users of Plano know.
#include <CLI/CLI.hpp>
#include <array>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/program.h"
#include "cli/sessions/gateway_care.h"
#include "cli/sessions/launch.h"
#include "cli/sessions/small_model.h"
#include "core/files.h"
#include "core/text.h"

namespace katra::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMaxSettingsBytes = size_t{1} << 20U;
constexpr const char* kSmallModel = "ANTHROPIC_SMALL_FAST_MODEL";
// Names under which a config.yaml may have the model for small requests.
constexpr std::array<const char*, 2> kSmallAliases = {"arch.claude.code.small.fast",
                                                      "arch.fast.v1"};

struct AgentOptions {
  LaunchRequest request;
  std::string settings;
  std::string config;
};

std::string Absolute(const std::string& path, const Context& context) {
  return (std::filesystem::path(context.working_folder()) / path).lexically_normal().string();
}

// `settings`: JSON, or a file with it.
Result<Json> ReadSettings(const std::string& settings, const Context& context) {
  std::string text = settings;
  if (!Trim(text).starts_with('{') && !text.empty()) {
    auto file = ReadFile(Absolute(settings, context), kMaxSettingsBytes);
    if (!file) return Pass(std::move(file));
    text = std::move(*file);
  }
  if (text.empty()) return Json::object();
  Json json = Json::parse(text, nullptr, false);
  if (json.is_object()) return json;
  return Fail(ErrorCode::kInvalidArgument,
              "--settings is no JSON object; expected for example "
              "'{\"ANTHROPIC_SMALL_FAST_MODEL\": \"openai/gpt-5-mini\"}'");
}

// Removes a member and returns its text; empty if there is none.
Result<std::string> Take(Json& settings, const char* name) {
  const auto found = settings.find(name);
  if (found == settings.end()) return std::string();
  if (!found->is_string()) {
    return Fail(ErrorCode::kInvalidArgument,
                std::string("--settings: ") + name + " is not a text in double quotes");
  }
  auto text = found->get<std::string>();
  settings.erase(found);
  return text;
}

// True for true, "true" and "1".
bool TakeFlag(Json& settings, const char* name) {
  const auto found = settings.find(name);
  if (found == settings.end()) return false;
  const bool set = *found == true || *found == "true" || *found == "1" || *found == 1;
  settings.erase(found);
  return set;
}

void Add(std::vector<EnvironmentChange>& changes, const std::string& name, std::string value) {
  changes.push_back({name, std::move(value), {}, false});
}

// The gateway is on this computer, whatever proxies the user has.
void ExemptGateway(const Context& context, std::vector<EnvironmentChange>& changes) {
  for (const char* name : {"NO_PROXY", "no_proxy"}) {
    const std::string own = context.Variable(name);
    Add(changes, name, (own.empty() ? own : own + ",") + "127.0.0.1,localhost");
  }
}

void AddUsual(bool non_interactive, const Context& context,
              std::vector<EnvironmentChange>& changes) {
  ExemptGateway(context, changes);
  Add(changes, "DISABLE_TELEMETRY", "true");
  Add(changes, "DISABLE_COST_WARNINGS", "true");
  Add(changes, "API_TIMEOUT_MS", "600000");
  if (!non_interactive) return;
  Add(changes, "CI", "true");
  Add(changes, "FORCE_COLOR", "0");
  Add(changes, "NODE_NO_READLINE", "1");
  Add(changes, "TERM", "dumb");
}

// The model for Claude Code's small requests: as the settings say, else an alias of the
// configuration.
Status AddSmallModel(const std::string& asked, const router::RouterConfig& config, Json& settings,
                     std::vector<EnvironmentChange>& changes) {
  std::string model;
  if (!asked.empty()) {
    auto selector = ModelSelector(config, asked);
    if (!selector) return Pass(std::move(selector));
    model = std::move(*selector);
  }
  for (const char* alias : kSmallAliases) {
    if (model.empty() && config.FindAlias(alias) != nullptr) model = alias;
  }
  if (model.empty()) return {};
  for (const char* name : {kSmallModel, "ANTHROPIC_DEFAULT_HAIKU_MODEL"}) {
    Add(changes, name, model);
    // Variables in the user's own settings would override those of the process.
    settings["env"][name] = model;
  }
  return {};
}

Status PrepareClaude(AgentOptions& options, const router::RouterConfig& config,
                     const Context& context) {
  auto settings = ReadSettings(options.settings, context);
  if (!settings) return Pass(std::move(settings));
  auto small = Take(*settings, kSmallModel);
  if (!small) return Pass(std::move(small));
  LaunchRequest& request = options.request;
  AddUsual(TakeFlag(*settings, "NON_INTERACTIVE_MODE"), context, request.environment);
  if (settings->contains("env") && !(*settings)["env"].is_object()) {
    return Fail(ErrorCode::kInvalidArgument, "--settings: env is not an object");
  }
  if (auto added = AddSmallModel(*small, config, *settings, request.environment); !added) {
    return added;
  }
  if (!settings->empty()) request.settings = settings->dump();
  return {};
}

Status PrepareCodex(AgentOptions& options, const router::RouterConfig& config,
                    const Context& context) {
  auto settings = ReadSettings(options.settings, context);
  if (!settings) return Pass(std::move(settings));
  auto model = Take(*settings, "CODEX_MODEL");
  if (!model) return Pass(std::move(model));
  LaunchRequest& request = options.request;
  AddUsual(TakeFlag(*settings, "NON_INTERACTIVE_MODE"), context, request.environment);
  for (const auto& [name, value] : settings->items()) {
    context.Warn("--settings: " + OneLine(name, 60) + " is not used for Codex");
  }
  if (model->empty()) *model = context.Variable("CODEX_MODEL");
  if (model->empty()) return {};
  const auto selector = ModelSelector(config, *model);
  if (!selector) return tl::unexpected<Error>(selector.error());
  const router::Target* alias = config.FindAlias(*selector);
  const auto target = alias != nullptr ? Result<router::Target>(*alias)
                                       : router::ParseTarget(config, *selector, "");
  if (!target) return tl::unexpected<Error>(target.error());
  request.provider = target->provider;
  request.model = target->model;
  return {};
}

int Start(AgentOptions& options, Context& context) {
  if (!options.config.empty()) {
    GatewayStart start;
    start.config = Absolute(options.config, context);
    const auto runtime = RaiseGateway(context, start);
    if (!runtime) return context.PrintError(runtime.error());
    if (runtime->config != start.config) {
      return context.PrintError(
          {ErrorCode::kFailedPrecondition,
           "the gateway runs already, with " +
               (runtime->config.empty() ? "no config.yaml" : runtime->config) +
               ": `katra down` first",
           "", false});
    }
  }
  const Result<router::RouterConfig> config = LoadConfig(context);
  if (!config) return context.PrintError(config.error());
  options.request.use_router = true;
  const Status ready = options.request.client == "claude" ? PrepareClaude(options, *config, context)
                                                          : PrepareCodex(options, *config, context);
  if (!ready) return context.PrintError(ready.error());
  const Status started = StartSession(options.request, context);
  return started ? kExitOk : context.PrintError(started.error());
}

}  // namespace

void AddCliAgent(CLI::App& app, Program& program) {
  auto options = std::make_shared<AgentOptions>();
  CLI::App* command = app.add_subcommand(
      "cli-agent",
      "start Claude Code or Codex on the gateway, like Plano's command of the same name\n"
      "Like `katra start --use-router`, with Plano's variables. Arguments after -- go to the "
      "client.");
  command->group(kSessionCommands);
  command->add_option("CLIENT", options->request.client, "claude or codex")
      ->required()
      ->check(CLI::IsMember({"claude", "codex"}));
  command
      ->add_option("--settings", options->settings,
                   "Claude Code's settings for this session, as JSON or a file; "
                   "ANTHROPIC_SMALL_FAST_MODEL, NON_INTERACTIVE_MODE and CODEX_MODEL are read here")
      ->type_name("JSON");
  command
      ->add_option("--config", options->config,
                   "a Plano config.yaml to start the gateway with, if it is not running")
      ->type_name("FILE");
  command
      ->add_option("--persona", options->request.persona,
                   "who the session is; default: KATRA_PERSONA, else the client's name")
      ->type_name("NAME");
  command->add_option("--path", options->request.folder, "where the client works; default: here")
      ->type_name("FOLDER");
  command->footer(
      "Examples:\n"
      "  katra cli-agent claude --config config.yaml\n"
      "  katra cli-agent claude --settings '{\"ANTHROPIC_SMALL_FAST_MODEL\": "
      "\"deepseek-coder-v2\"}'\n"
      "  katra cli-agent claude -- -p \"review the last commit\"");
  program.PassRest("cli-agent");
  command->callback([&program, options] {
    options->request.arguments = program.Rest();
    program.Run([options](Context& context) { return Start(*options, context); });
  });
}

}  // namespace katra::cli
