// Starting a session: refuses what is live already, writes the record, and becomes the client or
// puts it into tmux.
#include <unistd.h>

#include <ostream>

#include "cli/exit_codes.h"
#include "cli/sessions/claude_code_router.h"
#include "cli/sessions/handoff.h"
#include "cli/sessions/launch.h"
#include "cli/sessions/live.h"
#include "cli/sessions/tmux.h"
#include "core/text.h"
#include "router/config/example.h"

namespace katra::cli {
namespace {

constexpr std::chrono::seconds kHandoffPatience{15};

std::string TerminalName() {
  const char* const name = ttyname(STDIN_FILENO);  // NOLINT(concurrency-mt-unsafe): one thread
  return name == nullptr ? std::string() : std::string(name);
}

SessionRecord MakeRecord(const LaunchPlan& plan, const PreparedLaunch& launch,
                         const Context& context) {
  SessionRecord record;
  record.persona = plan.persona.value;
  record.provider = plan.provider.value;
  record.model = plan.model.value;
  record.role = plan.role.value;
  record.room = plan.room.value;
  record.client = plan.client.value;
  record.router = plan.router.value;
  record.folder = plan.folder.value;
  record.conversation = launch.conversation;
  record.process = CurrentProcess();
  record.started_at = context.clock().Now();
  return record;
}

std::string TitleOf(const SessionRecord& record) {
  return record.provider + (record.model.empty() ? "" : "/" + record.model) + ", " + record.client;
}

int StartInBackground(const LaunchPlan& plan, const PreparedLaunch& launch, const Records& records,
                      LockFile& lock, Context& context) {
  const Result<Tmux> tmux = Tmux::Find(context);
  if (!tmux) return context.Explain(tmux.error());
  const Result<std::unique_ptr<Handoff>> handoff = Handoff::Open();
  if (!handoff) return context.Explain(handoff.error());
  SessionRecord record = MakeRecord(plan, launch, context);
  record.tmux_session = Tmux::NameFor(record.persona);
  record.tmux_socket = tmux->socket();
  const std::string& katra = context.executable();
  const Status made =
      tmux->New(record.tmux_session, record.folder, {katra, "session-run", (*handoff)->path()});
  if (!made) return context.Explain(made.error());
  const Status given = (*handoff)->Give(launch.spec, kHandoffPatience, [&](int64_t pid) -> Status {
    record.process = ProcessById(pid);
    return records.Save(record);
  });
  lock.Release();
  if (!given) {
    static_cast<void>(tmux->Kill(record.tmux_session));
    record.ended_at = context.clock().Now();
    static_cast<void>(records.Save(record));
    return context.Explain(given.error());
  }
  context.out() << record.persona << " started in the background (" << TitleOf(record)
                << ", tmux session " << record.tmux_session << ").\n"
                << "See it: " << context.program() << " attach " << record.persona
                << " (leave it with Ctrl-b d). End it: " << context.program() << " stop "
                << record.persona << "\n";
  return kExitOk;
}

int StartHere(const LaunchPlan& plan, const PreparedLaunch& launch, const Records& records,
              LockFile& lock, Context& context) {
  SessionRecord record = MakeRecord(plan, launch, context);
  record.terminal = TerminalName();
  if (const Status saved = records.Save(record); !saved) return context.Explain(saved.error());
  context.CloseStore();
  lock.Release();
  context.out().flush();
  context.err().flush();
  const Error failed = ReplaceProcess(launch.spec);
  record.ended_at = context.clock().Now();
  static_cast<void>(records.Save(record));
  return context.Explain(failed);
}

// The conversation that --resume goes on with; empty: the client's latest.
std::string ConversationOf(const Records& records, const LaunchPlan& plan) {
  const Result<SessionRecord> last = records.Find(plan.persona.value);
  return last && last->client == plan.client.value ? last->conversation : std::string();
}

}  // namespace

int StartSession(const LaunchRequest& request, Context& context) {
  const Result<router::RouterConfig> config = LoadConfig(context);
  if (!config) return context.Explain(config.error());
  Result<LaunchPlan> plan = MakePlan(request, context, *config);
  if (!plan) return context.Explain(plan.error());
  if (const Status ready = CheckPlan(*plan, request.background, context); !ready) {
    return context.Explain(ready.error());
  }
  const Result<Records> records = Records::Open(context.home());
  if (!records) return context.Explain(records.error());
  // Beside the first session, for the user who looks for how to name personas.
  static_cast<void>(router::PlaceExample(context.home()));
  Result<LockFile> lock = records->Lock();
  if (!lock) return context.Explain(lock.error());
  if (const Status free = ChooseFreePersona(*records, context, &plan->persona); !free) {
    return context.Explain(free.error());
  }
  const std::string conversation = request.resume ? ConversationOf(*records, *plan) : std::string();
  const Result<PreparedLaunch> launch = Prepare(*plan, request, conversation, true, context);
  if (!launch) return context.Explain(launch.error());
  for (const std::string& warning : plan->warnings) context.Warn(warning);
  if (plan->connection.route == RouteKind::kClaudeCodeRouter && !Answers(config->router_port)) {
    context.Warn("claude-code-router does not answer on port " +
                 std::to_string(config->router_port) + ": start it with `ccr start`");
  }
  if (const Status written = WriteSettings(*launch); !written) {
    return context.Explain(written.error());
  }
  return request.background ? StartInBackground(*plan, *launch, *records, *lock, context)
                            : StartHere(*plan, *launch, *records, *lock, context);
}

}  // namespace katra::cli
