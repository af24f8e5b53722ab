// katra statusline: one line for the bottom of Claude Code's screen.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "cli/clients/status_line.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/hooks/live_session.h"
#include "cli/program.h"
#include "cli/route/decision_view.h"
#include "cli/sessions/answering.h"
#include "cli/sessions/plan_limits.h"
#include "cli/sessions/subprocess.h"
#include "core/text.h"
#include "core/time_words.h"
#include "render/peer_text.h"

namespace katra::cli {
namespace {

constexpr size_t kMostInputBytes = 1024 * 1024;
constexpr std::chrono::seconds kPatience{1};
// Claude Code asks again after five seconds.
constexpr std::chrono::seconds kOwnPatience{3};
// Set for the user's own status line, so that a script that calls `katra statusline` does not run
// itself.
constexpr const char* kRunningOwn = "KATRA_IN_STATUSLINE";

// The route of the session's latest request of its own conversation; empty if it has none.
std::string LatestRoute(const store::Session& self, store::UsageStore& store, Context& context) {
  store::UsageFilter filter;
  filter.persona = self.persona;
  filter.client_session_id = self.client_session_id;
  filter.since = context.clock().Now() - std::chrono::hours(24);
  filter.limit = 8;
  const auto records = store.LatestUsage(filter, context.Call(kPatience));
  if (!records) return {};
  for (const store::UsageRecord& record : *records) {
    if (record.agent_id.empty() && record.route != "background") return record.route;
  }
  return {};
}

// "$1.2345 today", with a + if the price of a request is unknown; empty: there was none.
std::string CostToday(const std::string& persona, store::UsageStore& store, Context& context) {
  const auto today = ReadTime("today", context.clock().Now(), DayZone::kLocal);
  if (!today) return {};
  const auto sums = store.SumUsage(store::UsageGroup::kPersona, *today, context.Call(kPatience));
  if (!sums) return {};
  int64_t usd_micros = 0;
  int64_t unpriced = 0;
  int64_t requests = 0;
  for (const store::UsageSum& sum : *sums) {
    if (ToLowerAscii(sum.key) != ToLowerAscii(persona)) continue;
    usd_micros += sum.cost_usd_micros;
    unpriced += sum.unpriced;
    requests += sum.requests;
  }
  if (requests == 0) return {};
  if (unpriced > 0 && usd_micros == 0) return "$? today";
  return DollarText(usd_micros) + (unpriced > 0 ? "+" : "") + " today";
}

// Runs the user's own status line, as Claude Code would, and prints what it prints. Prints nothing
// if it fails or is slow.
void PrintOwnLine(const std::string& text, const HookInput& input, Context& context) {
  if (!context.Variable(kRunningOwn).empty()) return;
  const std::string& folder =
      input.project_folder.empty() ? input.working_folder : input.project_folder;
  const std::string command = OwnStatusLine(folder, context);
  if (command.empty()) return;
  ProcessSpec spec{"/bin/sh", {"-c", command}, context.environment(), {}, text};
  spec.environment[kRunningOwn] = "1";
  const Result<ProcessOutcome> outcome = RunProcess(spec, kOwnPatience);
  if (!outcome || outcome->exit_code != 0) return;
  std::string line = outcome->out;
  while (!line.empty() && line.back() == '\n') line.pop_back();
  // A style that it leaves on would reach Katra's line.
  if (!line.empty()) context.out() << line << "\x1b[0m\n";
}

int StatusLine(Context& context) {
  HookInput input;
  if (!context.terminal().in) {
    const Result<std::string> text = context.ReadInput(kMostInputBytes);
    if (text) input = ParseHookInput(*text);
    if (text) PrintOwnLine(*text, input, context);
  }
  const auto session = FindLiveSession(input, context);
  if (!session || !*session) {
    context.out() << "Katra: not connected\n";
    return kExitOk;
  }
  const store::Session& self = **session;
  context.out() << render::Word(self.persona) << " · " << render::ModelText(self.tag);
  const Result<store::Store*> store = context.OpenStore();
  const std::string route = store ? LatestRoute(self, **store, context) : std::string();
  if (!route.empty()) context.out() << " · " << OneLine(route, 60);
  context.out() << " · " << render::Word(self.room);
  const std::string other = AnsweredByAnother(context.Variable("KATRA_PROVIDER"),
                                              context.Variable("KATRA_MODEL"), self.tag);
  if (!other.empty()) context.out() << " · WARNING: " << other;
  if (context.Variable("KATRA_LOGIN") == "own") {
    for (const PlanLimit& limit : PlanLimits(context, self.persona)) {
      context.out() << " · " << DescribePlanLimit(limit, context.clock().Now());
    }
  }
  if (!store) {
    context.out() << "\n";
    return kExitOk;
  }
  if (const std::string cost = CostToday(self.persona, **store, context); !cost.empty()) {
    context.out() << " · " << cost;
  }
  const auto here = (*store)->WhoIsHere({}, context.Call(kPatience));
  if (here) {
    const auto mine = std::find_if(here->begin(), here->end(), [&](const store::Presence& one) {
      return one.session.id == self.id;
    });
    if (mine != here->end() && mine->unheard > 0) {
      context.out() << " · " << mine->unheard << (mine->unheard_is_floor ? "+" : "") << " unheard";
    }
    context.out() << " · " << here->size() << " here";
  }
  context.out() << "\n";
  return kExitOk;
}

}  // namespace

void AddStatusLine(CLI::App& app, Program& program) {
  CLI::App* command =
      app.add_subcommand("statusline", "called by Claude Code: prints its status line");
  command->group(kClientCommands);
  command->callback(
      [&program] { program.Run([](Context& context) { return StatusLine(context); }); });
}

}  // namespace katra::cli
