// Converts a complete response of the Responses API to a Messages response (S45 and the applicable
// rules of streams).
#pragma once

#include "router/translate/errors.h"
#include "router/translate/messages_reply.h"
#include "router/translate/request.h"

namespace katra::router::translate {

// `reply` is the body of a response with status 200. The error: the response failed or contains an
// error (E16), is not JSON, or has no output (S38); its `retryable` says whether another provider
// may be tried.
[[nodiscard]] tl::expected<MessagesReply, ApiError> FromResponses(std::string_view reply,
                                                                  const Headers& headers,
                                                                  const ReplyContext& context);

}  // namespace katra::router::translate
