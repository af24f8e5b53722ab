// A whole Chat Completions reply as a Messages reply (S45 and the rules of streams that concern
// it).
#pragma once

#include <string_view>
#include <tl/expected.hpp>

#include "router/translate/errors.h"
#include "router/translate/messages_reply.h"
#include "router/translate/request.h"

namespace katra::router::translate {

// `status` 200 and its body. The error: the reply holds an error object (E16), is no JSON, or has
// no choice (S38), and may be tried elsewhere when it says so.
[[nodiscard]] tl::expected<MessagesReply, ApiError> ToMessages(std::string_view chat_reply,
                                                               const Headers& headers,
                                                               const ReplyContext& context);

}  // namespace katra::router::translate
