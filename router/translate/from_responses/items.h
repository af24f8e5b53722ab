// What an output item of the Responses API holds, and which events are known. Pure functions.
// Internal to router/translate.
#pragma once

#include <string>
#include <string_view>

#include "core/json_view.h"

namespace katra::router::translate {

// The text of a message, refusals too, as JSON string contents.
[[nodiscard]] std::string TextOf(JsonView message);
[[nodiscard]] bool HasRefusal(JsonView message);
// The words of a reasoning item: its summary, each part a paragraph, then its text.
[[nodiscard]] std::string ReasoningOf(JsonView item);
// A reasoning item as the next request may bring it back (R77); empty where there is nothing in it
// that the provider could read.
[[nodiscard]] std::string ReasoningItem(JsonView item);
// The name of a call as its tool was offered: one of a namespace has that in front (F1).
[[nodiscard]] std::string CallName(JsonView call);

// An event that says nothing which another one does not say, or that only tells how far a
// provider's own tool has come.
[[nodiscard]] bool IsKnownEvent(std::string_view type);

}  // namespace katra::router::translate
