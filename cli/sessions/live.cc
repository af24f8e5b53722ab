#include "cli/sessions/live.h"

#include <algorithm>
#include <map>

#include "core/text.h"

namespace katra::cli {
namespace {

constexpr int kMaxSuffix = 1000;
// The client names of people's sessions (cli/room/command_session.h): "katra", "katra watch".
constexpr const char* kOfPeople = "katra";

const LiveSession* FindLive(const std::vector<LiveSession>& live, const std::string& persona) {
  const std::string wanted = ToLowerAscii(persona);
  const auto found = std::find_if(live.begin(), live.end(), [&](const LiveSession& session) {
    return ToLowerAscii(session.persona) == wanted;
  });
  return found == live.end() ? nullptr : &*found;
}

std::string WhatToDo(const LiveSession& session, const Context& context) {
  const std::string& program = context.program();
  if (session.elsewhere) {
    return "It runs on " + PlaceElsewhere(*session.record) +
           ", which cannot be seen from here. End it there: " + program + " stop " +
           session.persona + ". If that place is gone: " + program + " stop --gone " +
           session.persona + ".";
  }
  if (session.record && session.record->background()) {
    return "See it: " + program + " attach " + session.persona + ". End it: " + program + " stop " +
           session.persona + ".";
  }
  if (session.record) {
    return "It runs in " +
           (session.record->terminal.empty() ? "another terminal" : session.record->terminal) +
           ". End it: " + program + " stop " + session.persona + ".";
  }
  return "It was started by hand" +
         (session.presence ? " in " + OneLine(session.presence->session.working_folder, 300)
                           : std::string()) +
         ": end it there.";
}

}  // namespace

RecordState Refresh(const Records& records, const Context& context, SessionRecord* record) {
  const RecordState state = StateOf(*record);
  if (state == RecordState::kEnded && !record->ended_at) {
    record->ended_at = context.clock().Now();
    // If this cannot be written, the next caller finds the same.
    static_cast<void>(records.Save(*record));
  }
  return state;
}

Result<std::vector<LiveSession>> ListLive(const Records& records, Context& context) {
  std::vector<std::string> warnings;
  Result<std::vector<SessionRecord>> written = records.List(&warnings);
  if (!written) return Pass(std::move(written));
  for (const std::string& warning : warnings) context.Warn(warning);
  const Result<store::SessionStore*> store = context.OpenStore();
  if (!store) return Fail(store.error().code, store.error().message);
  Result<std::vector<store::Presence>> here = (*store)->WhoIsHere({}, context.Call());
  if (!here) return Pass(std::move(here));

  std::map<std::string, LiveSession> live;
  for (SessionRecord& record : *written) {
    const RecordState state = Refresh(records, context, &record);
    if (state != RecordState::kRunning && state != RecordState::kElsewhere) continue;
    LiveSession& session = live[ToLowerAscii(record.persona)];
    session.elsewhere = state == RecordState::kElsewhere;
    session.persona = record.persona;
    session.record = std::move(record);
  }
  for (store::Presence& presence : *here) {
    if (presence.session.client.starts_with(kOfPeople)) continue;
    LiveSession& session = live[ToLowerAscii(presence.session.persona)];
    if (session.persona.empty()) session.persona = presence.session.persona;
    // The newest of several; they are listed oldest first.
    session.presence = std::move(presence);
  }
  std::vector<LiveSession> sessions;
  sessions.reserve(live.size());
  for (auto& [name, session] : live) sessions.push_back(std::move(session));
  return sessions;
}

Status ChooseFreePersona(const Records& records, Context& context, Setting* persona) {
  const Result<std::vector<LiveSession>> live = ListLive(records, context);
  if (!live) return Fail(live.error().code, live.error().message);
  const LiveSession* taken = FindLive(*live, persona->value);
  if (taken == nullptr) return {};
  if (persona->origin == "default") {
    const std::string stem = persona->value;
    for (int suffix = 2; suffix < kMaxSuffix; ++suffix) {
      persona->value = stem + "-" + std::to_string(suffix);
      if (FindLive(*live, persona->value) == nullptr) return {};
    }
  }
  return Fail(ErrorCode::kAlreadyExists,
              "a session of " + taken->persona + " runs already. " + WhatToDo(*taken, context));
}

}  // namespace katra::cli
