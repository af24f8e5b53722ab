// Writers of the parts of a Responses API request (R70-R78), called by request.cc. Internal to
// router/translate.
#pragma once

#include "core/json_write.h"
#include "router/translate/request_draft.h"

namespace katra::router::translate {

// Each writes its members of the request. Call WriteResponsesTools first, because it produces names
// and notes.
[[nodiscard]] Status WriteResponsesTools(Draft& draft, JsonWriter& writer);
// `instructions` and `input`.
[[nodiscard]] Status WriteResponsesInput(Draft& draft, JsonWriter& writer);
[[nodiscard]] Status WriteResponsesParameters(Draft& draft, JsonWriter& writer);

}  // namespace katra::router::translate
