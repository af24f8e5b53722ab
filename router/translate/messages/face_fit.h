// Adapts a Messages request to a Messages endpoint that is not Anthropic's own (R59-R61), and
// interprets refusals of such endpoints. Everything else is unchanged.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "router/providers/messages_faces.h"
#include "router/translate/messages/splice.h"

namespace katra::router::translate {

// Those of `refusals` that may apply to the request according to `peek`.
[[nodiscard]] FaceRefusals FaceFitFor(const FaceRefusals& refusals, const RequestPeek& peek);

struct FaceFitted {
  std::string body;                  // empty if nothing had to be changed
  std::vector<std::string> dropped;  // members that were removed
};
// System messages become text in the adjacent user message, after tool results (R13); a refused
// user id is replaced by its hash (R49). kInvalidArgument: not JSON.
[[nodiscard]] Result<FaceFitted> FitToFace(std::string_view body, const FaceRefusals& refusals);

// What to remove from a refused request before it is retried.
struct RetryAdjustments {
  bool thinking = false;      // thinking signed by another upstream (R5)
  bool system_role = false;   // in `messages`
  bool json_user_id = false;  // in `metadata`
  bool reasoning = false;     // that the Responses API cannot decrypt (R79)

  [[nodiscard]] bool any() const { return thinking || system_role || json_user_id || reasoning; }
};
// Which of the request's features the message of a 400 blames. `message`: the upstream's, in any
// provider's wording.
[[nodiscard]] RetryAdjustments AdjustmentsAfter(std::string_view message, const RequestPeek& peek);
// The same for a refusal of the Responses API: it names reasoning that it cannot decrypt, that
// another account or organization has encrypted, or that it does not find (R79).
[[nodiscard]] RetryAdjustments ResponsesAdjustmentsAfter(std::string_view message);

}  // namespace katra::router::translate
