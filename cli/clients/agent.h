// A coding agent (Claude Code, Codex, ...) as Katra sees it: how it is found, and what it is handed
// over for one session. One file a client makes one Agent. Knows neither tmux nor records nor how
// settings are resolved. Nothing here runs anything,
// writes anything or reads a key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"

namespace katra::cli {

// Who answers the client's model requests.
enum class RouteKind {
  kPlain,             // the provider itself
  kGateway,           // Katra's gateway
  kClaudeCodeRouter,  // claude-code-router
};

// Where a session's model requests go. It names the key's variable, never the key.
struct Connection {
  RouteKind route = RouteKind::kPlain;
  std::string base_url;     // empty: the client connects by itself
  std::string key_env;      // the variable whose value is sent as the key; empty: none
  bool key_needed = false;  // false: without a key the client's own login will do
  // Whether the client's own login may go to base_url: the maker of the client is there, or the
  // user has set that address for the client by hand. Of the gateway: it passes the login on to the
  // plan's own host, and knows the session by a token beside it.
  bool own_login = false;
};

// What one session is handed over.
struct Handover {
  std::string persona;
  std::string role;
  std::string room;  // empty: the main one
  std::string provider;
  std::string model;  // as far as it is known; empty: the client's own choice
  // What the client asks for, when that is not `model`: a router's selector. Empty with `model`
  // set: the client asks for its own, and the router decides by persona.
  std::string asked_model;
  // What it is told without an asked_model: the user's own, or the client's word for its usual one,
  // so that nothing in its files says anything else. Empty only with an asked_model.
  std::string own_model;
  // Variables that must say nothing in this session, wherever its user set them.
  std::vector<std::string> cleared;
  // Of the model, so that the client compacts in time. 0: not known.
  int64_t context_tokens = 0;     // of a request and its answer together
  int64_t input_tokens = 0;       // of a request alone, when that is less
  int64_t max_output_tokens = 0;  // of one answer
  std::string home;               // KATRA_HOME
  std::string katra;              // absolute path of katra
  std::string server;             // absolute path of katra_mcp_server
  bool channels = false;
  Connection connection;
  std::string token;  // for a router, instead of a key
  // The user's own headers, as ANTHROPIC_CUSTOM_HEADERS has them: "Name: value" lines.
  std::string own_headers;
  // The name that the client gives the new conversation; empty: the client's own choice.
  std::string conversation;
  bool resume = false;           // goes on with `conversation`, which is set then
  std::vector<std::string> own;  // the user's arguments for the client
};

// A variable of the client's environment. Without `value` and `from`: unset.
struct EnvironmentChange {
  std::string name;
  std::optional<std::string> value;
  std::string from;     // the value is that of this variable
  bool secret = false;  // not to be shown
};

// How the client is started: its arguments, and what differs in its environment.
struct AgentLaunch {
  std::vector<std::string> arguments;
  std::vector<EnvironmentChange> environment;
  // For a client that reads a file alone: what it holds (no secret), and the variable that names
  // it.
  std::string settings;
  std::string settings_variable;
};

struct Agent {
  std::string name;              // "claude": as --client takes it
  std::string title;             // "Claude Code"
  std::string program;           // looked for in PATH
  std::string package;           // what npm installs it from
  std::string minimum_version;   // older ones lack what Katra needs; empty: any
  std::string default_provider;  // empty: as configured
  // Providers that the client reaches without help; the others need a router, or do not work.
  std::vector<std::string> speaks_to;
  bool speaks_messages = false;      // Anthropic's Messages API
  bool names_conversations = false;  // takes `conversation` for a new one
  // Without a model it would take one of whichever provider it likes best.
  bool needs_model = false;
  // Options of the client by which the user's own arguments say which conversation it is:
  // "--resume", and what follows may name it.
  std::vector<std::string> choosing;
  std::string resume_word;  // the one of them that goes on with a conversation, and its id follows
  // Words of the questions that it asks its user before it starts a server, as it shows them.
  std::vector<std::string> first_questions;
  // How the client calls itself to an MCP server, when it names its conversation with each call;
  // empty: it does not.
  std::string server_name;
  AgentLaunch (*launch)(const Handover& handover) = nullptr;
  // Whether the client has kept a conversation of that name, so that it can go on with it.
  // `folder`: the client's own, or empty for the usual one. nullptr: not known.
  bool (*keeps)(const std::string& user_home, const std::string& folder,
                const std::string& conversation) = nullptr;
  std::string folder_variable;  // names the client's own folder
  // Reads its file of settings only when it and all folders above are root's, and nobody else may
  // write there.
  bool closed_settings = false;
  // What it calls its user's subscription, where a gateway can pass that on: "your Claude login".
  std::string login;
  // Variables that the client would take for another login than that.
  std::vector<std::string> rival_variables;
};

[[nodiscard]] Agent ClaudeCode();
[[nodiscard]] Agent Codex();
[[nodiscard]] Agent GeminiCli();
[[nodiscard]] Agent OpenCode();

// All that can be started, Claude Code first.
[[nodiscard]] std::vector<Agent> Agents();

// kNotFound names the nearest and all known ones.
[[nodiscard]] Result<Agent> FindAgent(const std::string& name);

// Whether the user's own arguments say which conversation it is; then Katra says nothing of it.
struct OwnChoice {
  bool made = false;
  std::string conversation;  // its id, when that was said
};
[[nodiscard]] OwnChoice ChoiceOf(const Agent& agent, const std::vector<std::string>& own);

// The model that the client is told; empty: none.
[[nodiscard]] const std::string& ToldModel(const Handover& handover);

// The variables by which a session's processes (server, hooks, `katra say`) know whose they are.
[[nodiscard]] std::vector<EnvironmentChange> SessionVariables(const Handover& handover);

// Quoted for a POSIX shell when it must be.
[[nodiscard]] std::string ShellQuoted(const std::string& word);

}  // namespace katra::cli
