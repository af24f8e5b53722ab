// Detects repeated calls: with the same idempotency key, or with the same words. Runs inside the
// caller's transaction; every function throws SQLite::Exception.
#pragma once

#include <optional>

#include "core/result.h"
#include "store/sqlite/rows.h"

namespace katra::store::sqlite {

// The receipt of the message that the persona said under the request's idempotency key; nullopt if
// it has no key or a new one. kInvalidArgument: that message differs in text, room, recipients or
// reply_to.
[[nodiscard]] Result<std::optional<SayReceipt>> FindRepeatedSay(Connection& connection,
                                                                const Caller& caller,
                                                                const SayRequest& request,
                                                                const std::vector<PersonaRow>& to);

// The same for a memory. Also nullopt if the memory stored under the key has since been forgotten:
// the key is free again.
[[nodiscard]] Result<std::optional<RememberReceipt>> FindRepeatedRemember(
    Connection& connection, const Caller& caller, const RememberRequest& request);

// The oldest current memory that is visible to the caller and has the same content, in the same
// scope and for at least as long; also with the same reasoning, if the request has one.
[[nodiscard]] std::optional<RememberReceipt> FindSameWords(Connection& connection,
                                                           const Caller& caller,
                                                           const RememberRequest& request);

}  // namespace katra::store::sqlite
