// How Katra's server is permanently registered in a client: which file, and which entry. Knows the
// clients' formats; changes nothing itself.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/result.h"

namespace katra::cli {

// What is registered.
struct ServerRegistration {
  std::string server;  // absolute path of katra_mcp_server
  std::string katra;   // absolute path of katra; empty: unknown, and no hooks are set
  std::string home;    // KATRA_HOME; empty: the default, which is not written
};

// The folders of a user's files.
struct UserFolders {
  std::string home;     // the user's home folder
  std::string config;   // XDG_CONFIG_HOME, or ~/.config
  std::string codex;    // CODEX_HOME, or ~/.codex
  std::string claude;   // CLAUDE_CONFIG_DIR, or ~/.claude
  std::string vs_code;  // the folder of VS Code's user settings
};

struct Client {
  std::string name;     // "vscode": the value of --client
  std::string title;    // "VS Code"
  std::string program;  // searched in PATH to detect the client
  std::string folder;   // alternatively this folder; empty: only the program counts
  std::string user_file;
  std::string project_file;  // relative to the project
  bool toml = false;
  std::vector<std::string> path;  // path of the entry in a JSON file
  nlohmann::ordered_json (*entry)(const ServerRegistration& registration) = nullptr;
  std::string next_step;         // what the user has to do afterwards; may be empty
  std::string hooks_file = {};   // JSON with the user's hooks; may be user_file; empty: none
  std::string plugin_file = {};  // where Katra's own plugin is put; empty: none
};

[[nodiscard]] std::vector<Client> Clients(const UserFolders& folders);

// The file's text with the server registered, or with the entry removed if `registration` is
// nullptr. kInvalidArgument: the file cannot be parsed.
[[nodiscard]] Result<std::string> EditRegistration(const Client& client, const std::string& text,
                                                   const ServerRegistration* registration);

}  // namespace katra::cli
