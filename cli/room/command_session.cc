#include "cli/room/command_session.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "cli/room/session_shell.h"
#include "core/process.h"
#include "core/text.h"
#include "core/unicode.h"
#include "core/user.h"

namespace katra::cli {
namespace {

// The user's name as a persona name: accents are removed (josé becomes jose), and invalid
// characters become '-'.
std::string UserPersona(const Context& context) {
  std::string name =
      PlainLetters(UserName([&](const char* variable) { return context.Variable(variable); }));
  for (char& c : name) {
    if (!IsName(std::string("a") + c)) c = '-';
  }
  name.erase(0, name.find_first_not_of("-_"));
  name.resize(std::min(name.size(), store::kMaxNameBytes));
  return name;
}

Status RequireKnown(const Context& context, store::Store& store, const std::string& persona) {
  const auto personas = store.ListPersonas(context.Call());
  if (!personas) return tl::unexpected<Error>(personas.error());
  if (store.ShowPersona(persona, context.Call())) return {};  // also by a name that it had before
  std::vector<std::string> names;
  for (const store::Persona& known : *personas) {
    if (!known.retired_at) names.push_back(known.name);
  }
  const std::vector<std::string> near = NearestMatches(persona, names);
  return Fail(ErrorCode::kNotFound,
              "no persona \"" + OneLine(persona, 100) + "\" has been here" +
                  (near.empty() ? ": `" + context.program() + " who` shows who is"
                                : "; did you mean " + Join(near, " or ") + "?"));
}

// Whether a person is at the terminal, and not an agent whose shell has one.
bool SomebodyTypes(const Context& context) {
  const bool agent = IsAgentsShell(context) || !SessionPersona(context).empty();
  return !agent && (context.terminal().in || context.terminal().out);
}

}  // namespace

void AddPersonaOption(CLI::App& command, Speaker* speaker) {
  command
      .add_option("--persona", speaker->persona,
                  "who you are; default: $KATRA_PERSONA, else your user name")
      ->type_name("NAME");
}

void AddRoomOption(CLI::App& command, Speaker* speaker) {
  command.add_option("--room", speaker->room, "the room; default: $KATRA_ROOM, else main")
      ->type_name("ROOM");
}

void AddJsonOption(CLI::App& command, Speaker* speaker) {
  command.add_flag("--json", speaker->json, "print JSON, times in UTC");
}

bool IsTerminalClient(const std::string& client) {
  return client == kTerminalClient || client == kWatchClient;
}

Result<std::string> PersonaOf(const Speaker& speaker, const Context& context) {
  std::string persona = speaker.persona;
  if (persona.starts_with('@')) persona.erase(0, 1);
  if (persona.empty()) persona = context.Variable("KATRA_PERSONA");
  if (persona.empty()) persona = UserPersona(context);
  if (persona.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                "no persona is given: use --persona NAME, or set KATRA_PERSONA");
  }
  if (!IsName(persona)) {
    return Fail(ErrorCode::kInvalidArgument,
                "\"" + OneLine(persona, 128) +
                    "\" is not a persona name: use 1 to 64 letters (a-z), digits, _ and -, "
                    "beginning with a letter or a digit");
  }
  return persona;
}

std::string RoomOf(const Speaker& speaker, const Context& context) {
  return speaker.room.empty() ? context.Variable("KATRA_ROOM") : speaker.room;
}

Result<std::unique_ptr<CommandSession>> CommandSession::Begin(Context& context,
                                                              const Speaker& speaker,
                                                              UnknownPersona unknown,
                                                              const std::string& client) {
  const Result<std::string> persona = PersonaOf(speaker, context);
  if (!persona) return tl::unexpected<Error>(persona.error());
  const std::string room = RoomOf(speaker, context);
  if (!room.empty() && !IsName(room)) {
    return Fail(ErrorCode::kInvalidArgument,
                "\"" + OneLine(room, 128) +
                    "\" is not a room name: use 1 to 64 letters (a-z), digits, _ and -, "
                    "beginning with a letter or a digit");
  }
  const Result<store::Store*> store = context.OpenStore();
  if (!store) return tl::unexpected<Error>(store.error());
  if (unknown == UnknownPersona::kRefuse && !speaker.persona.empty()) {
    if (Status known = RequireKnown(context, **store, *persona); !known) {
      return Pass(std::move(known));
    }
  }
  if (IsAgentsShell(context)) {
    if (Status own = RefuseAnother(context, *persona); !own) return Pass(std::move(own));
  }

  store::SessionStart start;
  start.persona = *persona;
  start.comes_back = false;
  start.client = client;
  start.client_version = context.version();
  start.working_folder = context.working_folder();
  start.host = HostName();
  start.process = CurrentProcess();
  // In an agent's shell the words are the model's.
  if (ToLowerAscii(*persona) == ToLowerAscii(context.Variable("KATRA_PERSONA"))) {
    start.tag.provider = context.Variable("KATRA_PROVIDER");
    start.tag.model = context.Variable("KATRA_MODEL");
    if (!start.tag.provider.empty() || !start.tag.model.empty()) {
      start.tag.source = store::TagSource::kLaunch;
    }
  }
  if (start.tag.source == store::TagSource::kUnknown && SomebodyTypes(context)) {
    start.tag.source = store::TagSource::kHuman;
  }
  Result<store::Session> session = (*store)->OpenSession(start, context.Call());
  if (!session) return Pass(std::move(session));
  return std::unique_ptr<CommandSession>(
      new CommandSession(context, **store, std::move(*session), room));
}

CommandSession::~CommandSession() {
  // If this fails, other processes will find the session dead.
  static_cast<void>(store_.EndSession(session_.id, "the command is done", context_.Call()));
}

}  // namespace katra::cli
