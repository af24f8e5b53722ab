// katra statusline: one line for the bottom of Claude Code's screen.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/hooks/live_session.h"
#include "cli/program.h"
#include "cli/sessions/answering.h"
#include "cli/sessions/plan_limits.h"
#include "render/peer_text.h"

namespace katra::cli {
namespace {

constexpr size_t kMostInputBytes = 1024 * 1024;
constexpr std::chrono::seconds kPatience{1};

int StatusLine(Context& context) {
  HookInput input;
  if (!context.terminal().in) {
    const Result<std::string> text = context.ReadInput(kMostInputBytes);
    if (text) input = ParseHookInput(*text);
  }
  const auto session = FindLiveSession(input, context);
  if (!session || !*session) {
    context.out() << "Katra: not connected\n";
    return kExitOk;
  }
  const store::Session& self = **session;
  context.out() << render::Word(self.persona) << " · " << render::ModelText(self.tag) << " · "
                << render::Word(self.room);
  const std::string other = AnsweredByAnother(context.Variable("KATRA_PROVIDER"),
                                              context.Variable("KATRA_MODEL"), self.tag);
  if (!other.empty()) context.out() << " · WARNING: " << other;
  if (context.Variable("KATRA_LOGIN") == "own") {
    for (const PlanLimit& limit : PlanLimits(context, self.persona)) {
      context.out() << " · " << DescribePlanLimit(limit, context.clock().Now());
    }
  }
  const Result<store::SessionStore*> store = context.OpenStore();
  if (!store) return kExitOk;
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
