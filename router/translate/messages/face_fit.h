// A Messages request as a Messages face that is not Anthropic's own takes it (R59-R61), and what a
// refusal of such a face means. All else stays as it was.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "router/providers/messages_faces.h"
#include "router/translate/messages/splice.h"

namespace katra::router::translate {

// Of `refusals` what `peek` says that the request may hold.
[[nodiscard]] FaceRefusals FaceFitFor(const FaceRefusals& refusals, const RequestPeek& peek);

struct FaceFitted {
  std::string body;                  // empty: nothing had to be changed
  std::vector<std::string> dropped;  // members that were left out
};
// System messages become text of the user's message beside them, after the results of tools (R13);
// an id that is refused becomes its hash (R49). kInvalidArgument: no JSON.
[[nodiscard]] Result<FaceFitted> FitToFace(std::string_view body, const FaceRefusals& refusals);

// What a request may be tried again without after its refusal.
struct RetryAdjustments {
  bool thinking = false;      // that another upstream has signed (R5)
  bool system_role = false;   // in `messages`
  bool json_user_id = false;  // in `metadata`

  [[nodiscard]] bool any() const { return thinking || system_role || json_user_id; }
};
// What the words of a 400 blame, of what the request may hold. `message`: the upstream's, in any
// provider's words.
[[nodiscard]] RetryAdjustments AdjustmentsAfter(std::string_view message, const RequestPeek& peek);

}  // namespace katra::router::translate
