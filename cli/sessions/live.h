// Which sessions live: what was started by this command (records), and what the store sees. A
// session may be known to one of them only: its client has not connected yet, or it was started by
// hand.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/sessions/plan.h"
#include "cli/sessions/records.h"
#include "store/types.h"

namespace katra::cli {

struct LiveSession {
  std::string persona;
  std::optional<SessionRecord> record;      // started by `katra start`
  std::optional<store::Presence> presence;  // connected to the room
  // In another container or on another machine, where its process cannot be seen.
  bool elsewhere = false;
};

// By persona. Sessions of a person's terminal (`katra hear`, ...) are left out. Ended records are
// marked as such on the way.
[[nodiscard]] Result<std::vector<LiveSession>> ListLive(const Records& records, Context& context);

// kAlreadyExists: a session of the persona is live; the message says what to type instead. A name
// that is only the default is changed to a free one: "Claude-2".
[[nodiscard]] Status ChooseFreePersona(const Records& records, Context& context, Setting* persona);

// Writes down that a session has ended, when it has.
[[nodiscard]] RecordState Refresh(const Records& records, const Context& context,
                                  SessionRecord* record);

}  // namespace katra::cli
