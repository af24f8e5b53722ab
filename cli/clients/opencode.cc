// opencode: its configuration for one session is a variable that is merged over the user's own
// files. It supports most providers itself, through their own variables.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/clients/agent.h"
#include "cli/clients/opencode_plugin.h"
#include "cli/clients/server_entry.h"

namespace katra::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kTokenVariable = "KATRA_GATEWAY_TOKEN";
// A call of katra_hear may wait 50 s.
constexpr int kToolMillis = 90'000;
// npm's waiting between two attempts, in milliseconds.
constexpr std::array<std::pair<const char*, const char*>, 2> kFastFailure = {
    {{"npm_config_fetch_retry_mintimeout", "100"}, {"npm_config_fetch_retry_maxtimeout", "500"}}};

// opencode's names of providers that differ.
std::string ProviderId(const std::string& provider) {
  if (provider == "gemini") return "google";
  if (provider == "grok") return "xai";
  return provider;
}

// Declared so that models missing from opencode's own list are known. Without limits it would never
// compact.
Json Model(const Handover& handover) {
  Json model = Json::object();
  if (handover.context_tokens > 0) {
    // It requires both, and reserves the second within the first.
    const int64_t output =
        handover.max_output_tokens > 0 ? handover.max_output_tokens : handover.context_tokens / 4;
    model["limit"] = {{"context", handover.context_tokens},
                      {"output", std::min(output, handover.context_tokens)}};
    if (handover.input_tokens > 0) model["limit"]["input"] = handover.input_tokens;
  }
  return model;
}

Json Configuration(const Handover& handover) {
  Json config = {{"$schema", "https://opencode.ai/config.json"},
                 {"mcp",
                  {{"katra",
                    {{"type", "local"},
                     {"command", {handover.server}},
                     {"environment", ServerEnvironment(handover)},
                     {"enabled", true},
                     {"timeout", kToolMillis}}}}},
                 // Beside the user's own plugins.
                 {"plugin", {FileUrl(OpenCodePluginPath(handover.home))}}};
  const Connection& connection = handover.connection;
  const bool routed = connection.route != RouteKind::kPlain;
  const std::string id = routed ? "katra" : ProviderId(handover.provider);
  Json provider = Json::object();
  Json options = Json::object();
  if (routed) {
    provider["npm"] = "@ai-sdk/openai-compatible";
    provider["name"] = "Katra";
    options["baseURL"] = connection.base_url + "/v1";
    options["apiKey"] = std::string("{env:") + kTokenVariable + "}";
  } else {
    if (!connection.base_url.empty()) {
      // Its Anthropic module only appends /messages.
      options["baseURL"] = connection.base_url + (id == "anthropic" ? "/v1" : "");
    }
    if (!connection.key_env.empty()) options["apiKey"] = "{env:" + connection.key_env + "}";
  }
  if (!options.empty()) provider["options"] = options;
  provider["models"] = {{handover.asked_model, Model(handover)}};
  config["provider"] = {{id, provider}};
  // All requests of the session go to its provider; otherwise the user's own files, and keys of
  // other providers in the environment, would choose others for titles and agents.
  config["enabled_providers"] = {id};
  config["disabled_providers"] = Json::array();
  const std::string model = id + "/" + handover.asked_model;
  config["model"] = model;
  config["small_model"] = model;
  for (const char* agent :
       {"build", "plan", "general", "explore", "title", "summary", "compaction"}) {
    config["agent"][agent] = {{"model", model}};
  }
  return config;
}

AgentLaunch Launch(const Handover& handover) {
  AgentLaunch launch;
  launch.files = {{OpenCodePluginPath(handover.home), OpenCodePlugin(handover.katra, {})}};
  // Before it loads plugins it installs a package of its own from npm, and shows nothing until that
  // has failed, which without a network would take a minute.
  for (const auto& [name, value] : kFastFailure) {
    launch.environment.push_back({name, value, {}, false});
  }
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
