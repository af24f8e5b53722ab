// The JSON forms of the store's values, as published in schemas/tools/*.json and by the resources.
// Texts are exact, because JSON quoting separates them. Knows no protocol. Pure functions.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "store/types.h"

namespace katra::render {

// Serialises JSON as safe text (core/json_text.h) on one line; replaces invalid UTF-8.
[[nodiscard]] std::string DumpJson(const nlohmann::json& value);

// id, room, from, provider, model, tag_source, to, [reply_to], [corrects], body, said_at, direct;
// from History also [corrected_by], [replies], [answers].
[[nodiscard]] nlohmann::json MessageJson(const store::Message& message);

// As MessageJson, with history and redelivered.
[[nodiscard]] nlohmann::json HeardJson(const store::HeardMessage& heard);

// id, author, provider, model, tag_source, content, [reasoning], kind, scope, tags, importance,
// created_at, [supersedes], [superseded_by], [project], session_only.
[[nodiscard]] nlohmann::json MemoryJson(const store::Memory& memory);

// persona, role, guest, session, room, provider, model, tag_source, client, client_version,
// working_folder, host, started_at.
[[nodiscard]] nlohmann::json SessionJson(const store::Session& session);

// An entry of who_is_here. `you`: it is the caller's own session.
[[nodiscard]] nlohmann::json PresenceJson(const store::Presence& presence, bool you);

}  // namespace katra::render
