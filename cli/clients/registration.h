// How Katra's server is registered lastingly in a client: which file, and what is written there.
// Knows the clients' formats; changes nothing by itself.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/result.h"

namespace katra::cli {

// What is registered.
struct ServerRegistration {
  std::string server;  // absolute path of katra_mcp_server
  std::string home;    // KATRA_HOME; empty: the usual one, which need not be said
};

// Where a user's files are.
struct UserFolders {
  std::string home;     // the user's home folder
  std::string config;   // XDG_CONFIG_HOME, or ~/.config
  std::string codex;    // CODEX_HOME, or ~/.codex
  std::string vs_code;  // the folder of VS Code's user settings
};

struct Client {
  std::string name;     // "vscode": as --client takes it
  std::string title;    // "VS Code"
  std::string program;  // looked for in PATH to know whether it is there
  std::string folder;   // or this folder; empty: only the program counts
  std::string user_file;
  std::string project_file;  // below the project
  bool toml = false;
  std::vector<std::string> path;  // of the entry in a JSON file
  nlohmann::ordered_json (*entry)(const ServerRegistration& registration) = nullptr;
  std::string next_step;  // what the user does afterwards; may be empty
};

[[nodiscard]] std::vector<Client> Clients(const UserFolders& folders);

// The file's text with the server in it (`registration` given) or without (nullptr).
// kInvalidArgument: the file cannot be read as what it should be.
[[nodiscard]] Result<std::string> EditRegistration(const Client& client, const std::string& text,
                                                   const ServerRegistration* registration);

}  // namespace katra::cli
