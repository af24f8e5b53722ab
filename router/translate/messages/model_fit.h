// A Messages request as a certain Claude model takes it (R58): the members that some versions
// refuse and others need. All else stays byte for byte.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "router/providers/claude_models.h"
#include "router/translate/messages/splice.h"

namespace katra::router::translate {

struct ModelFit {
  ClaudeTraits traits;
  // Of reasoning, as a client of another format asked for it. Empty: the body alone counts.
  std::string effort;
};

// What has to be changed of `model`'s request, as far as its outermost members tell. Nothing: it
// goes as it is.
[[nodiscard]] std::optional<ModelFit> FitFor(std::string_view model, const RequestPeek& peek,
                                             std::string_view effort);

struct Fitted {
  std::string body;                  // empty: nothing has to be changed
  std::vector<std::string> dropped;  // members that the model does not take
};
// kInvalidArgument: no JSON.
[[nodiscard]] Result<Fitted> FitToModel(std::string_view body, const ModelFit& fit);

}  // namespace katra::router::translate
