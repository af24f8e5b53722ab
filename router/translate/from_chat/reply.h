// Converts a complete Chat Completions response to a Messages response (S45 and the applicable
// rules of streams).
#pragma once

#include <string_view>
#include <tl/expected.hpp>

#include "router/translate/errors.h"
#include "router/translate/messages_reply.h"
#include "router/translate/request.h"

namespace katra::router::translate {

// `chat_reply` is the body of a response with status 200. The error: it contains an error object
// (E16), is not JSON, or has no choice (S38); its `retryable` says whether another provider may be
// tried.
[[nodiscard]] tl::expected<MessagesReply, ApiError> ToMessages(std::string_view chat_reply,
                                                               const Headers& headers,
                                                               const ReplyContext& context);

}  // namespace katra::router::translate
