#include "cli/sessions/condition.h"

#include <algorithm>
#include <map>

#include "cli/clients/agent.h"
#include "cli/output.h"
#include "cli/sessions/gateway_care.h"
#include "cli/sessions/tmux.h"
#include "core/text.h"

namespace katra::cli {
namespace {

// A client that shows something, prints nothing more and starts no MCP server is waiting for its
// user.
constexpr std::chrono::seconds kLongEnough{10};
constexpr std::chrono::seconds kStill{5};
// A start that takes longer is reported as a problem.
constexpr std::chrono::minutes kLongStart{1};

// Data read once for all sessions.
struct Seen {
  std::map<std::string, Tmux::Look> screens;        // by tmux session
  std::optional<router::gateway::Runtime> gateway;  // unset: none runs
  WallTime now;
};

// Whether the client has not connected yet. After that, its screen shows the conversation.
bool IsSilent(const LiveSession& session) { return !session.presence.has_value(); }

Condition AtItsQuestion(const LiveSession& session, const Context& context) {
  const std::string attach = context.program() + " attach " + session.persona;
  return {"waits at its own first question: " + attach,
          "its client asks something before it begins", attach};
}

Condition Starting(const LiveSession& session, const Seen& seen, const Context& context) {
  if (!session.record) return {"starting", {}, {}};
  const SessionRecord& record = *session.record;
  const auto age = seen.now - record.started_at;
  if (age <= kLongStart) return {"starting", {}, {}};
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(age).count();
  const std::string look = record.background() ? context.program() + " attach " + session.persona
                           : record.terminal.empty() ? std::string("look at its terminal")
                                                     : "look at " + record.terminal;
  return {"no sign of its server for " + std::to_string(minutes) + " min: " + look,
          "the client has not started Katra's server: it waits for somebody, was told not to "
          "trust the folder, or could not start it",
          look};
}

Condition Of(const LiveSession& session, const Seen& seen, const Context& context) {
  if (session.elsewhere) {
    const std::string place = PlaceElsewhere(*session.record);
    const std::string told = session.presence ? FormatActivity(session.presence->session.activity)
                                              : std::string("out of sight");
    return {told.empty() ? "here" : told, {}, "it runs on " + place};
  }
  if (IsSilent(session) && session.record) {
    const auto screen = seen.screens.find(session.record->tmux_session);
    if (screen != seen.screens.end()) {
      const Tmux::Look& look = screen->second;
      const bool stuck = !look.text.empty() &&
                         seen.now - session.record->started_at > kLongEnough &&
                         seen.now - look.changed_at > kStill;
      if (stuck || ShowsFirstQuestion(session.record->client, look.text)) {
        return AtItsQuestion(session, context);
      }
    }
  }
  if (session.record) {
    const std::string why = CutOff(*session.record, seen.gateway);
    if (!why.empty()) {
      const std::string up = context.program() + " up";
      return {"cut off: " + why + "; " + up, "its requests do not reach the gateway: " + why, up};
    }
  }
  if (!session.presence) return Starting(session, seen, context);
  const std::string told = FormatActivity(session.presence->session.activity);
  return {told.empty() ? "here" : told, {}, {}};
}

}  // namespace

bool ShowsFirstQuestion(const std::string& client, const std::string& screen) {
  const Result<Agent> agent = FindAgent(client);
  if (!agent) return false;
  return std::any_of(
      agent->first_questions.begin(), agent->first_questions.end(),
      [&](const std::string& words) { return screen.find(words) != std::string::npos; });
}

std::vector<Condition> ConditionsOf(const std::vector<LiveSession>& live, const Context& context) {
  Seen seen;
  seen.now = context.clock().Now();
  // By the socket path of their tmux server.
  std::map<std::string, std::vector<std::string>> silent;
  bool routed = false;
  for (const LiveSession& session : live) {
    if (!session.record || session.elsewhere) continue;
    routed = routed || IsRouted(*session.record);
    if (IsSilent(session) && session.record->background()) {
      silent[session.record->tmux_path].push_back(session.record->tmux_session);
    }
  }
  for (const auto& [path, names] : silent) {
    const Result<Tmux> tmux = Tmux::Find(context, path);
    if (!tmux) continue;
    auto screens = tmux->Screens(names);
    if (screens) seen.screens.merge(*screens);
  }
  if (routed) {
    auto runtime = RunningGateway(context);
    if (runtime) seen.gateway = std::move(*runtime);
  }
  std::vector<Condition> conditions;
  conditions.reserve(live.size());
  for (const LiveSession& session : live) conditions.push_back(Of(session, seen, context));
  return conditions;
}

}  // namespace katra::cli
