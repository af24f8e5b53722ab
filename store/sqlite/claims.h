// Rows of the table claims. Everything throws SQLite::Exception and runs inside the caller's
// transaction.
#pragma once

#include <functional>
#include <vector>

#include "store/claim_store.h"
#include "store/sqlite/connection.h"

namespace katra::store::sqlite {

// The claims that have not ended at `now` and whose session, if they have one, `is_live`; oldest
// first.
[[nodiscard]] std::vector<Claim> LoadClaims(
    Connection& connection, int64_t now,
    const std::function<bool(const ProcessIdentity&, WallTime heartbeat_at)>& is_live);

// Ends the claims of a session, or of a persona.
void EndClaimsOfSession(Connection& connection, SessionId session);
void EndClaimsOfPersona(Connection& connection, PersonaId persona);

// Gives the claims of a session to the persona that it has become.
void MoveClaimsOfSession(Connection& connection, SessionId session, PersonaId to);

}  // namespace katra::store::sqlite
