// Starts a session: refuses a persona that is live, writes the record, and execs the client or
// starts it in tmux.
#include <poll.h>
#include <unistd.h>

#include <algorithm>

#include <ostream>

#include "cli/hooks/waker.h"
#include "cli/room/command_session.h"
#include "cli/room/reserved.h"
#include "cli/sessions/claude_code_router.h"
#include "cli/sessions/condition.h"
#include "cli/sessions/conversation.h"
#include "cli/sessions/handoff.h"
#include "cli/sessions/launch.h"
#include "cli/sessions/live.h"
#include "cli/sessions/tmux.h"
#include "cli/sessions/work_tree.h"
#include "core/text.h"
#include "router/config/example.h"
#include "router/config/persona_names.h"

namespace katra::cli {
namespace {

constexpr std::chrono::seconds kHandoffPatience{15};
// How long to wait for the first screen of a background session: clients take seconds to show one,
// and scripts do not read the report.
constexpr std::chrono::milliseconds kPersonsPatience{4'000};
constexpr std::chrono::milliseconds kScriptsPatience{700};
constexpr int kLookMillis = 100;

std::string TerminalName() {
  const char* const name = ttyname(STDIN_FILENO);  // NOLINT(concurrency-mt-unsafe): one thread
  return name == nullptr ? std::string() : std::string(name);
}

// The part of a record that is known before there is a process.
SessionRecord MakeRecord(const LaunchPlan& plan, const PreparedLaunch& launch,
                         const Conversation& before, const Context& context) {
  SessionRecord record;
  record.earlier = before.earlier;
  record.persona = plan.persona.value;
  record.provider = plan.provider.value;
  record.model = plan.model.value;
  record.handed_model = plan.handed_model;
  record.role = plan.role.value;
  record.room = plan.room.value;
  record.client = plan.client.value;
  record.router = plan.router.value;
  record.login = plan.login.value;
  record.folder = plan.folder.value;
  record.conversation = launch.conversation;
  record.process = CurrentProcess();
  record.host = HostName();
  if (plan.connection.route == RouteKind::kGateway) record.base_url = launch.base_url;
  record.gateway = launch.gateway;
  record.started_at = context.clock().Now();
  return record;
}

std::string TitleOf(const SessionRecord& record) {
  return record.provider + (record.launch_model().empty() ? "" : "/" + record.launch_model()) +
         ", " + record.client;
}

bool IsInTheRoom(const SessionRecord& record, Context& context) {
  const Result<store::SessionStore*> store = context.OpenStore();
  if (!store) return false;
  const auto live = (*store)->LiveSessions({record.persona, {}}, context.Call());
  return live && std::any_of(live->begin(), live->end(), [&](const store::Session& session) {
           return session.started_at >= record.started_at;
         });
}

// Nobody sees a question that a background client asks before it starts. It is reported here if it
// comes soon, otherwise by `katra list`.
void TellFirstQuestion(const SessionRecord& record, const Tmux& tmux, Context& context) {
  const auto patience = context.terminal().out ? kPersonsPatience : kScriptsPatience;
  const auto deadline = context.clock().Steady() + patience;
  do {
    const auto screens = tmux.Screens({record.tmux_session});
    if (!screens || screens->empty()) return;  // the session has ended
    if (ShowsFirstQuestion(record.client, screens->begin()->second.text)) {
      context.out() << record.persona << " waits at its own first question: " << context.program()
                    << " attach " << record.persona << "\n";
      return;
    }
    if (IsInTheRoom(record, context)) return;
    poll(nullptr, 0, kLookMillis);
  } while (context.clock().Steady() < deadline);
}

Status StartInBackground(SessionRecord record, const PreparedLaunch& launch, const Records& records,
                         LockFile& lock, Context& context) {
  const Result<Tmux> tmux = Tmux::Find(context);
  if (!tmux) return tl::unexpected<Error>(tmux.error());
  const Result<std::unique_ptr<Handoff>> handoff = Handoff::Open();
  if (!handoff) return tl::unexpected<Error>(handoff.error());
  record.tmux_socket = tmux->socket();
  const Result<Tmux::Made> made =
      tmux->New(record.persona, record.folder,
                {context.executable(), "session-run", (*handoff)->path(), "--home", context.home(),
                 "--persona", record.persona});
  if (!made) return tl::unexpected<Error>(made.error());
  record.tmux_session = made->name;
  record.tmux_path = made->server_path;
  record.tmux_server = ProcessById(made->server);
  const Status given = (*handoff)->Give(launch.spec, kHandoffPatience, [&](int64_t pid) -> Status {
    record.process = ProcessById(pid);
    return records.Save(record);
  });
  lock.Release();
  if (!given) {
    static_cast<void>(tmux->Kill(record.tmux_session));
    record.ended_at = context.clock().Now();
    static_cast<void>(records.Save(record));
    return tl::unexpected<Error>(given.error());
  }
  context.out() << record.persona << " started in the background (" << TitleOf(record)
                << ", tmux session " << record.tmux_session << ").\n"
                << "See it: " << context.program() << " attach " << record.persona
                << " (leave it with Ctrl-b d). End it: " << context.program() << " stop "
                << record.persona << "\n";
  if (record.wake_by_keys) StartTypist(record, context);
  TellFirstQuestion(record, *tmux, context);
  return {};
}

Status StartHere(SessionRecord record, const PreparedLaunch& launch, const Records& records,
                 LockFile& lock, Context& context) {
  record.terminal = TerminalName();
  if (Status saved = records.Save(record); !saved) return saved;
  context.CloseStore();
  lock.Release();
  context.out().flush();
  context.err().flush();
  const Error failed = ReplaceProcess(launch.spec);
  record.ended_at = context.clock().Now();
  static_cast<void>(records.Save(record));
  return tl::unexpected<Error>(failed);
}

// Warns if another live session works in the same work tree.
Status MoveToWorkTree(const LaunchRequest& request, const Records& records, Context& context,
                      LaunchPlan* plan) {
  // What could prevent the start is found before anything is made.
  if (const auto possible = Prepare(*plan, request, {}, false, context); !possible) {
    return tl::unexpected<Error>(possible.error());
  }
  const std::string& branch = request.work_tree;
  const Result<OwnWorkTree> tree = MakeWorkTree(branch, plan->folder.value, context);
  if (!tree) return tl::unexpected<Error>(tree.error());
  plan->folder = {tree->folder, "--worktree"};
  context.out() << (tree->exists ? "Work tree of " : "Made a work tree of ") << branch << ": "
                << tree->path << "\n";
  const auto all = records.List(nullptr);
  if (!all) return {};
  for (const SessionRecord& record : *all) {
    const bool inside =
        record.folder == tree->path || record.folder.rfind(tree->path + "/", 0) == 0;
    if (inside && record.persona != plan->persona.value &&
        StateOf(record) == RecordState::kRunning) {
      context.Warn(record.persona + " works in this work tree too");
    }
  }
  return {};
}

// Makes the persona known before its client has connected, so that messages can wait for it. If
// that fails, it is known from then on.
void Introduce(const LaunchPlan& plan, Context& context) {
  const Result<store::SessionStore*> store = context.OpenStore();
  if (!store) return;
  store::SessionStart start;
  start.persona = plan.persona.value;
  start.comes_back = true;
  start.room = plan.room.value;
  start.client = kTerminalClient;
  start.working_folder = plan.folder.value;
  start.host = HostName();
  start.process = CurrentProcess();
  const auto opened = (*store)->OpenSession(start, context.Call());
  if (opened) static_cast<void>((*store)->EndSession(opened->id, "started", context.Call()));
}

}  // namespace

Status StartSession(const LaunchRequest& asked, Context& context) {
  LaunchRequest request = asked;
  RecallLastSession(context, &request);
  const Result<router::RouterConfig> config = LoadConfig(context);
  if (!config) return tl::unexpected<Error>(config.error());
  const auto known = [&](const std::string& name) {
    return RefuseReserved(name, context).has_value();
  };
  if (Status names = router::CheckPersonaNames(*config, known); !names) return names;
  Result<LaunchPlan> plan = MakePlan(request, context, *config);
  if (!plan) return tl::unexpected<Error>(plan.error());
  if (const Status allowed = RefuseReserved(plan->persona.value, context); !allowed) {
    return tl::unexpected<Error>(allowed.error());
  }
  if (const Status ready = CheckPlan(*plan, request.background, context); !ready) {
    return tl::unexpected<Error>(ready.error());
  }
  const Result<Records> records = Records::Open(context.home());
  if (!records) return tl::unexpected<Error>(records.error());
  // With the first session, for a user who wants to configure personas.
  static_cast<void>(router::PlaceExample(context.home()));
  Result<LockFile> lock = records->Lock();
  if (!lock) return tl::unexpected<Error>(lock.error());
  if (const Status free = ChooseFreePersona(*records, context, &plan->persona); !free) {
    return tl::unexpected<Error>(free.error());
  }
  if (!request.work_tree.empty()) {
    if (Status made = MoveToWorkTree(request, *records, context, &*plan); !made) {
      return made;
    }
  }
  const Result<Conversation> before = FindConversation(*records, *plan, request, context);
  if (!before) return tl::unexpected<Error>(before.error());
  const Result<PreparedLaunch> launch = Prepare(*plan, request, before->id, true, context);
  if (!launch) return tl::unexpected<Error>(launch.error());
  for (const std::string& warning : plan->warnings) context.Warn(warning);
  if (!before->warning.empty()) context.Warn(before->warning);
  if (!launch->warning.empty()) context.Warn(launch->warning);
  if (plan->connection.route == RouteKind::kClaudeCodeRouter && !Answers(config->router_port)) {
    context.Warn("claude-code-router does not answer on port " +
                 std::to_string(config->router_port) + ": start it with `ccr start`");
  }
  if (const Status written = WriteSettings(*launch); !written) {
    return tl::unexpected<Error>(written.error());
  }
  Introduce(*plan, context);
  SessionRecord record = MakeRecord(*plan, *launch, *before, context);
  record.wake_by_keys = request.wake_by_keys;
  return request.background
             ? StartInBackground(std::move(record), *launch, *records, *lock, context)
             : StartHere(std::move(record), *launch, *records, *lock, context);
}

}  // namespace katra::cli
