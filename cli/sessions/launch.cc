#include "cli/sessions/launch.h"

#include <algorithm>

#include "cli/output.h"
#include "cli/sessions/claude_code_router.h"
#include "cli/sessions/closed_folder.h"
#include "cli/sessions/gateway.h"
#include "cli/sessions/own_login.h"
#include "cli/sessions/programs.h"
#include "core/files.h"
#include "core/text.h"
#include "router/config/session.h"

namespace katra::cli {
namespace {

std::string Value(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

// Requests to this machine must not go through a proxy.
void ExemptLoopback(const std::string& base_url, const Environment& environment,
                    std::vector<EnvironmentChange>* changes) {
  const bool loopback = base_url.starts_with("http://127.0.0.1");
  bool proxied = false;
  for (const char* name : {"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"}) {
    proxied = proxied || !Value(environment, name).empty();
  }
  if (!loopback || !proxied) return;
  for (const char* name : {"NO_PROXY", "no_proxy"}) {
    const std::string own = Value(environment, name);
    changes->push_back({name, own.empty() ? "127.0.0.1" : own + ",127.0.0.1", {}, false});
  }
}

// Applies the changes, and records which variables no longer have the user's own values.
Environment Apply(const std::vector<EnvironmentChange>& changes, Environment environment) {
  const Environment before = environment;
  std::vector<std::string> exports;
  for (const EnvironmentChange& change : changes) {
    std::string value = change.value.value_or(std::string());
    if (!change.from.empty()) value = Value(before, change.from);
    if (!change.value && value.empty()) {
      environment.erase(change.name);
      continue;
    }
    if (Value(before, change.name) == value) continue;
    environment[change.name] = value;
    exports.push_back(change.name);
  }
  environment["KATRA_EXPORTS"] = Join(exports, ",");
  return environment;
}

Result<Handover> MakeHandover(const LaunchPlan& plan, const LaunchRequest& request,
                              const std::string& conversation, const Context& context) {
  Handover handover;
  handover.persona = plan.persona.value;
  handover.role = plan.role.value;
  handover.room = plan.room.value;
  handover.provider = plan.provider.value;
  handover.model = plan.model.value.empty() ? plan.handed_model : plan.model.value;
  handover.asked_model = plan.asked_model;
  handover.own_model = plan.own_model;
  handover.cleared = plan.cleared;
  handover.context_tokens = plan.window.tokens;
  handover.input_tokens = plan.window.input_tokens;
  handover.max_output_tokens = plan.max_output_tokens;
  handover.home = context.home();
  handover.katra = FindOwnProgram(context, "katra");
  handover.server = FindOwnProgram(context, "katra_mcp_server");
  handover.channels = request.channels;
  handover.connection = plan.connection;
  handover.own = request.arguments;
  handover.own_settings = request.settings;
  handover.own_headers = Value(OwnEnvironment(context.environment()), "ANTHROPIC_CUSTOM_HEADERS");
  const OwnChoice own = ChoiceOf(plan.agent, request.arguments);
  // Without an id a client would resume the latest conversation in this folder, whoever's it is.
  handover.resume = request.resume && !own.made && !conversation.empty();
  if (handover.resume) handover.conversation = conversation;
  if (handover.resume && plan.agent.names_conversations && plan.agent.keeps != nullptr &&
      !plan.agent.keeps(context.user_home(), context.Variable(plan.agent.folder_variable),
                        conversation)) {
    // Nothing was ever said in it, so it begins now, with the same id.
    handover.resume = false;
  }
  if (!request.resume && !own.made && plan.agent.names_conversations) {
    handover.conversation = MakeUuidV7(context.clock().Now(), context.random());
  }
  for (const auto& [path, name] :
       {std::pair{handover.katra, "katra"}, std::pair{handover.server, "katra_mcp_server"}}) {
    if (path.empty()) {
      return Fail(ErrorCode::kFailedPrecondition,
                  std::string(name) + " was not found next to " +
                      (context.executable().empty() ? "this program" : context.executable()) +
                      " or in PATH: install Katra's programs into one folder");
    }
  }
  return handover;
}

// Finds the router and gets a token for it.
Status LinkRouter(const LaunchPlan& plan, bool mint, const Context& context, Handover* handover,
                  int64_t* gateway) {
  if (plan.connection.route == RouteKind::kClaudeCodeRouter) {
    handover->token = ClaudeCodeRouterToken(context);
    return {};
  }
  if (plan.connection.route != RouteKind::kGateway) return {};
  Result<GatewayLink> link = FindGateway(
      context, {plan.persona.value,
                {plan.provider.value, plan.model.value, plan.key.value, !plan.login.value.empty()},
                mint,
                plan.folder.value});
  if (link) {
    handover->connection.base_url = link->base_url;
    handover->token = link->token;
    *gateway = link->process;
  } else if (mint) {
    return Pass(std::move(link));
  }
  return {};
}

std::string Shown(const EnvironmentChange& change) {
  if (!change.from.empty()) return "$" + change.from;
  if (!change.value) return "(not set)";
  return change.secret ? "(secret)" : *change.value;
}

}  // namespace

Result<PreparedLaunch> Prepare(const LaunchPlan& plan, const LaunchRequest& request,
                               const std::string& conversation, bool mint, const Context& context) {
  Result<Handover> handover = MakeHandover(plan, request, conversation, context);
  if (!handover) return Pass(std::move(handover));
  PreparedLaunch launch;
  if (auto linked = LinkRouter(plan, mint, context, &*handover, &launch.gateway); !linked) {
    return Pass(std::move(linked));
  }
  AgentLaunch agent = plan.agent.launch(*handover);
  const Environment own = OwnEnvironment(context.environment());
  launch.conversation = handover->conversation;
  if (launch.conversation.empty()) {
    launch.conversation = ChoiceOf(plan.agent, request.arguments).conversation;
  }
  launch.base_url = handover->connection.base_url;
  launch.changes = SessionVariables(*handover);
  launch.changes.insert(launch.changes.end(), agent.environment.begin(), agent.environment.end());
  ExemptLoopback(handover->connection.base_url, own, &launch.changes);
  launch.changes.insert(launch.changes.end(), request.environment.begin(),
                        request.environment.end());
  launch.files = std::move(agent.files);
  if (!agent.settings.empty()) {
    launch.settings = std::move(agent.settings);
    const std::string usual = context.home() + "/run/sessions";
    const std::string folder =
        plan.agent.closed_settings ? ClosedFolder(usual, context) : std::string();
    launch.settings_path = (folder.empty() ? usual : folder) + "/" +
                           ToLowerAscii(plan.persona.value) + "." + plan.agent.name + "-settings";
    if (plan.agent.closed_settings && folder.empty()) {
      launch.warning = plan.agent.title +
                       " reads a session's settings only from folders that root owns and nobody "
                       "else may write to. Register Katra's server in your own settings, once: " +
                       context.program() + " install --client " + plan.agent.name;
    }
    launch.changes.push_back({agent.settings_variable, launch.settings_path, {}, false});
  }
  launch.spec = {FindProgram(context, plan.agent.program), std::move(agent.arguments),
                 Apply(launch.changes, own), plan.folder.value};
  if (launch.spec.program.empty()) launch.spec.program = plan.agent.program;
  launch.spec.environment["PWD"] = plan.folder.value;
  return launch;
}

Status WriteSettings(const PreparedLaunch& launch) {
  for (const AgentFile& file : launch.files) {
    const std::string folder = file.path.substr(0, file.path.rfind('/'));
    if (auto made = EnsurePrivateFolder(folder); !made) return made;
    if (auto written = WriteFileAtomically(file.path, file.text); !written) return written;
  }
  if (launch.settings_path.empty()) return {};
  const std::string folder = launch.settings_path.substr(0, launch.settings_path.rfind('/'));
  if (auto made = MakeClosedFolder(folder); !made) return made;
  return WriteFileAtomically(launch.settings_path, launch.settings);
}

std::string Explain(const LaunchPlan& plan, const PreparedLaunch& launch,
                    const router::RouterConfig& config) {
  std::vector<std::vector<std::string>> rows;
  const auto add = [&rows](const char* name, const Setting& setting) {
    rows.push_back({name, setting.value.empty() ? "-" : setting.value, setting.origin});
  };
  add("persona", plan.persona);
  add("provider", plan.provider);
  if (plan.model.value.empty() && !plan.own_model.empty()) {
    add("model", {plan.own_model, plan.own_model_origin});
  } else {
    add("model", plan.model);
  }
  add("role", plan.role);
  add("room", plan.room);
  add("client", plan.client);
  add("router", plan.router);
  add("base url", plan.base_url);
  add("api key", plan.key);
  if (!plan.login.value.empty()) add("login", plan.login);
  add("folder", plan.folder);
  std::string text = RenderTable({"SETTING", "VALUE", "FROM"}, rows);
  const router::SessionChoice choice = {plan.provider.value, plan.model.value, {}, true};
  text += ExplainLogin(plan, config, router::SessionPersona(config, plan.persona.value, choice));
  text += "\nEnvironment:\n";
  for (const EnvironmentChange& change : launch.changes) {
    text += "  " + change.name + "=" + OneLine(Shown(change), 4096) + "\n";
  }
  text += "\nCommand:\n  " + ShellQuoted(launch.spec.program);
  for (const std::string& argument : launch.spec.arguments) {
    text += " " + OneLine(ShellQuoted(argument), 65'536);
  }
  return text + "\n";
}

}  // namespace katra::cli
