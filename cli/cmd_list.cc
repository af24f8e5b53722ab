// katra list: the live sessions and what they are doing. States come from the clients' hooks; only
// questions that a client asks before it starts are read from its screen.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/hooks/reach.h"
#include "cli/output.h"
#include "cli/program.h"
#include "cli/sessions/answering.h"
#include "cli/sessions/condition.h"
#include "cli/sessions/git.h"
#include "cli/sessions/live.h"
#include "cli/sessions/plan_limits.h"
#include "core/json_text.h"
#include "core/text.h"

namespace katra::cli {
namespace {

using Json = nlohmann::ordered_json;

// How long one call of git may take: a list is looked at often, also of large repositories.
constexpr std::chrono::milliseconds kGitPatience{700};

std::string TagOf(const LiveSession& session) {
  if (session.presence && session.presence->session.tag.source != store::TagSource::kUnknown) {
    return store::Describe(session.presence->session.tag);
  }
  if (!session.record) return "unknown";
  return store::Describe(
      {session.record->provider, session.record->launch_model(), store::TagSource::kLaunch});
}

// Empty if the session is answered by what it was started with.
std::string WarningOf(const LiveSession& session) {
  if (!session.record || !session.presence) return {};
  return AnsweredByAnother(session.record->provider, session.record->launch_model(),
                           session.presence->session.tag);
}

std::string ClientOf(const LiveSession& session) {
  return session.record ? session.record->client : session.presence->session.client;
}

std::string UnheardOf(const LiveSession& session) {
  if (!session.presence) return "-";
  return std::to_string(session.presence->unheard) +
         (session.presence->unheard_is_floor ? "+" : "");
}

// Unset before its server has connected, and for a session that cannot be seen from here.
std::optional<Reach> ReachOf(const LiveSession& session, const Context& context) {
  if (!session.presence || session.elsewhere) return std::nullopt;
  return ReachOf(session.presence->session, context);
}

WallTime SinceOf(const LiveSession& session) {
  return session.record ? session.record->started_at : session.presence->session.started_at;
}

std::string FolderOf(const LiveSession& session) {
  return session.record ? session.record->folder : session.presence->session.working_folder;
}

using AllChanges = std::map<std::string, Changes>;  // by folder

// Of sessions on this machine whose folder is in a git repository.
AllChanges ChangesOf(const std::vector<LiveSession>& live, const Context& context) {
  AllChanges all;
  const Result<Git> git = Git::Find(context);
  if (!git) return all;
  for (const LiveSession& session : live) {
    const std::string folder = FolderOf(session);
    if (folder.empty() || session.elsewhere || all.count(folder) != 0) continue;
    if (auto changes = git->ChangesIn(folder, kGitPatience)) all.emplace(folder, *changes);
  }
  return all;
}

// "fix-login +12 -3"; "-" outside of repositories.
std::string BranchOf(const LiveSession& session, const AllChanges& all) {
  const auto found = all.find(FolderOf(session));
  if (session.elsewhere || found == all.end()) return "-";
  const Changes& changes = found->second;
  std::string text = changes.branch;
  if (changes.added_lines.value_or(0) + changes.removed_lines.value_or(0) > 0) {
    text +=
        " +" + std::to_string(*changes.added_lines) + " -" + std::to_string(*changes.removed_lines);
  }
  return text;
}

// On a narrow page only its end: "…/work/app".
std::string FolderCell(const LiveSession& session, const std::string& user_home, const Page& page) {
  constexpr size_t kWide = 120;
  std::string folder = ShownFolder(FolderOf(session), user_home);
  if (page.width == 0 || page.width >= kWide) return folder;
  const size_t last = folder.rfind('/');
  const size_t before =
      last == std::string::npos || last == 0 ? std::string::npos : folder.rfind('/', last - 1);
  return before == std::string::npos || before < 2 ? folder : "…" + folder.substr(before);
}

// "tmux", "/dev/pts/3", "-"
std::string PlaceOf(const LiveSession& session) {
  if (!session.record) return "-";
  if (session.elsewhere) return PlaceElsewhere(*session.record);
  if (session.record->background()) return "tmux";
  return session.record->terminal.empty() ? "terminal" : session.record->terminal;
}

// The limit of the plan that pays for a session's own login; empty if there is none.
std::vector<PlanLimit> LimitsOf(const LiveSession& session, const std::vector<PlanLimit>& all) {
  std::vector<PlanLimit> limits;
  for (const PlanLimit& limit : all) {
    if (ToLowerAscii(limit.persona) == ToLowerAscii(session.persona)) limits.push_back(limit);
  }
  return limits;
}

// For sessions that use their client's own login.
std::vector<PlanLimit> AllLimits(const std::vector<LiveSession>& live, const Context& context) {
  const bool any = std::any_of(live.begin(), live.end(), [](const LiveSession& session) {
    return session.record && session.record->login == "own";
  });
  return any ? PlanLimits(context) : std::vector<PlanLimit>();
}

// Adds branch, added_lines and removed_lines; null: unknown, or in no repository.
void AddBranch(const LiveSession& session, const AllChanges& all, Json* json) {
  const auto found = session.elsewhere ? all.end() : all.find(FolderOf(session));
  const Changes changes = found == all.end() ? Changes() : found->second;
  const auto number = [](const std::optional<int64_t>& lines) {
    return lines ? Json(*lines) : Json(nullptr);
  };
  (*json)["branch"] = changes.branch.empty() ? Json(nullptr) : Json(changes.branch);
  (*json)["added_lines"] = number(changes.added_lines);
  (*json)["removed_lines"] = number(changes.removed_lines);
}

Json ToJson(const LiveSession& session, const Condition& condition,
            const std::vector<PlanLimit>& limits, const AllChanges& changes,
            const Context& context) {
  Json json = {{"persona", session.persona}};
  const bool known = session.presence.has_value();
  const store::Session none;
  const store::Session& here = known ? session.presence->session : none;
  const bool tagged = known && here.tag.source != store::TagSource::kUnknown;
  json["provider"] = tagged           ? here.tag.provider
                     : session.record ? session.record->provider
                                      : std::string();
  json["model"] = tagged           ? here.tag.model
                  : session.record ? session.record->launch_model()
                                   : std::string();
  json["tag_source"] = store::ToString(tagged           ? here.tag.source
                                       : session.record ? store::TagSource::kLaunch
                                                        : store::TagSource::kUnknown);
  const std::string warning = WarningOf(session);
  json["started_with"] = session.record ? Json{{"provider", session.record->provider},
                                               {"model", session.record->launch_model()}}
                                        : Json(nullptr);
  json["warning"] = warning.empty() ? Json(nullptr) : Json(warning);
  json["client"] = ClientOf(session);
  json["state"] = condition.state;
  json["trouble"] = condition.trouble.empty() ? Json(nullptr) : Json(condition.trouble);
  const std::vector<PlanLimit> own = LimitsOf(session, limits);
  json["plan_limit_until"] = own.empty() ? Json(nullptr) : Json(FormatRfc3339(own.back().until));
  const std::optional<Reach> reach = ReachOf(session, context);
  json["reached"] = reach ? Json(ToString(*reach)) : Json(nullptr);
  json["unheard"] = known ? Json(session.presence->unheard) : Json(nullptr);
  json["room"] = known ? here.room : session.record ? session.record->room : std::string();
  json["since"] = FormatRfc3339(SinceOf(session));
  json["folder"] = FolderOf(session);
  AddBranch(session, changes, &json);
  json["seen"] = !session.elsewhere;
  json["host"] = session.record && !session.record->host.empty() ? Json(session.record->host)
                 : known                                         ? Json(here.host)
                                                                 : Json(nullptr);
  json["pid"] = session.record ? Json(session.record->process.pid) : Json(nullptr);
  json["tmux_session"] = session.record && session.record->background()
                             ? Json(session.record->tmux_session)
                             : Json(nullptr);
  json["terminal"] = session.record && !session.record->terminal.empty()
                         ? Json(session.record->terminal)
                         : Json(nullptr);
  return json;
}

std::string RenderRows(const std::vector<LiveSession>& live,
                       const std::vector<Condition>& conditions, const AllChanges& changes,
                       const Page& page, const Context& context) {
  const WallTime now = context.clock().Now();
  std::vector<std::vector<std::string>> rows;
  for (size_t i = 0; i < live.size(); ++i) {
    const LiveSession& session = live[i];
    const std::optional<Reach> reach = ReachOf(session, context);
    rows.push_back({session.persona, TagOf(session), ClientOf(session), conditions[i].state,
                    reach ? Describe(*reach, session.presence->session.activity) : "-",
                    UnheardOf(session), FormatLocal(SinceOf(session), now), PlaceOf(session),
                    BranchOf(session, changes), FolderCell(session, context.user_home(), page)});
  }
  return RenderTable({"PERSONA", "MODEL", "CLIENT", "STATE", "REACHED", "UNHEARD", "SINCE", "WHERE",
                      "BRANCH", "FOLDER"},
                     rows, page, [](size_t column, const std::string& cell) {
                       return column == 3 ? LookOfState(cell) : "";
                     });
}

int List(bool json, Context& context) {
  const Result<Records> records = Records::Open(context.home());
  if (!records) return context.PrintError(records.error());
  const Result<std::vector<LiveSession>> live = ListLive(*records, context);
  if (!live) return context.PrintError(live.error());
  const std::vector<Condition> conditions = ConditionsOf(*live, context);
  const std::vector<PlanLimit> limits = AllLimits(*live, context);
  const AllChanges changes = ChangesOf(*live, context);
  if (json) {
    Json sessions = Json::array();
    for (size_t i = 0; i < live->size(); ++i) {
      sessions.push_back(ToJson((*live)[i], conditions[i], limits, changes, context));
    }
    context.out() << JsonText(Json{{"sessions", sessions}}, 2) << "\n";
    return kExitOk;
  }
  if (live->empty()) {
    context.out() << "No session is running. Start one: " << context.program()
                  << " start --persona NAME\n";
    return kExitOk;
  }
  context.out() << RenderRows(*live, conditions, changes, PageFor(context.terminal()), context);
  for (const LiveSession& session : *live) {
    const std::string warning = WarningOf(session);
    if (!warning.empty()) context.out() << "Warning: " << session.persona << " " << warning << "\n";
    for (const PlanLimit& limit : LimitsOf(session, limits)) {
      context.out() << session.persona << ": " << DescribePlanLimit(limit, context.clock().Now())
                    << "\n";
    }
  }
  return kExitOk;
}

}  // namespace

void AddList(CLI::App& app, Program& program) {
  auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand(
      "list", "list the running sessions: model, state, unheard messages, branch, location");
  command->group(kSessionCommands);
  command->add_flag("--json", *json, "print JSON");
  command->callback(
      [&program, json] { program.Run([json](Context& context) { return List(*json, context); }); });
}

}  // namespace katra::cli
