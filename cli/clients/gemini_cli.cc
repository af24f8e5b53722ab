// Gemini CLI: it takes settings of a session from a file of system defaults, which a variable
// names; the user's own files win over it. It speaks to Gemini models alone.
#include <nlohmann/json.hpp>

#include "cli/clients/agent.h"
#include "cli/clients/server_entry.h"

namespace katra::cli {
namespace {

// A call of katra_hear may wait 50 s.
constexpr int kToolMillis = 90'000;

AgentLaunch Launch(const Handover& handover) {
  AgentLaunch launch;
  const nlohmann::ordered_json settings = {{"mcpServers",
                                            {{"katra",
                                              {{"command", handover.server},
                                               {"env", ServerEnvironment(handover)},
                                               {"timeout", kToolMillis}}}}}};
  launch.settings = settings.dump(2) + "\n";
  launch.settings_variable = "GEMINI_CLI_SYSTEM_DEFAULTS_PATH";
  if (!handover.connection.base_url.empty()) {
    launch.environment.push_back(
        {"GOOGLE_GEMINI_BASE_URL", handover.connection.base_url, {}, false});
  }
  const std::string& key = handover.connection.key_env;
  if (!key.empty() && key != "GEMINI_API_KEY") {
    launch.environment.push_back({"GEMINI_API_KEY", {}, key, true});
  }
  if (!handover.asked_model.empty()) {
    // Not --model: its subcommands do not know that.
    launch.environment.push_back({"GEMINI_MODEL", handover.asked_model, {}, false});
  }
  if (handover.resume) {
    launch.arguments.insert(
        launch.arguments.end(),
        {"--resume", handover.conversation.empty() ? "latest" : handover.conversation});
  }
  launch.arguments.insert(launch.arguments.end(), handover.own.begin(), handover.own.end());
  return launch;
}

}  // namespace

Agent GeminiCli() {
  Agent agent;
  agent.name = "gemini";
  agent.title = "Gemini CLI";
  agent.program = "gemini";
  agent.package = "@google/gemini-cli";
  agent.default_provider = "gemini";
  agent.speaks_to = {"gemini"};
  agent.launch = &Launch;
  return agent;
}

}  // namespace katra::cli
