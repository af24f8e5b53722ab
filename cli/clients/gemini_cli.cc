// Gemini CLI: the settings of a session come from a file of system defaults, named by a variable;
// the user's own files override it. It only supports Gemini models.
#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/clients/agent.h"
#include "cli/clients/server_entry.h"

namespace katra::cli {
namespace {

// A call of katra_hear may wait 50 s.
constexpr int kToolMillis = 90'000;
constexpr int kHookMillis = 10'000;

// Its subcommands do not accept the options of a session.
bool IsSubcommand(const std::vector<std::string>& own) {
  constexpr std::array<const char*, 8> kNames = {"mcp",   "extensions", "extension", "skills",
                                                 "skill", "hooks",      "hook",      "gemma"};
  return !own.empty() && std::find(kNames.begin(), kNames.end(), own.front()) != kNames.end();
}

// A conversation has a file once something was said in it. The file's name ends with the first part
// of the id.
bool Keeps(const std::string& user_home, const std::string& folder,
           const std::string& conversation) {
  namespace fs = std::filesystem;
  constexpr size_t kNamed = 8;
  const fs::path projects = fs::path(folder.empty() ? user_home : folder) / ".gemini" / "tmp";
  const std::string end = "-" + conversation.substr(0, kNamed);
  std::error_code failed;
  for (const auto& project : fs::directory_iterator(projects, failed)) {
    std::error_code none;
    for (const auto& chat : fs::directory_iterator(project.path() / "chats", none)) {
      if (chat.path().stem().string().ends_with(end)) return true;
    }
  }
  return false;
}

// They report the conversation, also after /clear or /resume, and what the session is doing, and
// deliver messages.
nlohmann::ordered_json Hooks(const std::string& katra) {
  using Json = nlohmann::ordered_json;
  constexpr std::array<std::pair<const char*, const char*>, 6> kEvents = {
      {{"SessionStart", "session-start"},
       {"BeforeAgent", "prompt"},
       {"AfterTool", "post-tool"},
       {"Notification", "notification"},
       {"AfterAgent", "stop"},
       {"SessionEnd", "session-end"}}};
  Json hooks = Json::object();
  for (const auto& [event, name] : kEvents) {
    Json hook = {{"type", "command"},
                 {"command", ShellQuoted(katra) + " hook " + name + " --client gemini"},
                 {"timeout", kHookMillis}};
    hooks[event] = Json::array({Json{{"hooks", Json::array({std::move(hook)})}}});
  }
  return hooks;
}

// JSON strings are valid in TOML.
std::string Policy(const std::string& katra) {
  const nlohmann::json command = ShellQuoted(katra) + " wait --client gemini";
  return "# Written by Katra: lets the model wait for messages in a background shell.\n"
         "[[rule]]\ntoolName = \"run_shell_command\"\ncommandPrefix = " +
         command.dump() + "\ndecision = \"allow\"\npriority = 100\n";
}

AgentLaunch Launch(const Handover& handover) {
  AgentLaunch launch;
  nlohmann::ordered_json settings = {{"mcpServers",
                                      {{"katra",
                                        {{"command", handover.server},
                                         {"env", ServerEnvironment(handover)},
                                         {"timeout", kToolMillis},
                                         // Its tools are Katra's own, so no confirmation is needed.
                                         {"trust", true}}}}}};
  settings["hooks"] = Hooks(handover.katra);
  // What the model started in the background may begin a turn when it ends: `katra wait` does, when
  // a message for an idle session arrives. A policy lets it start that without asking.
  settings["tools"] = {{"shell", {{"backgroundCompletionBehavior", "inject"}}}};
  settings["experimental"] = {{"modelSteering", true}};
  const std::string policies = handover.home + "/clients/gemini";
  settings["adminPolicyPaths"] = {policies};
  launch.files = {{policies + "/katra.toml", Policy(handover.katra)}};
  launch.settings = settings.dump(2) + "\n";
  // Otherwise it would run itself in a child process, and not forward termination signals.
  launch.environment.push_back({"GEMINI_CLI_NO_RELAUNCH", "true", {}, false});
  launch.settings_variable = "GEMINI_CLI_SYSTEM_DEFAULTS_PATH";
  if (!handover.connection.base_url.empty()) {
    launch.environment.push_back(
        {"GOOGLE_GEMINI_BASE_URL", handover.connection.base_url, {}, false});
  }
  const std::string& key = handover.connection.key_env;
  if (!key.empty() && key != "GEMINI_API_KEY") {
    launch.environment.push_back({"GEMINI_API_KEY", {}, key, true});
  }
  if (!ToldModel(handover).empty()) {
    // Not --model, which its subcommands do not accept.
    launch.environment.push_back({"GEMINI_MODEL", ToldModel(handover), {}, false});
  }
  if (!handover.conversation.empty() && !IsSubcommand(handover.own)) {
    launch.arguments.insert(launch.arguments.end(),
                            {handover.resume ? "--resume" : "--session-id", handover.conversation});
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
  agent.choosing = {"-r", "--resume", "--session-id", "--session-file"};
  agent.first_questions = {"Do you trust the files in this folder",
                           "How would you like to authenticate", "Enter Gemini API Key",
                           "Waiting for authentication", "Waiting for auth"};
  agent.idle_prompts = {"Type your message or @path/to/file"};
  agent.busy_signs = {"esc to cancel", "Waiting for user confirmation", "Action Required",
                      "1. Allow"};
  agent.resume_word = "--resume";
  agent.names_conversations = true;
  agent.keeps = &Keeps;
  agent.folder_variable = "GEMINI_CLI_HOME";
  agent.launch = &Launch;
  agent.closed_settings = true;
  return agent;
}

}  // namespace katra::cli
