// katra wait: waits beside a session until somebody addresses it while it is idle, and wakes it. It
// delivers nothing itself; the hooks of the next turn do. Without a persona and a session id there
// is nothing to wait for.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/hooks/live_session.h"
#include "cli/hooks/notes.h"
#include "cli/hooks/typist.h"
#include "cli/hooks/waker.h"
#include "cli/hooks/waking.h"
#include "cli/program.h"
#include "cli/room/change_wait.h"
#include "core/process.h"
#include "core/text.h"
#include "render/addressed.h"

namespace katra::cli {
namespace {

constexpr size_t kMostInputBytes = 1024 * 1024;
constexpr int kExitWake = 2;  // tells Claude Code to wake the session with the text on stderr
constexpr int kExitTold = 1;
constexpr std::chrono::seconds kServerPatience{20};
constexpr std::chrono::seconds kPatience{5};

struct WaitOptions {
  std::string client = "claude";
  std::string session;  // the client's own id
  bool keys = false;
  bool installed = false;
};

// Whether to wake the session now. Not while it is working, because its hooks deliver.
Result<render::Addressed> Look(const store::Session& session, const HookNotes& notes,
                               store::Store& store, const Context& context) {
  if (session.activity == store::Activity::kWorking ||
      session.activity == store::Activity::kWaiting) {
    return render::Addressed{};
  }
  return ReasonToWake(session, notes.announced(), store, context);
}

// The process that waits for one session.
class Waiter {
 public:
  Waiter(HookClient client, store::Session session, store::Store& store, Context& context)
      : client_(client), session_(std::move(session)), store_(store), context_(context) {}

  // The exit code.
  int Run() {
    const auto notes = HookNotes::Open(context_.home(), session_.uuid);
    if (!notes) return context_.PrintError(notes.error()), kExitTold;
    const auto lock = notes->LockWait();
    if (!lock) {
      // One wait is enough.
      if (lock.error().code == ErrorCode::kUnavailable) return kExitOk;
      return context_.PrintError(lock.error()), kExitTold;
    }
    const auto change = ChangeWait::Make(store_, context_.clock());
    if (!change) return context_.PrintError(change.error()), kExitTold;
    const pid_t parent = getppid();
    while (true) {
      const auto addressed = Look(session_, *notes, store_, context_);
      if (addressed && addressed->count > 0) {
        notes->SetAnnounced(addressed->newest);
        // Only for the sender's receipts, so not worth an error.
        static_cast<void>(
            store_.NoteWoken(session_.id, addressed->newest, context_.Call(kPatience)));
        const std::string notice = render::NoticeText(*addressed, session_.persona);
        if (client_ != HookClient::kCodex) return Tell(notice);
        // If it is refused, the hooks of the next turn deliver.
        static_cast<void>(QueueForCodex(session_.client_session_id, notice, context_));
      }
      if ((*change)->Wait() == ChangeWait::Outcome::kStopped || IsOver(parent)) return kExitOk;
    }
  }

 private:
  int Tell(const std::string& notice) {
    if (client_ == HookClient::kClaude) {
      context_.err() << notice << "\n";
      return kExitWake;
    }
    context_.out() << notice << "\n";
    return kExitOk;
  }

  // It ends with its session and with the client that started it.
  bool IsOver(pid_t parent) {
    const auto now = store_.GetSession(session_.id, context_.Call(kPatience));
    if (!now && now.error().code == ErrorCode::kNotFound) return true;
    if (now) session_ = *now;
    const bool alone = client_ != HookClient::kCodex && getppid() != parent;
    return alone || CheckProcess(session_.process) == Liveness::kDead;
  }

  const HookClient client_;
  store::Session session_;
  store::Store& store_;
  Context& context_;
};

// In print mode the client waits for its background hooks, and has no idle session to wake.
bool IsPrintMode(const Context& context) {
  const std::string entry = context.Variable("CLAUDE_CODE_ENTRYPOINT");
  return !entry.empty() && entry != "cli";
}

int Wait(const WaitOptions& options, Context& context) {
  if (options.keys) return TypeForSession(context);
  if (options.installed && StartedByKatra(context)) return kExitOk;
  const std::optional<HookClient> client = ParseHookClient(options.client);
  if (!client) {
    return context.UsageError("\"" + OneLine(options.client, 80) + "\" is not a client: use " +
                                  Join(HookClientNames(), ", "),
                              "wait");
  }
  if (*client == HookClient::kClaude && IsPrintMode(context)) return kExitOk;
  HookInput input;
  input.session_id = options.session;
  // Codex's wait outlives the process that started it, and is given the id.
  input.by_process = *client == HookClient::kGemini || *client == HookClient::kOpenCode;
  // Only Claude Code writes to its stdin.
  if (*client == HookClient::kClaude && !context.terminal().in) {
    const Result<std::string> text = context.ReadInput(kMostInputBytes);
    if (text) input = ParseHookInput(*text);
  }
  const auto session = AwaitLiveSession(input, kServerPatience, context);
  if (!session) return context.PrintError(session.error()), kExitTold;
  if (!*session) return kExitOk;
  const Result<store::Store*> store = context.OpenStore();
  if (!store) return context.PrintError(store.error()), kExitTold;
  return Waiter(*client, **session, **store, context).Run();
}

}  // namespace

void AddWait(CLI::App& app, Program& program) {
  auto options = std::make_shared<WaitOptions>();
  CLI::App* command = app.add_subcommand(
      "wait",
      "called by a coding agent: waits until somebody speaks to an idle session, and wakes it\n"
      "KATRA_PERSONA, --session, or the client's session id on stdin identifies the session. "
      "Without any of them, or in print mode, it exits at once. Exit codes for Claude Code: 2 "
      "wakes the session, 0 does not, 1 reports an error. Other clients are woken by its output, "
      "and Codex by a queued message. To wait for messages yourself, use `katra hear --wait`.");
  command->group(kClientCommands);
  command->add_option("--client", options->client, Join(HookClientNames(), ", "))
      ->type_name("NAME")
      ->capture_default_str();
  command->add_option("--session", options->session, "the client's own id of its session")
      ->type_name("ID");
  command->add_flag("--installed", options->installed,
                    "do nothing in a session of `katra start`, which has a wait of its own");
  command->add_flag("--keys", options->keys,
                    "type notices into the idle prompt of the persona's background session");
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Wait(*options, context); });
  });
}

}  // namespace katra::cli
