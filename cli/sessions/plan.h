// Decides how to start a session: resolves every setting with its origin, and checks everything
// before anything is changed. Precedence: flags, personas.json, providers.conf, the environment,
// defaults. Starts nothing, and never shows a key's value.
#pragma once

#include <string>
#include <vector>

#include "cli/clients/agent.h"
#include "cli/context.h"
#include "router/config/config.h"

namespace katra::cli {

// The options of start and env. Empty: not given.
struct LaunchRequest {
  std::string persona;
  std::string provider;
  std::string model;
  std::string role;
  std::string room;
  std::string client;
  std::string folder;
  std::string work_tree;  // the branch of a work tree of its own; empty: works in `folder` itself
  bool use_router = false;
  bool no_router = false;
  bool own_login = false;
  bool background = false;
  bool wake_by_keys = false;  // in the background only
  bool resume = false;
  bool channels = false;
  // With what the session that `resume` continues was started; empty: unknown. It counts after the
  // options and the persona's entry in personas.json.
  std::string last_client = {};
  std::string last_provider = {};
  std::string last_model = {};
  std::vector<std::string> arguments;  // for the client
  // Besides what every session gets; the last one of a name counts.
  std::vector<EnvironmentChange> environment = {};
  std::string settings = {};  // a JSON object of Claude Code's settings; empty: none
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
  Setting base_url;  // empty: the client's default
  Setting key;       // name of the key's variable; empty: none
  Setting login;     // "own": the client's own subscription through the gateway; else empty
  Setting folder;    // absolute
  Agent agent;
  Connection connection;
  std::string asked_model;       // see Handover
  std::string own_model;         // see Handover
  std::string own_model_origin;  // its origin
  std::string handed_model;      // see SessionRecord
  // Variables with another provider's model, set by the user or the client's files, that are
  // cleared for this session.
  std::vector<std::string> cleared;
  router::ContextWindow window;   // of the model, if known
  int64_t max_output_tokens = 0;  // per answer; 0: unknown
  std::vector<std::string> warnings;
};

// The environment without variables of an enclosing Katra session: a session started inside another
// must not inherit its identity or keys.
[[nodiscard]] Environment OwnEnvironment(const Environment& environment);

// The user's configuration of this home, with the config.yaml of its gateway; see
// router::plano::Load.
[[nodiscard]] Result<router::RouterConfig> LoadConfig(const Context& context);

// kInvalidArgument: a malformed name or model. kNotFound: an unknown provider, client or folder.
// CheckPlan checks that programs and keys exist.
[[nodiscard]] Result<LaunchPlan> MakePlan(const LaunchRequest& request, const Context& context,
                                          const router::RouterConfig& config);

// Checks what must exist: the client's program, tmux for the background, the key. The message of
// kFailedPrecondition says how to get it.
[[nodiscard]] Status CheckPlan(const LaunchPlan& plan, bool background, const Context& context);

}  // namespace katra::cli
