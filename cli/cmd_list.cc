// katra list: the sessions that live now, and what they are about.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/program.h"
#include "store/types.h"

namespace katra::cli {
namespace {

struct ListOptions {
  bool json = false;
};

std::string Unheard(const store::Presence& presence) {
  return std::to_string(presence.unheard) + (presence.unheard_is_floor ? "+" : "");
}

int List(const ListOptions& options, Context& context) {
  const Result<store::Store*> store = context.OpenStore();
  if (!store) return context.Explain(store.error());
  const auto here = (*store)->WhoIsHere({}, context.Call());
  if (!here) return context.Explain(here.error());
  if (options.json) {
    nlohmann::ordered_json sessions = nlohmann::ordered_json::array();
    for (const store::Presence& presence : *here) {
      sessions.push_back({{"persona", presence.session.persona},
                          {"provider", presence.session.tag.provider},
                          {"model", presence.session.tag.model},
                          {"client", presence.session.client},
                          {"unheard", presence.unheard},
                          {"since", FormatRfc3339(presence.session.started_at)},
                          {"folder", presence.session.working_folder}});
    }
    context.out() << nlohmann::ordered_json{{"sessions", sessions}}.dump(2) << "\n";
    return kExitOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const store::Presence& presence : *here) {
    const store::Session& session = presence.session;
    rows.push_back({session.persona, store::Describe(session.tag), session.client,
                    Unheard(presence), FormatLocal(session.started_at, context.clock().Now()),
                    session.working_folder});
  }
  if (rows.empty()) {
    context.out() << "No session runs. Start one: katra start --persona NAME\n";
    return kExitOk;
  }
  context.out() << RenderTable({"PERSONA", "MODEL", "CLIENT", "UNHEARD", "SINCE", "FOLDER"}, rows);
  return kExitOk;
}

}  // namespace

void AddList(CLI::App& app, Program& program) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command = app.add_subcommand("list", "list the sessions that run now");
  command->group(kSessionCommands);
  command->add_flag("--json", options->json, "print JSON");
  command->callback([&program, options] {
    program.Run([options](Context& context) { return List(*options, context); });
  });
}

}  // namespace katra::cli
