// Rows of the table personas: making them, and bringing retired ones back. Everything throws
// SQLite::Exception and runs inside the caller's write transaction.
#pragma once

#include <string>

#include "core/ids.h"
#include "store/sqlite/rows.h"

namespace katra::store::sqlite {

[[nodiscard]] PersonaRow InsertPersona(Connection& connection, const std::string& name, bool guest,
                                       int64_t now);
// With a generated name.
[[nodiscard]] PersonaRow InsertGuest(Connection& connection, Random& random, int64_t now);

// Whether a session of the persona, other than `except`, has not ended. Call SweepDeadSessions
// first.
[[nodiscard]] bool HasOpenSession(Connection& connection, PersonaId persona, SessionId except = 0);

// A persona that can be retired, renamed or merged (`change`: the participle). kNotFound;
// kFailedPrecondition: it is a guest, or has an open session. Call SweepDeadSessions first.
[[nodiscard]] Result<PersonaRow> RequireIdle(Connection& connection, const std::string& name,
                                             const char* change);

// Makes `name` lead to the persona besides its own name.
void AddAlias(Connection& connection, const std::string& name, PersonaId persona);
// Gives the recorded usage of one persona to another.
void RenameUsage(Connection& connection, const std::string& from, const std::string& to);

// Does nothing if the persona is not retired. PersonaStore::BringPersonaBack says where it is in
// its rooms then.
void BringBack(Connection& connection, const PersonaRow& persona);

// kFailedPrecondition, for whoever would act as a retired persona.
[[nodiscard]] tl::unexpected<Error> RefuseRetired(const std::string& name);

}  // namespace katra::store::sqlite
