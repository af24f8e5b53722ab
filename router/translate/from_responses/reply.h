// A whole reply of the Responses API as a Messages reply (S45 and the rules of streams that concern
// it).
#pragma once

#include "router/translate/errors.h"
#include "router/translate/messages_reply.h"
#include "router/translate/request.h"

namespace katra::router::translate {

// `status` 200 and its body. The error: the response failed or holds an error (E16), is no JSON, or
// has no output (S38), and may be tried elsewhere when it says so.
[[nodiscard]] tl::expected<MessagesReply, ApiError> FromResponses(std::string_view reply,
                                                                  const Headers& headers,
                                                                  const ReplyContext& context);

}  // namespace katra::router::translate
