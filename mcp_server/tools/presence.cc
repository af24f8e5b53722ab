// Who is here, who the caller is, and naming a guest's session.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "mcp_server/tools/arguments.h"
#include "mcp_server/tools/handlers.h"
#include "mcp_server/tools/output.h"
#include "render/bound.h"
#include "render/domain_json.h"
#include "render/peer_text.h"

namespace katra::mcp {
namespace {

constexpr size_t kFolderBytes = 300;

std::string ClientText(const store::Session& session) {
  if (session.client.empty()) return "";
  std::string text = ", client " + render::Word(session.client);
  if (!session.client_version.empty()) text += " " + render::Word(session.client_version, 40);
  return text;
}

std::string FolderText(const store::Session& session) {
  return session.working_folder.empty()
             ? ""
             : ", in " + render::Word(session.working_folder, kFolderBytes);
}

std::string RoleText(const store::Session& session) {
  return session.role.empty() ? "" : ", role " + render::Quoted(session.role, store::kMaxRoleBytes);
}

std::string UnheardText(const store::Presence& presence) {
  if (presence.unheard == 0) return "nothing unheard";
  return (presence.unheard_is_floor ? "more than " : "") + std::to_string(presence.unheard) +
         " unheard";
}

std::string PresenceLine(const store::Presence& presence, bool you, WallTime now) {
  const store::Session& session = presence.session;
  std::string line = render::Word(session.persona) + (session.guest ? " [guest]" : "") +
                     (you ? " [you]" : "") + " (" + render::TagText(session.tag) + ")" +
                     RoleText(session) + ", room " + render::Word(session.room) +
                     ClientText(session) + FolderText(session);
  line += ", since " + render::Stamp(session.started_at, now) + ", active " +
          FormatAge(session.last_active, now) + ", " + UnheardText(presence);
  return line;
}

// The sessions from one place on, as many as fit an answer.
struct PresencePage {
  const std::vector<store::Presence>& present;
  store::SessionId self;
  const std::string& room;
  size_t offset;
  WallTime now;
};

constexpr size_t kAroundBytes = 512;  // of the first and the last line

std::string PresenceText(const PresencePage& page) {
  const std::string where = page.room.empty() ? "" : " in " + render::Word(page.room);
  const size_t all = page.present.size();
  if (all == 0) return "nobody is here" + where;
  std::string text =
      render::Count(static_cast<int64_t>(all), "session", "sessions") + " here now" + where;
  size_t cost = kAroundBytes;
  for (size_t i = page.offset; i < all; ++i) {
    const store::Presence& one = page.present[i];
    const std::string line = "\n" + PresenceLine(one, one.session.id == page.self, page.now);
    cost += render::TextCost(line);
    if (i > page.offset && cost > render::kTextBudgetBytes) {
      return text + "\nand " + std::to_string(all - i) + " more: offset=" + std::to_string(i);
    }
    text += line;
  }
  if (page.offset >= all) text += "; none after the first " + std::to_string(page.offset);
  return text;
}

nlohmann::json PresencesJson(const PresencePage& page) {
  nlohmann::json object = {{"room", page.room}, {"in_all", page.present.size()}};
  nlohmann::json sessions = nlohmann::json::array();
  size_t cost = kAroundBytes;
  for (size_t i = page.offset; i < page.present.size(); ++i) {
    const store::Presence& one = page.present[i];
    nlohmann::json session = render::PresenceJson(one, one.session.id == page.self);
    cost += 1 + render::JsonCost(render::DumpJson(session));
    if (i > page.offset && cost > render::kTextBudgetBytes) {
      object["next_offset"] = i;
      break;
    }
    sessions.push_back(std::move(session));
  }
  object["sessions"] = std::move(sessions);
  return object;
}

std::string SelfText(const store::Session& session, WallTime now) {
  std::string text = "you are " + render::Word(session.persona) + " (" +
                     render::TagText(session.tag) + ")" + RoleText(session) + ", room " +
                     render::Word(session.room) + ClientText(session) + FolderText(session) +
                     ", since " + render::Stamp(session.started_at, now) + ", session " +
                     render::Word(session.uuid);
  if (session.guest) text += "\nThe name was generated: katra_register gives a lasting one";
  return text;
}

ToolOutput SelfOutput(const CallEnvironment& environment, const nlohmann::json& arguments,
                      const Result<store::Session>& session) {
  if (!session) return ErrorOutput(session.error());
  return MakeOutput(
      arguments, [&] { return SelfText(*session, environment.clock.Now()); },
      [&] { return render::SessionJson(*session); });
}

}  // namespace

ToolOutput RunWhoIsHere(const CallEnvironment& environment, const nlohmann::json& arguments) {
  const std::string room = WordArgument(arguments, "room");
  const Result<std::vector<store::Presence>> present =
      environment.store.WhoIsHere(room, environment.context);
  if (!present) return ErrorOutput(present.error());
  const PresencePage page{*present, environment.session, room,
                          static_cast<size_t>(IntArgument(arguments, "offset", 0)),
                          environment.clock.Now()};
  return MakeOutput(
      arguments, [&] { return PresenceText(page); }, [&] { return PresencesJson(page); });
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
