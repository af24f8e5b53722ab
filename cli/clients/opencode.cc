// opencode: its configuration for one session is a variable, merged over the user's own files. It
// reaches most providers by itself, under their own variables.
#include <nlohmann/json.hpp>

#include "cli/clients/agent.h"
#include "cli/clients/server_entry.h"

namespace katra::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kTokenVariable = "KATRA_GATEWAY_TOKEN";
// A call of katra_hear may wait 50 s.
constexpr int kToolMillis = 90'000;

// As opencode calls the provider.
std::string NameOf(const std::string& provider) {
  if (provider == "gemini") return "google";
  return provider == "grok" ? "xai" : provider;
}

Json Configuration(const Handover& handover) {
  Json config = {{"$schema", "https://opencode.ai/config.json"},
                 {"mcp",
                  {{"katra",
                    {{"type", "local"},
                     {"command", {handover.server}},
                     {"environment", ServerEnvironment(handover)},
                     {"enabled", true},
                     {"timeout", kToolMillis}}}}}};
  const Connection& connection = handover.connection;
  if (connection.route != RouteKind::kPlain) {
    Json provider = {{"npm", "@ai-sdk/openai-compatible"},
                     {"name", "Katra"},
                     {"options",
                      {{"baseURL", connection.base_url + "/v1"},
                       {"apiKey", std::string("{env:") + kTokenVariable + "}"}}}};
    if (!handover.asked_model.empty())
      provider["models"] = {{handover.asked_model, Json::object()}};
    config["provider"] = {{"katra", provider}};
    if (!handover.asked_model.empty()) config["model"] = "katra/" + handover.asked_model;
  } else if (!handover.asked_model.empty()) {
    const std::string name = NameOf(handover.provider);
    Json options = Json::object();
    if (!connection.base_url.empty()) {
      // Its module for Anthropic appends /messages alone.
      options["baseURL"] = connection.base_url + (name == "anthropic" ? "/v1" : "");
    }
    if (!connection.key_env.empty()) options["apiKey"] = "{env:" + connection.key_env + "}";
    config["model"] = name + "/" + handover.asked_model;
    if (!options.empty()) config["provider"] = {{name, {{"options", options}}}};
  }
  return config;
}

AgentLaunch Launch(const Handover& handover) {
  AgentLaunch launch;
  launch.environment.push_back(
      {"OPENCODE_CONFIG_CONTENT", Configuration(handover).dump(), {}, false});
  if (handover.connection.route != RouteKind::kPlain) {
    launch.environment.push_back({kTokenVariable, handover.token, {}, true});
  }
  if (handover.resume) {
    launch.arguments.insert(launch.arguments.end(), {"--session", handover.conversation});
  }
  launch.arguments.insert(launch.arguments.end(), handover.own.begin(), handover.own.end());
  return launch;
}

}  // namespace

Agent OpenCode() {
  Agent agent;
  agent.name = "opencode";
  agent.title = "opencode";
  agent.program = "opencode";
  agent.package = "opencode-ai";
  agent.speaks_to = {"anthropic", "openai",  "deepseek", "openrouter",
                     "gemini",    "mistral", "groq",     "grok"};
  agent.needs_model = true;
  agent.choosing = {"-s", "--session", "-c", "--continue"};
  agent.resume_word = "--session";
  agent.launch = &Launch;
  return agent;
}

}  // namespace katra::cli
