// Corrections: messages that replace an earlier one of the same speaker.
#pragma once

#include "store/sqlite/rows.h"
#include "store/types.h"

namespace katra::store::sqlite {

// Gives the request, whose `corrects` is set, the room and the recipients of the message that it
// replaces, and makes it a reply to that message. kNotFound: no such message is visible to the
// caller. kInvalidArgument: somebody else said it, or the request asks for another room, other
// recipients or another reply_to.
[[nodiscard]] Status AddressCorrection(Connection& connection, const Caller& caller,
                                       SayRequest* request);

// kInvalidArgument: the message is corrected already. A message has one correction; a further one
// corrects that.
[[nodiscard]] Status CheckNotCorrected(Connection& connection, MessageId id);

}  // namespace katra::store::sqlite
