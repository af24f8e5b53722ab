// katra who and katra whoami: who is present, and which persona this terminal uses.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/program.h"
#include "cli/room/actions.h"
#include "cli/sessions/answering.h"
#include "cli/sessions/records.h"
#include "core/json_text.h"
#include "core/text.h"
#include "render/domain_json.h"

namespace katra::cli {
namespace {

std::string StateText(const store::Session& session) {
  const std::string told = FormatActivity(session.activity);
  return told.empty() ? "-" : told;
}

// For sessions started by `katra start`; empty if the session is answered by what it was started
// with.
std::string WarningOf(const store::Session& session, const Context& context) {
  if (session.tag.source != store::TagSource::kVerified) return {};
  const Result<Records> records = Records::Open(context.home());
  if (!records) return {};
  const Result<SessionRecord> record = records->Find(session.persona);
  if (!record || StateOf(*record) != RecordState::kRunning) return {};
  return AnsweredByAnother(record->provider, record->launch_model(), session.tag);
}

nlohmann::json WhoJson(const store::Presence& presence, bool you, const Context& context) {
  nlohmann::json object = render::PresenceJson(presence, you);
  const std::string warning = WarningOf(presence.session, context);
  if (!warning.empty()) object["warning"] = warning;
  const store::Session& session = presence.session;
  object["activity"] = store::ToString(session.activity);
  if (session.activity != store::Activity::kUnknown) {
    object["activity_since"] = FormatRfc3339(session.activity_since);
  }
  return object;
}

int WhoAmI(const Speaker& speaker, Context& context) {
  const Result<std::string> persona = PersonaOf(speaker, context);
  if (!persona) return context.PrintError(persona.error());
  const Result<store::SessionStore*> store = context.OpenStore();
  if (!store) return context.PrintError(store.error());
  const auto personas = (*store)->ListPersonas(context.Call());
  if (!personas) return context.PrintError(personas.error());
  const auto sessions = (*store)->LiveSessions({*persona, {}}, context.Call());
  if (!sessions) return context.PrintError(sessions.error());

  store::Persona self;
  self.name = *persona;
  for (const store::Persona& known : *personas) {
    if (ToLowerAscii(known.name) == ToLowerAscii(*persona)) self = known;
  }
  const std::string room = RoomOf(speaker, context);
  if (speaker.json) {
    nlohmann::json live = nlohmann::json::array();
    for (const store::Session& session : *sessions) live.push_back(render::SessionJson(session));
    context.out() << JsonText(nlohmann::json{{"persona", self.name},
                                             {"known", self.id != 0},
                                             {"role", self.role},
                                             {"room",
                                              room.empty() ? std::string(store::kMainRoom) : room},
                                             {"home", context.home()},
                                             {"sessions", std::move(live)}},
                              2)
                  << "\n";
    return kExitOk;
  }
  context.out() << "You are " << OneLine(self.name, 100);
  if (!self.role.empty()) context.out() << ", " << OneLine(self.role, store::kMaxRoleBytes);
  if (self.id == 0) context.out() << ", who has not been here yet";
  context.out() << ", in room " << (room.empty() ? std::string(store::kMainRoom) : room) << " of "
                << OneLine(context.home(), 400) << "\n";
  for (const store::Session& session : *sessions) {
    context.out() << "live as " << store::Describe(session.tag) << ", client "
                  << (session.client.empty() ? "unknown" : OneLine(session.client, 100))
                  << ", since " << FormatLocal(session.started_at, context.clock().Now()) << "\n";
  }
  return kExitOk;
}

}  // namespace

int Who(const WhoOptions& options, Context& context) {
  const Result<store::SessionStore*> store = context.OpenStore();
  if (!store) return context.PrintError(store.error());
  const auto here = (*store)->WhoIsHere(options.speaker.room, context.Call());
  if (!here) return context.PrintError(here.error());
  const Result<std::string> self = PersonaOf(options.speaker, context);
  if (!self && !options.speaker.persona.empty()) return context.PrintError(self.error());
  const auto is_you = [&](const store::Presence& one) {
    return self && ToLowerAscii(*self) == ToLowerAscii(one.session.persona);
  };
  if (options.speaker.json) {
    nlohmann::json sessions = nlohmann::json::array();
    for (const store::Presence& one : *here) sessions.push_back(WhoJson(one, is_you(one), context));
    context.out() << JsonText(nlohmann::json{{"room", options.speaker.room},
                                             {"sessions", std::move(sessions)}},
                              2)
                  << "\n";
    return kExitOk;
  }
  if (here->empty()) {
    context.out() << "nobody is here"
                  << (options.speaker.room.empty() ? ""
                                                   : " in " + OneLine(options.speaker.room, 128))
                  << "\n";
    return kExitOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const store::Presence& one : *here) {
    const store::Session& session = one.session;
    rows.push_back({session.persona + (is_you(one) ? " (you)" : ""), store::Describe(session.tag),
                    StateText(session), session.room, session.client,
                    std::to_string(one.unheard) + (one.unheard_is_floor ? "+" : ""),
                    FormatLocal(session.started_at, context.clock().Now()),
                    session.working_folder});
  }
  context.out() << RenderTable(
      {"PERSONA", "MODEL", "STATE", "ROOM", "CLIENT", "UNHEARD", "SINCE", "FOLDER"}, rows,
      PageFor(context.terminal()),
      [](size_t column, const std::string& cell) { return column == 2 ? LookOfState(cell) : ""; });
  for (const store::Presence& one : *here) {
    const std::string warning = WarningOf(one.session, context);
    if (!warning.empty()) {
      context.out() << "Warning: " << one.session.persona << " " << warning << "\n";
    }
  }
  return kExitOk;
}

void AddWho(CLI::App& app, Program& program) {
  auto options = std::make_shared<WhoOptions>();
  CLI::App* command = app.add_subcommand("who", "list live sessions and what each is doing");
  command->group(kRoomCommands);
  command->add_option("--room", options->speaker.room, "only sessions of this room")
      ->type_name("ROOM");
  AddPersonaOption(*command, &options->speaker);
  AddJsonOption(*command, &options->speaker);
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Who(*options, context); });
  });
}

void AddWhoAmI(CLI::App& app, Program& program) {
  auto speaker = std::make_shared<Speaker>();
  CLI::App* command = app.add_subcommand("whoami", "print the persona of this terminal");
  command->group(kRoomCommands);
  AddRoomOption(*command, speaker.get());
  AddPersonaOption(*command, speaker.get());
  AddJsonOption(*command, speaker.get());
  command->callback([&program, speaker] {
    program.Run([speaker](Context& context) { return WhoAmI(*speaker, context); });
  });
}

}  // namespace katra::cli
