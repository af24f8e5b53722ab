#include "render/domain_json.h"

#include <nlohmann/json.hpp>

#include "core/json_text.h"

namespace katra::render {
namespace {

using nlohmann::json;

void AddTag(const store::ProviderTag& tag, json* object) {
  (*object)["provider"] = tag.provider;
  (*object)["model"] = tag.model;
  (*object)["tag_source"] = store::ToString(tag.source);
}

// What a session states about itself, visible to everyone who may see it.
json PublicSession(const store::Session& session) {
  json object = {{"persona", session.persona},
                 {"role", session.role},
                 {"guest", session.guest},
                 {"room", session.room},
                 {"client", session.client},
                 {"client_version", session.client_version},
                 {"working_folder", session.working_folder},
                 {"host", session.host},
                 {"started_at", FormatRfc3339(session.started_at)}};
  AddTag(session.tag, &object);
  return object;
}

}  // namespace

std::string DumpJson(const json& value) { return JsonText(value); }

json MessageJson(const store::Message& message) {
  json object = {{"id", message.id},
                 {"room", message.room},
                 {"from", message.from},
                 {"to", message.to},
                 {"body", message.body},
                 {"said_at", FormatRfc3339(message.said_at)},
                 {"direct", !message.to.empty()}};
  AddTag(message.tag, &object);
  if (message.reply_to) object["reply_to"] = *message.reply_to;
  if (message.corrects) object["corrects"] = *message.corrects;
  if (message.corrected_by) object["corrected_by"] = *message.corrected_by;
  if (message.replies > 0) object["replies"] = message.replies;
  if (!message.answers.empty()) {
    object["answers"] = {{"from", message.answers_from}, {"quote", message.answers}};
  }
  return object;
}

json HeardJson(const store::HeardMessage& heard) {
  json object = MessageJson(heard.message);
  object["history"] = heard.history;
  object["redelivered"] = heard.redelivered;
  object["direct"] = heard.direct;
  return object;
}

json MemoryJson(const store::Memory& memory) {
  json object = {{"id", memory.id},
                 {"author", memory.author},
                 {"content", memory.content},
                 {"kind", store::ToString(memory.kind)},
                 {"scope", store::ToString(memory.scope)},
                 {"tags", memory.tags},
                 {"importance", memory.importance},
                 {"created_at", FormatRfc3339(memory.created_at)},
                 {"session_only", memory.session_only}};
  AddTag(memory.tag, &object);
  if (!memory.reasoning.empty()) object["reasoning"] = memory.reasoning;
  if (memory.expires_at) object["expires_at"] = FormatRfc3339(*memory.expires_at);
  if (memory.supersedes) object["supersedes"] = *memory.supersedes;
  if (memory.superseded_by) object["superseded_by"] = *memory.superseded_by;
  if (!memory.project.empty()) object["project"] = memory.project;
  return object;
}

json SessionJson(const store::Session& session) {
  json object = PublicSession(session);
  object["session"] = session.uuid;
  return object;
}

json PresenceJson(const store::Presence& presence, bool you) {
  json object = PublicSession(presence.session);
  object["you"] = you;
  object["last_active"] = FormatRfc3339(presence.session.last_active);
  object["unheard"] = presence.unheard;
  object["unheard_is_floor"] = presence.unheard_is_floor;
  if (presence.claims_in_all > 0) {
    object["claims"] = presence.claims;
    object["claims_in_all"] = presence.claims_in_all;
  }
  return object;
}

}  // namespace katra::render
