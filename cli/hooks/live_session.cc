#include "cli/hooks/live_session.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "cli/hooks/ancestry.h"
#include "cli/room/change_wait.h"
#include "cli/room/command_session.h"

namespace katra::cli {
namespace {

constexpr std::chrono::seconds kPatience{3};

bool HasHome(const Context& context) {
  std::error_code failed;
  return !context.home().empty() && std::filesystem::exists(context.home(), failed);
}

// Otherwise no session can be found.
bool NamesSession(const HookInput& input, const Context& context) {
  return !context.Variable("KATRA_PERSONA").empty() || !input.session_id.empty() ||
         input.by_process;
}

}  // namespace

bool StartedByKatra(const Context& context) { return !context.Variable("KATRA_EXPORTS").empty(); }

Result<std::optional<store::Session>> FindLiveSession(const HookInput& input, Context& context) {
  const std::string persona = context.Variable("KATRA_PERSONA");
  if (!HasHome(context) || !NamesSession(input, context)) return std::optional<store::Session>();
  const Result<store::SessionStore*> store = context.OpenStore();
  if (!store) return tl::unexpected<Error>(store.error());
  store::SessionFilter filter;
  filter.persona = persona;
  // A client whose server does not know the id is found by its process.
  const bool by_process = persona.empty() && input.by_process;
  if (persona.empty() && !by_process) filter.client_session_id = input.session_id;
  Result<std::vector<store::Session>> found =
      (*store)->LiveSessions(filter, context.Call(kPatience));
  if (!found) return Pass(std::move(found));
  // Not those of terminals, which hear for themselves.
  std::erase_if(*found, [](const store::Session& one) { return IsTerminalClient(one.client); });
  const auto first = [&](auto&& fits) -> std::optional<store::Session> {
    const auto one = std::find_if(found->begin(), found->end(), fits);
    return one == found->end() ? std::nullopt : std::optional<store::Session>(*one);
  };
  if (auto same = first([&](const store::Session& one) {
        return !input.session_id.empty() && one.client_session_id == input.session_id;
      })) {
    return same;
  }
  if (by_process) {
    const std::vector<int64_t> ancestors = Ancestors();
    return first([&](const store::Session& one) { return IsServerOf(ancestors, one); });
  }
  if (auto beside = first([&](const store::Session& one) {
        return !input.working_folder.empty() && one.working_folder == input.working_folder;
      })) {
    return beside;
  }
  return first([](const store::Session&) { return true; });
}

Result<std::optional<store::Session>> AwaitLiveSession(const HookInput& input,
                                                       std::chrono::milliseconds patience,
                                                       Context& context) {
  constexpr std::chrono::milliseconds kLook{100};
  const SteadyTime end = context.clock().Steady() + patience;
  std::unique_ptr<ChangeWait> change;  // set once there is a home to watch
  while (true) {
    if (!change && HasHome(context) && NamesSession(input, context)) {
      const Result<store::Watchable*> store = context.OpenStore();
      if (!store) return tl::unexpected<Error>(store.error());
      auto made = ChangeWait::Make(**store, context.clock());
      if (!made) return Pass(std::move(made));
      change = std::move(*made);
    }
    auto found = FindLiveSession(input, context);
    if (!found || *found) return found;
    const SteadyTime now = context.clock().Steady();
    if (now >= end || !change) return found;
    if (change->Wait(std::min(end, now + kLook)) == ChangeWait::Outcome::kStopped) return found;
  }
}

}  // namespace katra::cli
