// katra wait: the command of an asyncRewake hook of Claude Code. Exits with code 2 when somebody
// addresses an idle session, which wakes it. It delivers nothing itself; the hooks of the next turn
// do. Without a persona and a session id there is nothing to wait for.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/hooks/live_session.h"
#include "cli/hooks/notes.h"
#include "cli/program.h"
#include "cli/room/change_wait.h"
#include "core/process.h"
#include "render/addressed.h"

namespace katra::cli {
namespace {

constexpr size_t kMostInputBytes = 1024 * 1024;
constexpr int kExitWake = 2;  // tells the client to wake the session with the text on stderr
constexpr int kExitTold = 1;
constexpr std::chrono::seconds kServerPatience{20};
constexpr std::chrono::seconds kPatience{5};

// Whether to wake the session now. Not while it is working, because its hooks deliver.
Result<render::Addressed> Look(const store::Session& session, const HookNotes& notes,
                               store::RoomStore& store, const Context& context) {
  if (session.activity == store::Activity::kWorking ||
      session.activity == store::Activity::kWaiting) {
    return render::Addressed{};
  }
  return render::FindAddressed(session, notes.announced(), store, context.Call(kPatience));
}

int WaitFor(store::Session session, store::Store& store, Context& context) {
  const auto notes = HookNotes::Open(context.home(), session.uuid);
  if (!notes) return context.PrintError(notes.error()), kExitTold;
  const auto lock = notes->LockWait();
  if (!lock) {
    // One wait is enough.
    if (lock.error().code == ErrorCode::kUnavailable) return kExitOk;
    return context.PrintError(lock.error()), kExitTold;
  }
  const auto change = ChangeWait::Make(store, context.clock());
  if (!change) return context.PrintError(change.error()), kExitTold;
  const pid_t parent = getppid();
  while (true) {
    const auto addressed = Look(session, *notes, store, context);
    if (addressed && addressed->count > 0) {
      notes->SetAnnounced(addressed->newest);
      context.err() << render::NoticeText(*addressed, session.persona) << "\n";
      return kExitWake;
    }
    if ((*change)->Wait() == ChangeWait::Outcome::kStopped) return kExitOk;
    // Ends with its session and with the client that started it.
    const auto now = store.GetSession(session.id, context.Call(kPatience));
    if (!now && now.error().code == ErrorCode::kNotFound) return kExitOk;
    if (now) session = *now;
    if (CheckProcess(session.process) == Liveness::kDead || getppid() != parent) return kExitOk;
  }
}

// In print mode the client waits for its background hooks, and has no idle session to wake.
bool IsPrintMode(const Context& context) {
  const std::string entry = context.Variable("CLAUDE_CODE_ENTRYPOINT");
  return !entry.empty() && entry != "cli";
}

int Wait(Context& context) {
  if (IsPrintMode(context)) return kExitOk;
  HookInput input;
  if (!context.terminal().in) {
    const Result<std::string> text = context.ReadInput(kMostInputBytes);
    if (text) input = ParseHookInput(*text);
  }
  const auto session = AwaitLiveSession(input, kServerPatience, context);
  if (!session) return context.PrintError(session.error()), kExitTold;
  if (!*session) return kExitOk;
  const Result<store::Store*> store = context.OpenStore();
  if (!store) return context.PrintError(store.error()), kExitTold;
  return WaitFor(**session, **store, context);
}

}  // namespace

void AddWait(CLI::App& app, Program& program) {
  CLI::App* command = app.add_subcommand(
      "wait",
      "called by Claude Code: waits until somebody speaks to an idle session, and wakes it\n"
      "KATRA_PERSONA, or the client's session id on stdin, identifies the session. With neither, "
      "or in print mode, it exits at once. Exit codes: 2 wakes the session, 0 does not, 1 "
      "reports an error. To wait for messages yourself, use `katra hear --wait`.");
  command->group(kClientCommands);
  command->callback([&program] { program.Run([](Context& context) { return Wait(context); }); });
}

}  // namespace katra::cli
