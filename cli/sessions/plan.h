// Decides how a session is started: every setting with where it was said, and everything checked
// before anything is changed. Flags come before personas.json, that before providers.conf, that
// before the environment, and that before the defaults. Starts nothing and reads no key's value
// into anything that is shown.
#pragma once

#include <string>
#include <vector>

#include "cli/clients/agent.h"
#include "cli/context.h"
#include "router/config/config.h"

namespace katra::cli {

// The command line of start and env. Empty: not given.
struct LaunchRequest {
  std::string persona;
  std::string provider;
  std::string model;
  std::string role;
  std::string room;
  std::string client;
  std::string folder;
  bool use_router = false;
  bool no_router = false;
  bool own_login = false;
  bool background = false;
  bool resume = false;
  bool channels = false;
  std::vector<std::string> arguments;  // for the client
};

struct Setting {
  std::string value;
  std::string origin;  // "--provider", "FILE:LINE", "environment KATRA_PROVIDER", "default"
};

struct LaunchPlan {
  Setting persona;
  Setting provider;
  Setting model;
  Setting role;
  Setting room;
  Setting client;
  Setting router;    // "none", "gateway", "claude-code-router"
  Setting base_url;  // empty: the client's own
  Setting key;       // the variable's name; empty: none
  Setting login;     // "own": the client's own subscription, by way of the gateway; else empty
  Setting folder;    // absolute
  Agent agent;
  Connection connection;
  std::string asked_model;       // see Handover
  std::string own_model;         // see Handover
  std::string own_model_origin;  // where that was found
  std::string handed_model;      // see SessionRecord
  // Variables of the client's that its user or its files set to another provider's model, and that
  // are empty for this session.
  std::vector<std::string> cleared;
  router::ContextWindow window;   // of the model, as far as known
  int64_t max_output_tokens = 0;  // of one answer; 0: not known
  std::vector<std::string> warnings;
};

// The environment without what an enclosing session of Katra has put there: a session that is
// started from within another must not inherit its identity or its keys.
[[nodiscard]] Environment OwnEnvironment(const Environment& environment);

// The user's configuration of this home; see router::Load.
[[nodiscard]] Result<router::RouterConfig> LoadConfig(const Context& context);

// kInvalidArgument: a name or model of the wrong form. kNotFound: an unknown provider, client or
// folder. Whether programs and keys are there is CheckPlan's.
[[nodiscard]] Result<LaunchPlan> MakePlan(const LaunchRequest& request, const Context& context,
                                          const router::RouterConfig& config);

// What must be there: the client's program, tmux for the background, the key. kFailedPrecondition
// says how to get it.
[[nodiscard]] Status CheckPlan(const LaunchPlan& plan, bool background, const Context& context);

}  // namespace katra::cli
