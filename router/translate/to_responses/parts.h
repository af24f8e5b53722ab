// The parts of a Messages request for the Responses API (R70-R78). request.cc wires them. Internal
// to router/translate.
#pragma once

#include "core/json_write.h"
#include "router/translate/request_draft.h"

namespace katra::router::translate {

// Each writes its members of the request. Tools come first: names and notes come of them.
[[nodiscard]] Status WriteResponsesTools(Draft& draft, JsonWriter& writer);
// `instructions` and `input`.
[[nodiscard]] Status WriteResponsesInput(Draft& draft, JsonWriter& writer);
[[nodiscard]] Status WriteResponsesParameters(Draft& draft, JsonWriter& writer);

}  // namespace katra::router::translate
