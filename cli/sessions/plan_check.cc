// Checks what a plan needs before anything is started: the client, tmux, and the provider's key.
#include "cli/sessions/gateway.h"
#include "cli/sessions/plan.h"
#include "cli/sessions/programs.h"

namespace katra::cli {

Status CheckPlan(const LaunchPlan& plan, bool background, const Context& context) {
  const auto missing = [](std::string message) {
    return Fail(ErrorCode::kFailedPrecondition, std::move(message));
  };
  if (FindProgram(context, plan.agent.program).empty()) {
    return missing(plan.agent.title + " is not installed: no `" + plan.agent.program +
                   "` in PATH. Install it with: npm install -g " + plan.agent.package);
  }
  if (background && FindProgram(context, "tmux").empty()) {
    return missing(
        "tmux is not installed, and a background session runs in it. Install it with: sudo "
        "apt-get install tmux (Debian, Ubuntu), sudo dnf install tmux (Fedora), brew install tmux "
        "(macOS); or leave -b out to run here.");
  }
  if (plan.connection.route == RouteKind::kClaudeCodeRouter) return {};
  const bool routed = plan.connection.route == RouteKind::kGateway;
  // A running gateway may already have the key.
  if (routed && FindGateway(context, {{}, {}, false})) return {};
  const Environment environment = OwnEnvironment(context.environment());
  const std::string& name = routed ? plan.key.value : plan.connection.key_env;
  if (name.empty()) return {};
  const auto found = environment.find(name);
  const std::string key = found == environment.end() ? std::string() : found->second;
  if (key.empty() && (routed || plan.connection.key_needed)) {
    return missing("API key not found: " + name + " is not set, and " + plan.provider.value +
                   " needs it. Set it with: export " + name +
                   "=..., or name another variable as "
                   "api_key_env of the persona in " +
                   context.home() + "/router/personas.json.");
  }
  if (key.find_first_of(" \t\r\n") != std::string::npos) {
    return Fail(ErrorCode::kInvalidArgument,
                name +
                    " contains a space or a line break, which no API key has: set it again, e.g. "
                    "export " +
                    name + "=\"$(tr -d '[:space:]' < keyfile)\"");
  }
  return {};
}

}  // namespace katra::cli
