#include "render/presence_text.h"

#include "render/peer_text.h"

namespace katra::render {
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

std::string ProjectText(const store::Session& session) {
  return session.project.empty() ? "" : ", project " + Word(session.project, kFolderBytes);
}

std::string RoleText(const store::Session& session) {
  return session.role.empty() ? "" : ", role " + Quoted(session.role, store::kMaxRoleBytes);
}

std::string UnheardText(const store::Presence& presence) {
  if (presence.unheard == 0) return "nothing unheard";
  return (presence.unheard_is_floor ? "more than " : "") + std::to_string(presence.unheard) +
         " unheard";
}

std::string ClaimsText(const store::Presence& presence) {
  std::string text;
  for (const std::string& path : presence.claims) {
    text += (text.empty() ? ", claims " : ", ") + Word(path, kFolderBytes);
  }
  const auto more = presence.claims_in_all - static_cast<int64_t>(presence.claims.size());
  return more > 0 ? text + " and " + std::to_string(more) + " more" : text;
}

}  // namespace

std::string PresenceLine(const store::Presence& presence, bool you, WallTime now) {
  const store::Session& session = presence.session;
  std::string line = Word(session.persona) + (session.guest ? " [guest]" : "") +
                     (you ? " [you]" : "") + " (" + TagText(session.tag) + ")" + RoleText(session) +
                     ", room " + Word(session.room) + ClientText(session) + FolderText(session);
  line += ", since " + Stamp(session.started_at, now) + ", active " +
          FormatAge(session.last_active, now) + ", " + UnheardText(presence) + ClaimsText(presence);
  return line;
}

std::string SelfText(const store::Session& session, WallTime now) {
  std::string text = "you are " + Word(session.persona) + " (" + TagText(session.tag) + ")" +
                     RoleText(session) + ", room " + Word(session.room) + ClientText(session) +
                     FolderText(session) + ProjectText(session) + ", since " +
                     Stamp(session.started_at, now) + ", session " + Word(session.uuid);
  if (session.guest) text += "\nThe name was generated: katra_register gives a lasting one";
  return text;
}

}  // namespace katra::render
