// Lists live sessions: those started by this command (records) and those in the store. A session
// may be in only one of them: its client has not connected yet, or it was started by hand.
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

// Ordered by persona. Omits sessions of terminals (`katra hear`, ...). Marks ended records on the
// way.
[[nodiscard]] Result<std::vector<LiveSession>> ListLive(const Records& records, Context& context);

// kAlreadyExists: a session of the persona is live; the message says what to type instead. A
// default name is replaced by a free one: "Claude-2".
[[nodiscard]] Status ChooseFreePersona(const Records& records, Context& context, Setting* persona);

// Records that a session has ended, if it has.
[[nodiscard]] RecordState Refresh(const Records& records, const Context& context,
                                  SessionRecord* record);

}  // namespace katra::cli
