// A whole Chat Completions reply as a Messages reply (S45 and the rules of streams that concern
// it).
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "router/translate/errors.h"
#include "router/translate/request.h"
#include "router/translate/usage.h"

namespace katra::router::translate {

struct MessagesReply {
  std::string body;
  Usage usage;
  std::string stop_reason;
  std::string model;  // as the upstream reported it, or empty
  std::string upstream_id;
  std::vector<std::string> notes;
  std::vector<std::string> left_out;  // parts that are not understood
};

// `status` 200 and its body. The error: the reply holds an error object (E16), is no JSON, or has
// no choice (S38), and may be tried elsewhere when it says so.
[[nodiscard]] tl::expected<MessagesReply, ApiError> ToMessages(std::string_view chat_reply,
                                                               const Headers& headers,
                                                               const ReplyContext& context);

}  // namespace katra::router::translate
