#include "cli/hooks/typist.h"

#include <algorithm>

#include "cli/exit_codes.h"
#include "cli/hooks/live_session.h"
#include "cli/hooks/notes.h"
#include "cli/hooks/waking.h"
#include "cli/room/change_wait.h"
#include "cli/sessions/condition.h"
#include "cli/sessions/records.h"
#include "cli/sessions/tmux.h"
#include "core/process.h"

namespace katra::cli {
namespace {

constexpr int kExitTold = 1;
constexpr std::chrono::minutes kServerPatience{10};  // its user may have to answer something first
constexpr std::chrono::seconds kPatience{5};
constexpr std::chrono::seconds kStill{2};  // since the last output: it does not work, nobody types

bool Shows(const std::string& screen, const std::vector<std::string>& texts) {
  return std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
    return screen.find(text) != std::string::npos;
  });
}

class Typist {
 public:
  Typist(SessionRecord record, Agent agent, store::Session session, store::Store& store,
         Context& context)
      : record_(std::move(record)),
        agent_(std::move(agent)),
        session_(std::move(session)),
        store_(store),
        context_(context) {}

  int Run() {
    const auto notes = HookNotes::Open(context_.home(), session_.uuid);
    if (!notes) return context_.PrintError(notes.error()), kExitTold;
    const auto lock = notes->LockTyping();
    if (!lock) return kExitOk;  // one is enough
    const auto change = ChangeWait::Make(store_, context_.clock());
    if (!change) return context_.PrintError(change.error()), kExitTold;
    while (true) {
      Look(*notes);
      if ((*change)->Wait() == ChangeWait::Outcome::kStopped || IsOver()) return kExitOk;
    }
  }

 private:
  void Look(const HookNotes& notes) {
    if (session_.activity == store::Activity::kWorking ||
        session_.activity == store::Activity::kWaiting || notes.IsWaiting()) {
      return;
    }
    const auto unheard =
        render::FindAddressed(session_, notes.announced(), store_, context_.Call(kPatience));
    if (!unheard || unheard->count == 0 || !IsReady()) return;
    const auto addressed = ReasonToWake(session_, notes.announced(), store_, context_);
    if (!addressed || addressed->count == 0) return;
    notes.SetAnnounced(addressed->newest);
    const Result<Tmux> tmux = Tmux::Find(context_, record_.tmux_path);
    if (!tmux) return;
    // If it fails, the message waits for the next prompt.
    static_cast<void>(
        tmux->Type(record_.tmux_session, render::NoticeText(*addressed, session_.persona)));
  }

  [[nodiscard]] bool IsReady() const {
    const Result<Tmux> tmux = Tmux::Find(context_, record_.tmux_path);
    if (!tmux) return false;
    const auto screens = tmux->Screens({record_.tmux_session});
    if (!screens || screens->empty()) return false;
    const Tmux::Look& look = screens->begin()->second;
    return context_.clock().Now() - look.changed_at >= kStill && ShowsIdlePrompt(agent_, look.text);
  }

  bool IsOver() {
    const auto now = store_.GetSession(session_.id, context_.Call(kPatience));
    if (!now && now.error().code == ErrorCode::kNotFound) return true;
    if (now) session_ = *now;
    return CheckProcess(session_.process) == Liveness::kDead ||
           CheckProcess(record_.process) == Liveness::kDead;
  }

  const SessionRecord record_;
  const Agent agent_;
  store::Session session_;
  store::Store& store_;
  Context& context_;
};

}  // namespace

bool ShowsIdlePrompt(const Agent& agent, const std::string& screen) {
  return Shows(screen, agent.idle_prompts) && !Shows(screen, agent.busy_signs) &&
         !ShowsFirstQuestion(agent.name, screen);
}

int TypeForSession(Context& context) {
  const Result<Records> records = Records::Open(context.home());
  if (!records) return context.PrintError(records.error()), kExitTold;
  const Result<SessionRecord> record = records->Find(context.Variable("KATRA_PERSONA"));
  if (!record) return context.PrintError(record.error()), kExitTold;
  const Result<Agent> agent = FindAgent(record->client);
  if (!agent || !record->background()) return kExitOk;
  const auto session = AwaitLiveSession({}, kServerPatience, context);
  if (!session) return context.PrintError(session.error()), kExitTold;
  if (!*session) return kExitOk;
  const Result<store::Store*> store = context.OpenStore();
  if (!store) return context.PrintError(store.error()), kExitTold;
  return Typist(*record, *agent, **session, **store, context).Run();
}

}  // namespace katra::cli
