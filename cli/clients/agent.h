// A coding agent (Claude Code, Codex, ...) as seen by Katra: how to find it, and what it is given
// for one session. Each client has one file that makes its Agent. Knows neither tmux nor records
// nor how settings are resolved; runs nothing, writes nothing and reads no key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"

namespace katra::cli {

// Where the client sends its model requests.
enum class RouteKind {
  kPlain,             // the provider itself
  kGateway,           // Katra's gateway
  kClaudeCodeRouter,  // claude-code-router
};

// Where a session's model requests go. Names the key's variable, never contains the key.
struct Connection {
  RouteKind route = RouteKind::kPlain;
  std::string base_url;     // empty: the client's default
  std::string key_env;      // the variable whose value is sent as the key; empty: none
  bool key_needed = false;  // false: without a key the client uses its own login
  // Whether the client's own login may be sent to base_url: because the client's maker is there, or
  // the user configured that address for the client. For the gateway: it forwards the login to the
  // plan's own host, and identifies the session by a separate token.
  bool own_login = false;
};

// What a client is given for one session.
struct Handover {
  std::string persona;
  std::string role;
  std::string room;  // empty: the main room
  std::string provider;
  std::string model;  // if known; empty: the client chooses
  // What the client should request if that is not `model`: a router's selector. Empty although
  // `model` is set: the client requests its own model, and the router decides by persona.
  std::string asked_model;
  // The model that the client is told if there is no asked_model: the user's own, or the client's
  // word for its default, so that its files cannot say anything else. Empty only if there is an
  // asked_model.
  std::string own_model;
  // Variables that must be empty in this session, wherever the user set them.
  std::vector<std::string> cleared;
  // The model's limits, so that the client compacts in time. 0: unknown.
  int64_t context_tokens = 0;     // request and answer together
  int64_t input_tokens = 0;       // request alone, if that limit is lower
  int64_t max_output_tokens = 0;  // per answer
  std::string home;               // KATRA_HOME
  std::string katra;              // absolute path of katra
  std::string server;             // absolute path of katra_mcp_server
  bool channels = false;
  Connection connection;
  std::string token;  // for a router; replaces a key
  // The user's own headers in the format of ANTHROPIC_CUSTOM_HEADERS: "Name: value" lines.
  std::string own_headers;
  // The id for the client's new conversation; empty: the client chooses.
  std::string conversation;
  bool resume = false;           // resume `conversation`, which is set then
  std::vector<std::string> own;  // the user's arguments for the client
  // The user's own Claude Code settings for this session, a JSON object; empty: none.
  std::string own_settings;
};

// A change of the client's environment. Without `value` and `from`: the variable is unset.
struct EnvironmentChange {
  std::string name;
  std::optional<std::string> value;
  std::string from;     // take the value of this variable
  bool secret = false;  // must not be shown
};

// A file that the client reads, to be written before it starts. Not secret.
struct AgentFile {
  std::string path;  // absolute
  std::string text;
};

// How to start the client: its arguments, and changes of its environment.
struct AgentLaunch {
  std::vector<std::string> arguments;
  std::vector<EnvironmentChange> environment;
  // For clients that only read a file: its contents (not secret), and the variable with its path.
  std::string settings;
  std::string settings_variable;
  std::vector<AgentFile> files;
};

struct Agent {
  std::string name;              // "claude": the value of --client
  std::string title;             // "Claude Code"
  std::string program;           // searched in PATH
  std::string package;           // npm package
  std::string minimum_version;   // older versions lack what Katra needs; empty: any
  std::string default_provider;  // empty: as configured
  // Providers that the client supports without help; others need a router or do not work.
  std::vector<std::string> speaks_to;
  bool speaks_messages = false;      // Anthropic's Messages API
  bool names_conversations = false;  // accepts `conversation` as the id of a new one
  // Without a model it would choose one of any provider.
  bool needs_model = false;
  // Client options with which the user's own arguments choose a conversation: "--resume", whose
  // value may name it.
  std::vector<std::string> choosing;
  std::string resume_word;  // the option that resumes a conversation, followed by its id
  // Texts on its screen that show that it asks its user something before it starts MCP servers.
  std::vector<std::string> first_questions;
  // Texts that its screen shows only while its prompt is empty and it does nothing.
  std::vector<std::string> idle_prompts;
  // Texts that its screen shows while it works or asks its user something, whatever else it shows.
  std::vector<std::string> busy_signs;
  // The client's name towards MCP servers, if it sends its conversation with each call; otherwise
  // empty.
  std::string server_name;
  AgentLaunch (*launch)(const Handover& handover) = nullptr;
  // Whether the client has stored a conversation with that id and can resume it. `folder`: the
  // client's folder, or empty for its default. nullptr: unknown.
  bool (*keeps)(const std::string& user_home, const std::string& folder,
                const std::string& conversation) = nullptr;
  std::string folder_variable;  // variable with the client's folder
  // Reads its settings file only if it and all folders above it belong to root and nobody else may
  // write there.
  bool closed_settings = false;
  // The name of its user's subscription login, if a gateway can forward it: "your Claude login".
  std::string login;
  // Variables that the client would use as another login instead.
  std::vector<std::string> rival_variables;
};

[[nodiscard]] Agent ClaudeCode();
[[nodiscard]] Agent Codex();
[[nodiscard]] Agent GeminiCli();
[[nodiscard]] Agent OpenCode();

// All supported clients, Claude Code first.
[[nodiscard]] std::vector<Agent> Agents();

// The message of kNotFound names the nearest matches and all known clients.
[[nodiscard]] Result<Agent> FindAgent(const std::string& name);

// Whether the user's own arguments choose a conversation; Katra then does not.
struct OwnChoice {
  bool made = false;
  std::string conversation;  // its id, if given
};
[[nodiscard]] OwnChoice ChoiceOf(const Agent& agent, const std::vector<std::string>& own);

// The model to tell the client; empty: none.
[[nodiscard]] const std::string& ToldModel(const Handover& handover);

// Variables that identify the session to its processes (server, hooks, `katra say`).
[[nodiscard]] std::vector<EnvironmentChange> SessionVariables(const Handover& handover);

// Quotes a word for a POSIX shell if necessary.
[[nodiscard]] std::string ShellQuoted(const std::string& word);

}  // namespace katra::cli
