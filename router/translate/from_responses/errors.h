// Reads failures that the Responses API reports inside an answer of status 200 (S61, E16). Internal
// to router/translate.
#pragma once

#include "core/json_view.h"
#include "router/translate/errors.h"
#include "router/translate/request.h"

namespace katra::router::translate {

// Reads an `error` event, whose members are in it or in its member `error`.
[[nodiscard]] ApiError FromResponsesError(JsonView event, const ReplyContext& context);
// Reads a response that failed or was cancelled.
[[nodiscard]] ApiError FromFailedResponse(JsonView response, const ReplyContext& context);

}  // namespace katra::router::translate
