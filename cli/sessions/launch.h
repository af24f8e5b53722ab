// From a plan to a process: the one place that builds a client's command line and environment, for
// starting, for restoring and for showing.
#pragma once

#include <string>
#include <vector>

#include "cli/sessions/plan.h"
#include "cli/sessions/records.h"
#include "cli/sessions/subprocess.h"

namespace katra::cli {

struct PreparedLaunch {
  ProcessSpec spec;                        // with every key in its place
  std::vector<EnvironmentChange> changes;  // what differs from the user's environment
  std::string settings;                    // to be written to `settings_path` before
  std::string settings_path;               // empty: the client needs no file
  std::string warning;                     // for the user, when started; may be empty
  std::string conversation;                // as the client was told to name it; may be empty
  std::string base_url;                    // where its requests go; empty: the client's own
  int64_t gateway = 0;                     // the process id of the gateway that has its keys
};

// Asks the gateway for a token when the plan says so and `mint` is set. `conversation`: to be gone
// on with (LaunchRequest::resume), or empty. kUnavailable: no router. kFailedPrecondition: Katra's
// own server is not installed.
[[nodiscard]] Result<PreparedLaunch> Prepare(const LaunchPlan& plan, const LaunchRequest& request,
                                             const std::string& conversation, bool mint,
                                             const Context& context);

// Writes the client's settings, when it needs a file of them.
[[nodiscard]] Status WriteSettings(const PreparedLaunch& launch);

// Starts the session: in tmux when the request says so, else in place of this process, when it
// returns only if that failed. kAlreadyExists: a session of the persona is live. kNotFound: its
// conversation is to be gone on with and is not known. The message says what to type.
[[nodiscard]] Status StartSession(const LaunchRequest& request, Context& context);

// A line for each setting and where it was said, where the client's own login goes, the environment
// without secrets, the command.
[[nodiscard]] std::string Explain(const LaunchPlan& plan, const PreparedLaunch& launch,
                                  const router::RouterConfig& config);

}  // namespace katra::cli
