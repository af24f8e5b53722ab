#include "cli/sessions/stop.h"

#include <poll.h>

#include <cerrno>
#include <csignal>
#include <system_error>

#include "cli/sessions/gateway.h"
#include "cli/sessions/tmux.h"

namespace katra::cli {
namespace {

constexpr int kLookMillis = 20;
// How long a killed process may take to disappear, and a server to close its session.
constexpr std::chrono::milliseconds kAfterwards{2000};

bool Runs(const SessionRecord& record) { return CheckProcess(record.process) == Liveness::kAlive; }

Status Send(const SessionRecord& record, int signal) {
  // Checks the identity just before, because the pid may belong to another process now.
  if (!Runs(record)) return {};
  if (kill(static_cast<pid_t>(record.process.pid), signal) == 0 || errno == ESRCH) return {};
  return Fail(ErrorCode::kPermissionDenied,
              "process " + std::to_string(record.process.pid) + " of " + record.persona +
                  " cannot be ended: " + std::generic_category().message(errno));
}

// Waits until none is running, or the time is up.
void WaitForAll(const std::vector<SessionRecord>& sessions, std::chrono::milliseconds patience,
                const Clock& clock) {
  const auto deadline = clock.Steady() + patience;
  for (const SessionRecord& record : sessions) {
    while (Runs(record) && clock.Steady() < deadline) {
      poll(nullptr, 0, kLookMillis);
    }
  }
}

// When the client exits its server exits too and closes its session; one that did not is closed
// here.
Status CloseStoreSessions(const std::vector<SessionRecord>& sessions, Context& context) {
  const Result<store::SessionStore*> store = context.OpenStore();
  if (!store) return Fail(store.error().code, store.error().message);
  const auto deadline = context.clock().Steady() + kAfterwards;
  for (const SessionRecord& record : sessions) {
    for (;;) {
      const auto live = (*store)->LiveSessions({record.persona, {}}, context.Call());
      if (!live) return Fail(live.error().code, live.error().message);
      bool none = true;
      const bool late = context.clock().Steady() >= deadline;
      for (const store::Session& session : *live) {
        // Started before the client, or in another container, so not its server's.
        if (session.started_at < record.started_at ||
            session.process.domain != record.process.domain) {
          continue;
        }
        none = false;
        if (!late) continue;
        if (auto ended = (*store)->EndSession(session.id, "stopped", context.Call()); !ended) {
          return ended;
        }
      }
      if (none || late) break;
      poll(nullptr, 0, kLookMillis);
    }
  }
  return {};
}

}  // namespace

Result<std::vector<StopOutcome>> StopSessions(std::vector<SessionRecord> sessions,
                                              std::chrono::milliseconds grace,
                                              const Records& records, Context& context) {
  for (const SessionRecord& record : sessions) {
    if (auto sent = Send(record, SIGTERM); !sent) return Pass(std::move(sent));
  }
  WaitForAll(sessions, grace, context.clock());
  std::vector<StopOutcome> outcomes;
  for (const SessionRecord& record : sessions) {
    outcomes.push_back(Runs(record) ? StopOutcome::kKilled : StopOutcome::kStopped);
    if (auto sent = Send(record, SIGKILL); !sent) return Pass(std::move(sent));
  }
  WaitForAll(sessions, kAfterwards, context.clock());
  for (SessionRecord& record : sessions) {
    if (record.background()) {
      const Result<Tmux> tmux = Tmux::Find(context, record.tmux_path);
      if (tmux && (!record.tmux_path.empty() || tmux->socket() == record.tmux_socket)) {
        if (auto gone = tmux->Kill(record.tmux_session); !gone) return Pass(std::move(gone));
      }
    }
    if (auto ended = EndGatewayTokens(context, record.persona); !ended)
      return Pass(std::move(ended));
    record.ended_at = context.clock().Now();
    if (auto saved = records.Save(record); !saved) return Pass(std::move(saved));
  }
  if (auto closed = CloseStoreSessions(sessions, context); !closed) return Pass(std::move(closed));
  return outcomes;
}

}  // namespace katra::cli
