// Interprets the finish_reason of a Chat Completions choice (S28). Providers use their own values
// besides the standard ones. Internal to router/translate.
#pragma once

#include <string_view>

#include "router/translate/errors.h"

namespace katra::router::translate {

struct FinishMeaning {
  const char* stop_reason = "end_turn";  // the Messages API's value
  bool failure = false;                  // something went wrong and the answer is incomplete
  bool known = true;                     // false: unknown value
};

[[nodiscard]] FinishMeaning ReadFinishReason(std::string_view reason);

// The failure that such a reason reports.
[[nodiscard]] ApiError FromFinishReason(std::string_view reason, std::string_view provider);

}  // namespace katra::router::translate
