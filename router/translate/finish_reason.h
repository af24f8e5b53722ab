// What the finish_reason of a Chat Completions choice means (S28). Providers have words of their
// own besides the standard's. Internal to router/translate.
#pragma once

#include <string_view>

#include "router/translate/errors.h"

namespace katra::router::translate {

struct FinishMeaning {
  const char* stop_reason = "end_turn";  // Messages' word
  bool failure = false;                  // the answer is not whole: something went wrong
  bool known = true;                     // false: a word that says nothing to us
};

[[nodiscard]] FinishMeaning ReadFinishReason(std::string_view reason);

// The failure that such a reason tells of.
[[nodiscard]] ApiError FromFinishReason(std::string_view reason, std::string_view provider);

}  // namespace katra::router::translate
