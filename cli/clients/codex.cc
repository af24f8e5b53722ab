// Codex: everything is set with `-c key=value`, with TOML values. It uses OpenAI's Responses API.
#include <string>

#include "cli/clients/agent.h"
#include "cli/clients/codex_hooks.h"

namespace katra::cli {
namespace {

constexpr const char* kOwnProvider = "openai";
constexpr const char* kTokenVariable = "KATRA_GATEWAY_TOKEN";
// A call of katra_hear may wait 50 s, and Codex gives up after 60 unless told otherwise.
constexpr const char* kToolSeconds = "90";

AgentLaunch Launch(const Handover& handover) {
  AgentLaunch launch;
  const auto configure = [&launch](const std::string& key, const std::string& value) {
    launch.arguments.insert(launch.arguments.end(), {"-c", key + "=" + value});
  };
  configure("mcp_servers.katra.command", TomlString(handover.server));
  for (const EnvironmentChange& change : SessionVariables(handover)) {
    if (change.value) configure("mcp_servers.katra.env." + change.name, TomlString(*change.value));
  }
  configure("mcp_servers.katra.tool_timeout_sec", kToolSeconds);
  for (const std::string& value : CodexSessionHooks(handover.katra)) {
    launch.arguments.insert(launch.arguments.end(), {"-c", value});
  }
  const Connection& connection = handover.connection;
  if (!connection.base_url.empty()) {
    const bool routed = connection.route != RouteKind::kPlain;
    configure("model_provider", TomlString("katra"));
    configure("model_providers.katra.name", TomlString(handover.provider + " by Katra"));
    configure("model_providers.katra.base_url",
              TomlString(connection.base_url + (routed ? "/v1" : "")));
    configure("model_providers.katra.wire_api", TomlString("responses"));
    if (connection.route == RouteKind::kGateway && connection.own_login) {
      // The token is sent beside the login, given only by the name of its variable.
      configure("model_providers.katra.requires_openai_auth", "true");
      configure("model_providers.katra.env_http_headers",
                std::string("{\"x-katra-token\"=") + TomlString(kTokenVariable) + "}");
    } else if (const std::string key = routed ? kTokenVariable : connection.key_env; !key.empty()) {
      configure("model_providers.katra.env_key", TomlString(key));
    }
    if (routed) launch.environment.push_back({kTokenVariable, handover.token, {}, true});
  }
  if (connection.base_url.empty()) {
    // The user's own configuration may have another default.
    configure("model_provider", TomlString(handover.provider));
  }
  if (connection.route == RouteKind::kPlain && !connection.key_env.empty() &&
      connection.key_env != "OPENAI_API_KEY" && connection.base_url.empty()) {
    launch.environment.push_back({"OPENAI_API_KEY", {}, connection.key_env, true});
  }
  // It knows its own provider's models, also if a gateway forwards its login.
  const bool its_own =
      connection.base_url.empty() || (connection.own_login && handover.provider == kOwnProvider);
  if (!its_own && handover.context_tokens > 0) {
    configure("model_context_window",
              std::to_string(handover.input_tokens > 0 ? handover.input_tokens
                                                       : handover.context_tokens));
  }
  if (!ToldModel(handover).empty()) {
    launch.arguments.insert(launch.arguments.end(), {"--model", ToldModel(handover)});
  }
  if (handover.resume) {
    launch.arguments.insert(launch.arguments.end(), {"resume", handover.conversation});
  }
  launch.arguments.insert(launch.arguments.end(), handover.own.begin(), handover.own.end());
  return launch;
}

}  // namespace

Agent Codex() {
  Agent agent;
  agent.name = "codex";
  agent.title = "Codex";
  agent.program = "codex";
  agent.package = "@openai/codex";
  agent.default_provider = kOwnProvider;
  agent.speaks_to = {kOwnProvider};
  agent.choosing = {"resume", "fork"};
  agent.first_questions = {
      "Sign in with ChatGPT",    "Do you trust the contents", "allow Codex to work in this folder",
      "Press enter to continue", "Update available!",         "Meet "};
  agent.resume_word = "resume";
  agent.server_name = "codex";
  agent.launch = &Launch;
  agent.login = "your ChatGPT login";
  agent.rival_variables = {"OPENAI_API_KEY", "CODEX_API_KEY", "CODEX_ACCESS_TOKEN"};
  return agent;
}

}  // namespace katra::cli
