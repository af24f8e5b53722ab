// Who is here, who the caller is, and naming a guest's session.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "mcp_server/tools/arguments.h"
#include "mcp_server/tools/domain_json.h"
#include "mcp_server/tools/handlers.h"
#include "mcp_server/tools/output.h"
#include "mcp_server/tools/render.h"

namespace katra::mcp {
namespace {

constexpr size_t kFolderBytes = 300;

std::string ClientText(const store::Session& session) {
  if (session.client.empty()) return "";
  std::string text = ", client " + Word(session.client);
  if (!session.client_version.empty()) text += " " + Word(session.client_version, 40);
  return text;
}

std::string FolderText(const store::Session& session) {
  return session.working_folder.empty() ? "" : ", in " + Word(session.working_folder, kFolderBytes);
}

std::string RoleText(const store::Session& session) {
  return session.role.empty() ? "" : ", role " + Quoted(session.role, store::kMaxRoleBytes);
}

std::string UnheardText(const store::Presence& presence) {
  if (presence.unheard == 0) return "nothing unheard";
  return (presence.unheard_is_floor ? "more than " : "") + std::to_string(presence.unheard) +
         " unheard";
}

std::string PresenceLine(const store::Presence& presence, bool you, WallTime now) {
  const store::Session& session = presence.session;
  std::string line = Word(session.persona) + (session.guest ? " [guest]" : "") +
                     (you ? " [you]" : "") + " (" + TagText(session.tag) + ")" + RoleText(session) +
                     ", room " + Word(session.room) + ClientText(session) + FolderText(session);
  line += ", since " + Stamp(session.started_at, now) + ", active " +
          FormatAge(session.last_active, now) + ", " + UnheardText(presence);
  return line;
}

// Sessions are listed whole while they fit; a listing never passes the budget silently.
std::string PresenceText(const std::vector<store::Presence>& present, store::SessionId self,
                         const std::string& room, WallTime now) {
  const std::string where = room.empty() ? "" : " in " + Word(room);
  if (present.empty()) return "nobody is here" + where;
  std::string text =
      Count(static_cast<int64_t>(present.size()), "session", "sessions") + " here now" + where;
  for (size_t i = 0; i < present.size(); ++i) {
    const store::Presence& one = present[i];
    const std::string line = PresenceLine(one, one.session.id == self, now);
    constexpr size_t kLastLine = 200;
    if (text.size() + line.size() + kLastLine > kTextBudgetBytes) {
      text += "\nand " + std::to_string(present.size() - i) + " more: name a room to see fewer";
      break;
    }
    text += "\n" + line;
  }
  return text;
}

std::string SelfText(const store::Session& session, WallTime now) {
  std::string text = "you are " + Word(session.persona) + " (" + TagText(session.tag) + ")" +
                     RoleText(session) + ", room " + Word(session.room) + ClientText(session) +
                     FolderText(session) + ", since " + Stamp(session.started_at, now) +
                     ", session " + Word(session.uuid);
  if (session.guest) text += "\nThe name was generated: katra_register gives a lasting one";
  return text;
}

ToolOutput SelfOutput(const CallEnvironment& environment, const nlohmann::json& arguments,
                      const Result<store::Session>& session) {
  if (!session) return ErrorOutput(session.error());
  return MakeOutput(
      arguments, [&] { return SelfText(*session, environment.clock.Now()); },
      [&] { return SessionJson(*session); });
}

}  // namespace

ToolOutput RunWhoIsHere(const CallEnvironment& environment, const nlohmann::json& arguments) {
  const std::string room = WordArgument(arguments, "room");
  const Result<std::vector<store::Presence>> present =
      environment.store.WhoIsHere(room, environment.context);
  if (!present) return ErrorOutput(present.error());
  return MakeOutput(
      arguments,
      [&] { return PresenceText(*present, environment.session, room, environment.clock.Now()); },
      [&] {
        nlohmann::json sessions = nlohmann::json::array();
        for (const store::Presence& one : *present) {
          sessions.push_back(PresenceJson(one, one.session.id == environment.session));
        }
        return nlohmann::json{{"room", room}, {"sessions", std::move(sessions)}};
      });
}

ToolOutput RunRegister(const CallEnvironment& environment, const nlohmann::json& arguments) {
  return SelfOutput(
      environment, arguments,
      environment.store.Register(environment.session, NameArgument(arguments, "name"),
                                 WordArgument(arguments, "role"), environment.context));
}

ToolOutput RunWhoAmI(const CallEnvironment& environment, const nlohmann::json& arguments) {
  return SelfOutput(environment, arguments,
                    environment.store.GetSession(environment.session, environment.context));
}

}  // namespace katra::mcp
