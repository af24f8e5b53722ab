#include "cli/hooks/reach.h"

#include "cli/hooks/notes.h"

namespace katra::cli {

Reach ReachOf(const store::Session& session, const Context& context) {
  const auto notes = HookNotes::Open(context.home(), session.uuid);
  if (notes && notes->IsWaiting()) return Reach::kWoken;
  if (notes && notes->IsTyping()) return Reach::kKeys;
  return session.activity == store::Activity::kUnknown ? Reach::kCalls : Reach::kTurns;
}

bool IsIdleUnwoken(const store::Session& session, const Context& context) {
  // Until then its hooks may not have started the process that waits.
  constexpr std::chrono::seconds kStart{30};
  if (session.activity != store::Activity::kIdle) return false;
  if (context.clock().Now() - session.started_at < kStart) return false;
  const auto notes = HookNotes::Open(context.home(), session.uuid);
  return notes && !notes->HasBeenWoken();
}

const char* ToString(Reach reach) {
  switch (reach) {
    case Reach::kCalls:
      return "calls";
    case Reach::kTurns:
      return "turns";
    case Reach::kWoken:
      return "woken";
    case Reach::kKeys:
      return "keys";
  }
  return "calls";
}

std::string Describe(Reach reach, store::Activity activity) {
  switch (reach) {
    case Reach::kCalls:
      return "when it calls katra_hear";
    case Reach::kTurns:
      return activity == store::Activity::kIdle ? "at its next prompt" : "at its next tool call";
    case Reach::kWoken:
      return "woken";
    case Reach::kKeys:
      return "by keys";
  }
  return {};
}

}  // namespace katra::cli
