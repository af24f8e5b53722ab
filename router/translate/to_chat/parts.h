// The parts of a Messages request for Chat Completions (R10-R57). request.cc wires them. Internal
// to router/translate.
#pragma once

#include "core/json_write.h"
#include "router/translate/request_draft.h"

namespace katra::router::translate {

// Each writes its members of the request. Tools come first: names and notes come of them.
[[nodiscard]] Status WriteTools(Draft& draft, JsonWriter& writer);
[[nodiscard]] Status WriteMessages(Draft& draft, JsonWriter& writer);
[[nodiscard]] Status WriteParameters(Draft& draft, JsonWriter& writer);

}  // namespace katra::router::translate
