// The checks of `katra doctor`: each reports the state of one thing, and what to do if it is not
// good. Checks change nothing.
#pragma once

#include <string>
#include <vector>

#include "cli/context.h"
#include "router/config/config.h"
#include "router/credentials/key_output.h"

namespace katra::cli {

enum class Health {
  kGood,
  kNote,     // optional, or not set up
  kWarning,  // something will not work as expected
  kBad,      // Katra does not work
};

struct Finding {
  Health health = Health::kGood;
  std::string subject;  // "tmux"
  std::string text;     // the state
  std::string advice;   // what to do; empty when good
  int exit_code = 0;    // for kBad: the exit code of the error
};

using Findings = std::vector<Finding>;

// Programs: Katra's own, the clients, tmux.
[[nodiscard]] Findings CheckPrograms(const Context& context);
// The home's modes, the database, change notification.
[[nodiscard]] Findings CheckHome(Context& context);
// Whether the audit log can be written, and whether events were lost.
[[nodiscard]] Findings CheckAudit(const Context& context);
// Keys, configuration, router.
[[nodiscard]] Findings CheckProviders(const Context& context);
// The project's .katra/routing.json, if the working folder has one.
[[nodiscard]] Findings CheckProject(const Context& context);
// The clients' own logins, for personas that use one through the gateway.
[[nodiscard]] Findings CheckLogins(const Context& context);
// Whether each api_key_command prints a key. Runs the commands one after another, but only those of
// providers that are configured or used by a persona.
[[nodiscard]] Findings CheckKeyCommands(const router::RouterConfig& config, const Context& context);
// Whether Bedrock and Vertex have the region and project that they need.
[[nodiscard]] Findings CheckPlatforms(const router::RouterConfig& config);
// Runs one of them. The message of kUnavailable says what is wrong and what to do.
[[nodiscard]] Result<router::credentials::KeyOutput> RunKeyCommand(const router::Provider& provider,
                                                                   const Context& context);
// Whether the configured Azure deployments exist. Asks Azure, for up to 5 s each.
[[nodiscard]] Findings CheckDeployments(const router::RouterConfig& config, const Context& context);
// Which of the running sessions are prevented from working. Runs tmux.
[[nodiscard]] Findings CheckSessions(Context& context);
// Models of other companies in the clients' own files.
[[nodiscard]] Findings CheckModels(const Context& context);
// The clients in which the server is registered.
[[nodiscard]] Findings CheckRegistrations(const Context& context);

}  // namespace katra::cli
