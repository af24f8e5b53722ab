// What `katra doctor` looks at: each check is a function that says how one thing is, and what to do
// when it is not well. Checks change nothing.
#pragma once

#include <string>
#include <vector>

#include "cli/context.h"
#include "router/config/config.h"
#include "router/credentials/key_output.h"

namespace katra::cli {

enum class Health {
  kGood,
  kNote,     // not needed, or not set up
  kWarning,  // something will not work as one expects
  kBad,      // Katra does not work
};

struct Finding {
  Health health = Health::kGood;
  std::string subject;  // "tmux"
  std::string text;     // what is
  std::string advice;   // what to do; empty when good
  int exit_code = 0;    // of kBad: the error's own
};

using Findings = std::vector<Finding>;

// Programs: Katra's own, the clients, tmux.
[[nodiscard]] Findings CheckPrograms(const Context& context);
// The home's modes, the database, the bell.
[[nodiscard]] Findings CheckHome(Context& context);
// Can the audit log be written, and was everything written?
[[nodiscard]] Findings CheckAudit(const Context& context);
// Keys, configuration, router.
[[nodiscard]] Findings CheckProviders(const Context& context);
// The clients' own logins, of personas that go on one by way of the gateway.
[[nodiscard]] Findings CheckLogins(const Context& context);
// Does each api_key_command print a key? Runs them, one after another.
// Only those of providers that the configuration names or a persona uses.
[[nodiscard]] Findings CheckKeyCommands(const router::RouterConfig& config, const Context& context);
// Do Bedrock and Vertex have the region and project that they need?
[[nodiscard]] Findings CheckPlatforms(const router::RouterConfig& config);
// One of them. kUnavailable says what is wrong and what to do.
[[nodiscard]] Result<router::credentials::KeyOutput> RunKeyCommand(const router::Provider& provider,
                                                                   const Context& context);
// Are the deployments of Azure's there that the configuration names? Asks Azure, 5 s each.
[[nodiscard]] Findings CheckDeployments(const router::RouterConfig& config, const Context& context);
// The sessions that run: which of them are kept from working. Runs tmux.
[[nodiscard]] Findings CheckSessions(Context& context);
// Models in the clients' own files that are another company's.
[[nodiscard]] Findings CheckModels(const Context& context);
// Where the server is registered.
[[nodiscard]] Findings CheckRegistrations(const Context& context);

}  // namespace katra::cli
