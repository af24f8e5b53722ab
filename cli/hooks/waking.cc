#include "cli/hooks/waking.h"

#include <algorithm>
#include <charconv>

#include "cli/hooks/wake_budget.h"
#include "cli/room/command_session.h"
#include "render/peer_text.h"

namespace katra::cli {
namespace {

constexpr std::chrono::seconds kPatience{5};

int MostPerHour(const Context& context) {
  const std::string said = context.Variable("KATRA_WAKES_PER_HOUR");
  int most = 0;
  const auto [end, error] = std::from_chars(said.data(), said.data() + said.size(), most);
  const bool valid = error == std::errc() && end == said.data() + said.size() && most >= 0;
  return valid && !said.empty() ? most : kWakesPerHour;
}

// Whether a coding agent is at work as this persona, and not only its person in a terminal.
bool IsAgent(const std::string& persona, store::Store& store, const Context& context) {
  const auto live = store.LiveSessions({persona, {}}, context.Call(kPatience));
  return live && std::any_of(live->begin(), live->end(), [](const store::Session& one) {
           return !IsTerminalClient(one.client);
         });
}

// In the name of the session that is not woken. Names nobody with @, and so wakes nobody.
void TellUsedUp(const store::Session& session, const std::string& sender, int most,
                store::Store& store, const Context& context) {
  store::SayRequest request;
  request.session = session.id;
  request.body = "Automatic note by Katra: " + session.persona + " and " + sender +
                 " have woken each other " + render::Count(most, "time", "times") +
                 " within an hour. For the next hour their messages to each other wait for the "
                 "next prompt, tool call or katra_hear.";
  // The room misses a note, and no message is lost.
  static_cast<void>(store.Say(request, context.Call(kPatience)));
}

}  // namespace

Result<render::Addressed> ReasonToWake(const store::Session& session, store::MessageId after,
                                       store::Store& store, const Context& context) {
  Result<render::Addressed> addressed =
      render::FindAddressed(session, after, store, context.Call(kPatience));
  if (!addressed || addressed->count == 0) return addressed;
  const int most = MostPerHour(context);
  bool wakes = false;
  for (const std::string& sender : addressed->senders) {
    if (!IsAgent(sender, store, context)) {
      wakes = true;
      continue;
    }
    const Result<WakeBudget> budget = WakeBudget::Open(context.home(), most);
    const auto use = budget ? budget->Take(session.persona, sender, context.clock().Now())
                            : Result<WakeBudget::Use>(tl::unexpected<Error>(budget.error()));
    if (!use) return tl::unexpected<Error>(use.error());
    if (*use == WakeBudget::Use::kTaken) wakes = true;
    if (*use == WakeBudget::Use::kUsedUpNow) TellUsedUp(session, sender, most, store, context);
  }
  return wakes ? addressed : render::Addressed{};
}

}  // namespace katra::cli
