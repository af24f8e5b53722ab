// Turns a plan into a process: builds the client's command line and environment, for starting,
// restoring and showing.
#pragma once

#include <string>
#include <vector>

#include "cli/sessions/plan.h"
#include "cli/sessions/records.h"
#include "cli/sessions/subprocess.h"

namespace katra::cli {

struct PreparedLaunch {
  ProcessSpec spec;                        // including all keys
  std::vector<EnvironmentChange> changes;  // changes of the user's environment
  std::string settings;                    // to be written to `settings_path` first
  std::string settings_path;               // empty: the client needs no file
  std::vector<AgentFile> files;            // others to be written first
  std::string warning;                     // for the user at the start; may be empty
  std::string conversation;                // as given to the client; may be empty
  std::string base_url;                    // where its requests go; empty: the client's default
  int64_t gateway = 0;                     // process id of the gateway that has its keys
};

// Gets a token from the gateway if the plan needs one and `mint` is set. `conversation`: to resume
// (LaunchRequest::resume), or empty. kUnavailable: no router. kFailedPrecondition: Katra's own
// server is not installed.
[[nodiscard]] Result<PreparedLaunch> Prepare(const LaunchPlan& plan, const LaunchRequest& request,
                                             const std::string& conversation, bool mint,
                                             const Context& context);

// Writes the files that the client needs.
[[nodiscard]] Status WriteSettings(const PreparedLaunch& launch);

// Starts the session: in tmux if requested, otherwise in place of this process, returning only on
// failure. kAlreadyExists: a session of the persona is live. kNotFound: the conversation to resume
// is unknown. The message says what to type.
[[nodiscard]] Status StartSession(const LaunchRequest& request, Context& context);

// Lists each setting with its origin, where the client's own login goes, the environment without
// secrets, and the command.
[[nodiscard]] std::string Explain(const LaunchPlan& plan, const PreparedLaunch& launch,
                                  const router::RouterConfig& config);

}  // namespace katra::cli
