#include "cli/hooks/events.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include "cli/hooks/before_edit.h"
#include "cli/hooks/delivery.h"
#include "cli/hooks/live_session.h"
#include "cli/hooks/notes.h"
#include "cli/hooks/waker.h"
#include "cli/hooks/waking.h"
#include "cli/sessions/records.h"
#include "render/addressed.h"
#include "render/peer_text.h"

namespace katra::cli {
namespace {

constexpr std::chrono::seconds kPatience{3};
// The client's server connects while the first hook is running.
constexpr std::chrono::milliseconds kServerPatience{1500};

// Handles one event of one session.
class Event {
 public:
  Event(HookEvent event, HookClient client, const HookInput& input, store::Store& store,
        store::Session session, Context& context)
      : event_(event),
        client_(client),
        input_(input),
        store_(store),
        session_(std::move(session)),
        context_(context) {}

  Result<std::string> Handle() {
    switch (event_) {
      case HookEvent::kSessionStart:
        return SessionStart();
      case HookEvent::kPrompt:
        SetStops(0);
        SetActivity(store::Activity::kWorking);
        return Give(Earlier::kReceived);
      case HookEvent::kPreTool:
        break;  // it needs no event of the session: BeforeEdit
      case HookEvent::kPostTool:
        if (input_.of_subagent) return std::string();
        SetActivity(store::Activity::kWorking);
        return Give(Earlier::kMaybeUnder);
      case HookEvent::kPermission:
        SetActivity(store::Activity::kWaiting);
        return std::string();
      case HookEvent::kNotification:
        return Notification();
      case HookEvent::kStop:
        return Stop();
      case HookEvent::kSessionEnd:
        return SessionEnd();
    }
    return std::string();
  }

 private:
  void SetActivity(store::Activity activity) {
    if (session_.activity == activity) return;
    // Only shown to people, so not worth an error.
    static_cast<void>(store_.SetActivity(session_.id, activity, context_.Call(kPatience)));
  }

  void SetStops(int64_t stops) {
    if (const auto notes = Notes()) notes->SetStops(stops);
  }

  [[nodiscard]] std::optional<HookNotes> Notes() const {
    auto notes = HookNotes::Open(context_.home(), session_.uuid);
    return notes ? std::optional<HookNotes>(std::move(*notes)) : std::nullopt;
  }

  Result<std::string> Give(Earlier earlier) {
    Result<std::string> text = DeliverUnheard(session_, earlier, kMostHookBytes, store_, context_);
    if (!text) return text;
    return GiveOutput(client_, event_, *text);
  }

  // Lists who is present, and missed messages.
  Result<std::string> SessionStart() {
    // Claude Code's server knows the id from its environment, or does not belong to the client.
    const bool unknown = session_.client_session_id.empty() && client_ == HookClient::kClaude;
    if (!input_.session_id.empty() && !unknown && input_.session_id != session_.client_session_id) {
      static_cast<void>(
          store_.SetClientSession(session_.id, input_.session_id, context_.Call(kPatience)));
    }
    if (input_.source != "compact") SetActivity(store::Activity::kIdle);
    const auto here = store_.WhoIsHere({}, context_.Call(kPatience));
    if (!here) return tl::unexpected<Error>(here.error());
    if (const auto notes = Notes()) {
      std::vector<std::string> live;
      for (const store::Presence& one : *here) live.push_back(one.session.uuid);
      notes->RemoveOthers(live);
      notes->SetStops(0);
    }
    StartWaker(client_, session_, input_.session_id, context_);
    std::string text = Introduction(*here) + HowToBeWoken(client_, context_);
    if (input_.source != "compact" && IsCalled()) return GiveOutput(client_, event_, text);
    Result<std::string> missed = DeliverUnheard(session_, Earlier::kMaybeUnder,
                                                kMostHookBytes - text.size() - 1, store_, context_);
    if (!missed) return missed;
    if (!missed->empty()) text += "\n" + *missed;
    return GiveOutput(client_, event_, text);
  }

  // Whether somebody has spoken to the session since `katra start`, before its client was ready. No
  // turn follows the start, so delivered now the message would lie there: left alone, it wakes the
  // session, or comes with the first prompt.
  [[nodiscard]] bool IsCalled() const {
    const Result<Records> records = Records::Open(context_.home());
    if (!records) return false;
    const Result<SessionRecord> record = records->Find(session_.persona);
    if (!record || record->ended_at) return false;
    const auto addressed = render::FindAddressed(session_, 0, store_, context_.Call(kPatience));
    return addressed && addressed->count > 0 && addressed->newest_at >= record->started_at;
  }

  [[nodiscard]] std::string Introduction(const std::vector<store::Presence>& here) const {
    constexpr size_t kMostShown = 15;
    std::string text = "In Katra you are " + render::Word(session_.persona) + " (" +
                       render::ModelText(session_.tag) + "), in room " +
                       render::Word(session_.room) + ".";
    size_t shown = 0;
    size_t others = 0;
    for (const store::Presence& one : here) {
      if (one.session.id == session_.id) continue;
      if (++others > kMostShown) continue;
      ++shown;
      text += (shown == 1 ? " Also here: " : ", ") + render::Word(one.session.persona) + " (" +
              render::ModelText(one.session.tag) + ")";
    }
    if (others == 0) text += " Nobody else is here";
    if (others > shown) text += " and " + std::to_string(others - shown) + " more";
    return text + ".";
  }

  Result<std::string> Notification() {
    if (input_.notification_type == "idle_prompt") {
      SetActivity(store::Activity::kIdle);
    } else if (input_.notification_type.ends_with("_prompt") ||
               input_.notification_type.ends_with("_dialog")) {
      SetActivity(store::Activity::kWaiting);
    }
    return std::string();
  }

  // Messages for this persona continue the turn; all others wait for the next one. The plugin for
  // opencode learns of a turn's end when it is over, so there such messages wake the session.
  Result<std::string> Stop() {
    const auto notes = Notes();
    const int64_t stops =
        std::max<int64_t>(notes ? notes->stops() : 0, input_.stop_hook_active ? 1 : 0);
    if (Status heard = store_.Acknowledge(session_.id, "", std::numeric_limits<int64_t>::max(),
                                          context_.Call(kPatience));
        !heard) {
      return Pass(std::move(heard));
    }
    const bool may_continue = stops < kMostStopsInARow && notes && client_ != HookClient::kOpenCode;
    const Result<render::Addressed> addressed =
        may_continue ? ReasonToWake(session_, 0, store_, context_) : render::Addressed{};
    if (!addressed) return tl::unexpected<Error>(addressed.error());
    if (addressed->count == 0) {
      SetStops(0);
      SetActivity(store::Activity::kIdle);
      return std::string();
    }
    notes->SetStops(stops + 1);
    // Only for the sender's receipts, so not worth an error.
    static_cast<void>(store_.NoteWoken(session_.id, addressed->newest, context_.Call(kPatience)));
    const Result<std::string> text =
        DeliverUnheard(session_, Earlier::kReceived, kMostHookBytes, store_, context_);
    return text ? ContinueOutput(client_, *text) : text;
  }

  Result<std::string> SessionEnd() {
    SetActivity(store::Activity::kIdle);
    if (const auto notes = Notes()) notes->Remove();
    return std::string();
  }

  const HookEvent event_;
  const HookClient client_;
  const HookInput& input_;
  store::Store& store_;
  const store::Session session_;
  Context& context_;
};

}  // namespace

Result<std::string> HandleHook(HookEvent event, HookClient client, const HookInput& input,
                               Context& context) {
  if (event == HookEvent::kPreTool) return BeforeEdit(input, context);
  auto session = event == HookEvent::kSessionStart
                     ? AwaitLiveSession(input, kServerPatience, context)
                     : FindLiveSession(input, context);
  if (!session) return Pass(std::move(session));
  if (!*session) return std::string();
  const Result<store::Store*> store = context.OpenStore();
  if (!store) return tl::unexpected<Error>(store.error());
  return Event(event, client, input, **store, **session, context).Handle();
}

}  // namespace katra::cli
