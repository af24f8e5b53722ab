// Adapts a Messages request to a particular Claude model (R58): the members that some versions
// refuse and others require. Everything else is byte-identical.
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
  // The reasoning effort requested by a client of another format. Empty: only the body counts.
  std::string effort;
};

// What has to be changed in a request for `model`, judged by its top-level members. nullopt:
// nothing.
[[nodiscard]] std::optional<ModelFit> FitFor(std::string_view model, const RequestPeek& peek,
                                             std::string_view effort);

struct Fitted {
  std::string body;                  // empty if nothing has to be changed
  std::vector<std::string> dropped;  // members that the model does not accept
};
// kInvalidArgument: not JSON.
[[nodiscard]] Result<Fitted> FitToModel(std::string_view body, const ModelFit& fit);

}  // namespace katra::router::translate
