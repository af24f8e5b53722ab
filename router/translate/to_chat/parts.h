// Writers of the parts of a Chat Completions request (R10-R57), called by request.cc. Internal to
// router/translate.
#pragma once

#include "core/json_write.h"
#include "router/translate/request_draft.h"

namespace katra::router::translate {

// Each writes its members of the request. Call WriteTools first, because it produces names and
// notes.
[[nodiscard]] Status WriteTools(Draft& draft, JsonWriter& writer);
[[nodiscard]] Status WriteMessages(Draft& draft, JsonWriter& writer);
[[nodiscard]] Status WriteParameters(Draft& draft, JsonWriter& writer);

}  // namespace katra::router::translate
