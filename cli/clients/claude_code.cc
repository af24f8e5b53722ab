// Claude Code: server, hooks and status line are set by the command line, for this session only.
// Its variables are those of Anthropic's SDK. Must not know other clients.
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/clients/agent.h"
#include "cli/clients/model_settings.h"
#include "cli/clients/server_entry.h"

namespace katra::cli {
namespace {

using Json = nlohmann::ordered_json;

// A wait ends after a day, and the next turn starts another.
constexpr int kWaitSeconds = 86'400;
constexpr int kHookSeconds = 10;
constexpr int kStatusSeconds = 5;  // between two refreshes

Json Hook(const Handover& handover, const std::string& arguments) {
  return {{"type", "command"},
          {"command", ShellQuoted(handover.katra) + " " + arguments},
          {"timeout", kHookSeconds}};
}

// The hook that runs beside the session and wakes it when it is idle.
Json Wait(const Handover& handover) {
  return {{"type", "command"},
          {"command", ShellQuoted(handover.katra) + " wait"},
          {"asyncRewake", true},
          {"timeout", kWaitSeconds}};
}

// Whether the client answers once and exits. It then waits for all hooks, so a hook that runs
// beside the session would keep it from ever starting.
bool AnswersOnce(const std::vector<std::string>& own) {
  return std::any_of(own.begin(), own.end(), [](const std::string& argument) {
    return argument == "-p" || argument == "--print";
  });
}

// The hook that warns before an edit in another persona's claim.
Json BeforeEdits(const Handover& handover) {
  return Json::array({Json{{"matcher", "Edit|Write|MultiEdit|NotebookEdit"},
                           {"hooks", Json::array({Hook(handover, "hook pre-tool")})}}});
}

Json Hooks(const Handover& handover) {
  const auto on = [](std::vector<Json> hooks) {
    return Json::array({Json{{"hooks", std::move(hooks)}}});
  };
  const auto and_wait = [&](const std::string& arguments) {
    std::vector<Json> hooks = {Hook(handover, arguments)};
    if (!AnswersOnce(handover.own)) hooks.push_back(Wait(handover));
    return hooks;
  };
  return {{"SessionStart", on(and_wait("hook session-start"))},
          {"UserPromptSubmit", on({Hook(handover, "hook prompt")})},
          {"PreToolUse", BeforeEdits(handover)},
          {"PostToolUse", on({Hook(handover, "hook post-tool")})},
          {"Notification", on({Hook(handover, "hook notification")})},
          {"Stop", on(and_wait("hook stop"))},
          {"SessionEnd", on({Hook(handover, "hook session-end")})}};
}

// Whether the login is sent to the gateway, which forwards it.
bool SendsOwnLogin(const Handover& handover) {
  return handover.connection.route == RouteKind::kGateway && handover.connection.own_login;
}

std::string McpConfig(const Handover& handover) {
  Json server = {{"type", "stdio"},
                 {"command", handover.server},
                 {"args", Json::array()},
                 {"env", ServerEnvironment(handover)},
                 {"alwaysLoad", true}};
  // The server must not get the login.
  if (SendsOwnLogin(handover)) server["env"]["CLAUDE_CODE_OAUTH_TOKEN"] = "";
  if (handover.channels) server["args"] = {"--channels"};
  return Json{{"mcpServers", {{"katra", server}}}}.dump();
}

// If claude-code-router should not decide by persona, it gets a selector for every model that the
// client requests: the client's own names would go to the router's default provider.
std::vector<EnvironmentChange> SideModels(const Handover& handover) {
  std::vector<EnvironmentChange> changes;
  const bool told = handover.connection.route == RouteKind::kClaudeCodeRouter;
  if (!told || handover.asked_model.empty()) return changes;
  for (const char* name : kSideModelVariables) {
    changes.push_back({name, handover.asked_model, {}, false});
  }
  return changes;
}

// Where requests go, and the models: also in the settings, because variables in the user's own
// settings would override those of the process.
Json Variables(const Handover& handover) {
  Json variables = Json::object();
  if (!handover.connection.base_url.empty()) {
    variables["ANTHROPIC_BASE_URL"] = handover.connection.base_url;
  }
  if (!handover.asked_model.empty()) variables["ANTHROPIC_MODEL"] = handover.asked_model;
  // It treats an empty variable as unset.
  for (const std::string& name : handover.cleared) variables[name] = "";
  for (const EnvironmentChange& change : SideModels(handover))
    variables[change.name] = *change.value;
  return variables;
}

// The user's settings for this session go before Katra's, except that the variables that say where
// requests go, the hooks and the permissions are kept beside the user's.
Json WithOwn(Json settings, const Handover& handover) {
  const Json own = Json::parse(handover.own_settings, nullptr, false);
  if (!own.is_object()) return settings;
  for (const auto& [name, value] : own.items()) {
    if (name == "env" && value.is_object()) {
      Json variables = value;
      variables.update(settings["env"]);
      settings["env"] = std::move(variables);
    } else if (name == "hooks" && value.is_object()) {
      for (const auto& [event, hooks] : value.items()) {
        Json& all = settings["hooks"][event];
        if (!hooks.is_array()) continue;
        for (const Json& hook : hooks) all.push_back(hook);
      }
    } else if (name == "permissions" && value.is_object()) {
      const Json allowed = settings["permissions"]["allow"];
      settings["permissions"] = value;
      Json& all = settings["permissions"]["allow"];
      if (!all.is_array()) all = Json::array();
      for (const Json& rule : allowed) all.push_back(rule);
    } else {
      settings[name] = value;
    }
  }
  return settings;
}

std::string Settings(const Handover& handover) {
  Json settings = {{"env", Variables(handover)},
                   {"hooks", Hooks(handover)},
                   {"statusLine",
                    {{"type", "command"},
                     {"command", ShellQuoted(handover.katra) + " statusline"},
                     {"padding", 0},
                     {"refreshInterval", kStatusSeconds}}},
                   {"permissions", {{"allow", {"mcp__katra"}}}}};
  return (handover.own_settings.empty() ? settings : WithOwn(std::move(settings), handover)).dump();
}

std::vector<std::string> Arguments(const Handover& handover) {
  // --mcp-config consumes every word up to the next option, so an option must follow.
  std::vector<std::string> arguments = {"--mcp-config", McpConfig(handover), "--settings",
                                        Settings(handover)};
  if (!ToldModel(handover).empty()) {
    arguments.insert(arguments.end(), {"--model", ToldModel(handover)});
  }
  if (handover.channels) {
    arguments.insert(arguments.end(), {"--dangerously-load-development-channels", "server:katra"});
  }
  if (!handover.conversation.empty()) {
    arguments.insert(arguments.end(),
                     {handover.resume ? "--resume" : "--session-id", handover.conversation});
  }
  arguments.insert(arguments.end(), handover.own.begin(), handover.own.end());
  return arguments;
}

// These variables would send requests to another provider altogether.
std::vector<EnvironmentChange> WithoutClouds(std::vector<EnvironmentChange> changes) {
  for (const char* name :
       {"CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY"}) {
    changes.push_back({name, {}, {}, false});
  }
  return changes;
}

std::vector<EnvironmentChange> Endpoint(const Handover& handover) {
  const Connection& connection = handover.connection;
  const EnvironmentChange no_base{"ANTHROPIC_BASE_URL", {}, {}, false};
  const EnvironmentChange no_key{"ANTHROPIC_API_KEY", {}, {}, false};
  const EnvironmentChange no_token{"ANTHROPIC_AUTH_TOKEN", {}, {}, false};
  const EnvironmentChange base{"ANTHROPIC_BASE_URL", connection.base_url, {}, false};
  const auto foreign = [](std::vector<EnvironmentChange> changes) {
    // This would send the user's login there.
    changes.push_back({"CLAUDE_CODE_OAUTH_TOKEN", {}, {}, false});
    return WithoutClouds(std::move(changes));
  };
  if (SendsOwnLogin(handover)) {
    // The token is sent beside the login, and not in an argument, which everybody can read.
    const std::string headers = handover.own_headers + (handover.own_headers.empty() ? "" : "\n") +
                                "x-katra-token: " + handover.token;
    return WithoutClouds({base, no_token, no_key, {"ANTHROPIC_CUSTOM_HEADERS", headers, {}, true}});
  }
  if (connection.route != RouteKind::kPlain) {
    std::vector<EnvironmentChange> changes = {
        base, {"ANTHROPIC_AUTH_TOKEN", handover.token, {}, true}, no_key};
    if (connection.route == RouteKind::kClaudeCodeRouter) {
      // Its routes by persona use this header.
      changes.push_back(
          {"ANTHROPIC_CUSTOM_HEADERS", "x-katra-persona: " + handover.persona, {}, false});
      const std::vector<EnvironmentChange> side = SideModels(handover);
      changes.insert(changes.end(), side.begin(), side.end());
    }
    return foreign(std::move(changes));
  }
  std::vector<EnvironmentChange> changes;
  changes.push_back(connection.base_url.empty() ? no_base : base);
  if (!connection.key_env.empty()) {
    changes.push_back({"ANTHROPIC_API_KEY", {}, connection.key_env, true});
  }
  if (connection.own_login) return changes;
  if (!connection.key_env.empty()) {
    changes.push_back(no_token);
  } else {
    // The server needs no key, but without any the client would ask its user to log in.
    changes.push_back({"ANTHROPIC_AUTH_TOKEN", "none", {}, false});
    changes.push_back(no_key);
  }
  return foreign(std::move(changes));
}

// It assumes that unknown models have a million tokens, and would never compact in time. It knows
// its own models' windows.
void AddWindow(const Handover& handover, std::vector<EnvironmentChange>* changes) {
  if (handover.context_tokens <= 0) return;
  const int64_t window =
      handover.input_tokens > 0 ? handover.input_tokens : handover.context_tokens;
  changes->push_back(
      {"CLAUDE_CODE_MAX_CONTEXT_TOKENS", std::to_string(handover.context_tokens), {}, false});
  changes->push_back({"CLAUDE_CODE_AUTO_COMPACT_WINDOW", std::to_string(window), {}, false});
}

// A conversation has a file once something was said in it.
bool Keeps(const std::string& user_home, const std::string& folder,
           const std::string& conversation) {
  namespace fs = std::filesystem;
  const fs::path projects =
      (folder.empty() ? fs::path(user_home) / ".claude" : fs::path(folder)) / "projects";
  std::error_code failed;
  for (const auto& project : fs::directory_iterator(projects, failed)) {
    std::error_code gone;
    if (fs::exists(project.path() / (conversation + ".jsonl"), gone)) return true;
  }
  return false;
}

AgentLaunch Launch(const Handover& handover) {
  AgentLaunch launch;
  launch.arguments = Arguments(handover);
  launch.environment = Endpoint(handover);
  AddWindow(handover, &launch.environment);
  for (const std::string& name : handover.cleared) {
    launch.environment.push_back({name, {}, {}, false});
  }
  // Started inside another session, it would consider itself part of that one.
  for (const char* name :
       {"CLAUDECODE", "CLAUDE_CODE_SESSION_ID", "CLAUDE_CODE_ENTRYPOINT",
        "CLAUDE_CODE_MESSAGING_SOCKET", "CLAUDE_CODE_MESSAGING_TOKEN", "CLAUDE_PROJECT_DIR"}) {
    launch.environment.push_back({name, {}, {}, false});
  }
  return launch;
}

}  // namespace

Agent ClaudeCode() {
  Agent agent;
  agent.name = "claude";
  agent.title = "Claude Code";
  agent.program = "claude";
  agent.package = "@anthropic-ai/claude-code";
  agent.minimum_version = "2.1.0";
  agent.speaks_to = {"anthropic"};
  agent.speaks_messages = true;
  agent.names_conversations = true;
  agent.choosing = {"-c", "--continue", "-r", "--resume", "--session-id", "--from-pr"};
  agent.first_questions = {"Choose the text style", "Select login method",
                           "I trust this folder",   "Do you trust the files in this folder",
                           "use this API key?",     "Press Enter to continue",
                           "Enter to confirm",      "Browser didn't open?",
                           "development channels",  "Unable to connect to Anthropic services",
                           "Not logged in"};
  agent.resume_word = "--resume";
  agent.launch = &Launch;
  agent.keeps = &Keeps;
  agent.folder_variable = "CLAUDE_CONFIG_DIR";
  agent.login = "your Claude login";
  agent.rival_variables = {"ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"};
  return agent;
}

}  // namespace katra::cli
