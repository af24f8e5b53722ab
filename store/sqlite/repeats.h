// Calls that come again: under the same idempotency key, or with the same words. Inside the
// caller's transaction; everything throws SQLite::Exception.
#pragma once

#include <optional>

#include "core/result.h"
#include "store/sqlite/rows.h"

namespace katra::store::sqlite {

// The receipt of the message that the persona said under the request's key; nothing: it has no key,
// or a new one. kInvalidArgument: that message has another text, room, recipients or reply_to.
[[nodiscard]] Result<std::optional<SayReceipt>> FindRepeatedSay(Connection& connection,
                                                                const Caller& caller,
                                                                const SayRequest& request,
                                                                const std::vector<PersonaRow>& to);

// The same for a memory. Nothing also when what was remembered under the key is forgotten since:
// the key is free again.
[[nodiscard]] Result<std::optional<RememberReceipt>> FindRepeatedRemember(
    Connection& connection, const Caller& caller, const RememberRequest& request);

// The oldest current memory that the caller sees and that says the same, in the same scope and for
// at least as long; its reasoning too, when the request has one.
[[nodiscard]] std::optional<RememberReceipt> FindSameWords(Connection& connection,
                                                           const Caller& caller,
                                                           const RememberRequest& request);

}  // namespace katra::store::sqlite
